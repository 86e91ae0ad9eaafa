using System.Net;
using System.Net.Sockets;
using System.Text;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Journeys;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Mllp;

/// <summary>The verb send to an MLLP listener.</summary>
public sealed class MllpSendTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenAFolder_WhenSentOverSeveralConnections_ThenAllAreAcceptedAndARepetitionSendsOnlyWhatIsNew()
    {
        using var folder = new TemporaryFolder("send");
        var messages = Directory.CreateDirectory(folder.PathOf("messages")).FullName;
        var orders = Enumerable.Range(0, 60).Select(_ => new InventedOrder()).ToList();
        orders.ForEach(order => File.WriteAllText(Path.Combine(messages, $"{order.Number:D6}.hl7"), order.Text));
        await using var site = await MllpSite.StartAsync(null, _token);
        string[] send = ["send", messages, "--to", $"mllp://127.0.0.1:{site.Port}", "--concurrency", "4", "--resume", folder.PathOf("journal")];

        var first = await site.Worker.RunVerbAsync(send, _token);
        File.WriteAllText(Path.Combine(messages, "more.hl7"), new InventedOrder { Sender = "NOBODY" }.Text);
        var second = await site.Worker.RunVerbAsync(send, _token);

        Assert.True(first.ExitCode == 0, first.Output + first.Errors);
        Assert.Contains("60 sent", first.Output, StringComparison.Ordinal);
        Assert.Equal(60, (await site.Worker.EventsAsync(_token)).Count);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("1 sent", second.Output, StringComparison.Ordinal);
        Assert.Contains("60 were taken before", second.Output, StringComparison.Ordinal);
        Assert.Contains("HL7-010", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivenMessagesOnStandardInput_WhenSent_ThenEachIsAMessageOfItsOwn()
    {
        using var folder = new TemporaryFolder("send");
        var orders = Enumerable.Range(0, 3).Select(_ => new InventedOrder()).ToList();
        await File.WriteAllTextAsync(folder.PathOf("plain"), string.Concat(orders.Select(order => order.Text.Replace('\r', '\n'))), _token);
        await File.WriteAllBytesAsync(folder.PathOf("framed"), [.. orders.SelectMany(order => MllpPeer.Frame((order with { Minute = 1, Control = "XO" }).Bytes))], _token);
        await using var site = await MllpSite.StartAsync(null, _token);

        foreach (var name in (string[])["plain", "framed"])
        {
            await using var shell = await ChildProcess.StartAsync(
                "/bin/bash", ["-c", $"'{Repository.WorkerProgram}' send - --rate 100 --to mllp://127.0.0.1:{site.Port} < {folder.PathOf(name)}"]);
            await shell.WaitAsync(Patience.Usual, _token);
            Assert.True(shell.ExitCode == 0 && shell.Output.Contains("3 sent", StringComparison.Ordinal), shell.Output + shell.Errors);
        }

        foreach (var key in orders.SelectMany(order => (string[])[order.Key, (order with { Minute = 1, Control = "XO" }).Key]))
        {
            Assert.NotNull(await site.Worker.OutcomeAsync(key, _token));
        }
    }

    [Fact]
    public async Task GivenNobodyWhoListens_WhenSent_ThenTheExitCodeSaysSo()
    {
        using var folder = new TemporaryFolder("send");
        await File.WriteAllTextAsync(folder.PathOf("a.hl7"), new InventedOrder().Text, Encoding.UTF8, _token);

        var result = await WorkerProcess.RunVerbAsync(
            new WorkerSettings(), ["send", folder.PathOf("a.hl7"), "--to", $"mllp://127.0.0.1:{FreePorts.One()}"], _token);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no connection", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivenSomebodyWhoClosesTheConnection_WhenSent_ThenThatIsToldApartFromNobodyWhoListens()
    {
        using var folder = new TemporaryFolder("send");
        await File.WriteAllTextAsync(folder.PathOf("a.hl7"), new InventedOrder().Text, Encoding.UTF8, _token);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var closing = CloseAllAsync(listener);

        var result = await WorkerProcess.RunVerbAsync(
            new WorkerSettings(), ["send", folder.PathOf("a.hl7"), "--to", $"mllp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"], _token);

        listener.Stop();
        await closing;
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("closed the connection without an answer", result.Output, StringComparison.Ordinal);
    }

    private async Task CloseAllAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(_token);
                await client.GetStream().ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, _token); // It has sent something: so it is connected.
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody listens any longer.
        }
    }
}
