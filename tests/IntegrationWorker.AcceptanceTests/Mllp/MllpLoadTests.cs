using System.Collections.Concurrent;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Journeys;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Mllp;

/// <summary>Many senders at a time, some of them bad ones; and a worker that ends while they send.</summary>
public sealed class MllpLoadTests(SharedSurroundings surroundings)
{
    private const int Connections = 16;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenSilentSlowAndFloodingPeers_WhenOthersSend_ThenNobodyIsHeldUpAndEachGetsItsOwnAnswers()
    {
        await using var site = await MllpSite.StartAsync(null, _token, null, ("FrameSeconds", "2"), ("IdleSeconds", "3600"), ("InFlight", "4"));
        await using var silent = await site.ConnectAsync(_token);
        await using var halfFrame = await site.ConnectAsync(_token);
        await halfFrame.WriteAsync("\u000bMSH|^~\\&|NRIS"u8.ToArray(), _token);
        await using var deaf = await site.ConnectAsync(_token);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_token);
        var flood = FloodAsync(deaf, enough.Token);
        var loris = DripAsync(site, enough.Token);

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            await using var peer = await site.ConnectAsync(_token);

            for (var i = 0; i < 20; i++)
            {
                var order = new InventedOrder();
                var answer = (await peer.AskAsync(order.Bytes, _token))!;
                Assert.Equal(("AA", order.Key.Split('/')[^1]), (answer.Code, answer.ControlId));
            }
        }));

        // A frame that does not come to its end ends its connection, however regularly its bytes come.
        Assert.True(await halfFrame.EndsAsync(_token));
        await loris.WaitAsync(Patience.Usual, _token);
        await enough.CancelAsync();
        await flood;
        Assert.Equal("AA", (await silent.AskAsync(new InventedOrder().Bytes, _token))!.Code);
        Assert.Empty(await site.Worker.DeadLettersAsync(_token));
    }

    [Fact]
    public async Task GivenDamagedStreams_WhenManyConnectionsSendThem_ThenTheWorkerLivesInBoundedMemoryAndAnswersNobodyForAnother()
    {
        const int streams = 600;
        const double megabytesMax = 600;
        await using var site = await MllpSite.StartAsync(null, _token, null, ("MaxMessageBytes", "4096"), ("FrameSeconds", "5"));
        var seed = -1;

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async connection =>
        {
            for (var number = Interlocked.Increment(ref seed); number < streams; number = Interlocked.Increment(ref seed))
            {
                await using var peer = await site.ConnectAsync(_token);
                var mark = $"C{connection}-S{number}-";
                var stream = Damaged(mark, new Random(number));
                var writing = peer.WriteAsync(stream, _token);

                // Ends when the sender has ended its side and every frame is answered.
                await IgnoreBrokenAsync(writing);
                await IgnoreBrokenAsync(Task.Run(peer.EndWriting, _token));

                while (await peer.ReadAsync(_token) is { } answer)
                {
                    Assert.True(answer.ControlId.Length == 0 || IsOf(mark, answer.ControlId), $"seed {number}: {answer.ControlId}");
                }
            }
        }));

        await using var last = await site.ConnectAsync(_token);
        Assert.Equal("AA", (await last.AskAsync(new InventedOrder().Bytes, _token))!.Code);
        using var process = System.Diagnostics.Process.GetProcessById(site.Worker.ProcessId);
        Assert.InRange(process.WorkingSet64 / 1024.0 / 1024.0, 1, megabytesMax);
        Assert.DoesNotContain("the worker itself failed", site.Worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivenAsManyConnectionsAsThereMayBe_WhenOneMoreComes_ThenItIsClosedAndThereIsAPlaceWhenOneHasGone()
    {
        await using var site = await MllpSite.StartAsync(null, _token, null, ("MaxConnections", "2"));
        await using var first = await site.ConnectAsync(_token);
        await using var second = await site.ConnectAsync(_token);
        Assert.Equal("AA", (await first.AskAsync(new InventedOrder().Bytes, _token))!.Code);
        Assert.Equal("AA", (await second.AskAsync(new InventedOrder().Bytes, _token))!.Code);

        await using (var third = await site.ConnectAsync(_token))
        {
            Assert.True(await third.EndsAsync(_token));
        }

        await first.DisposeAsync();
        await Patience.UntilAsync(() => IsAnsweredAsync(site), () => "there is a place again.", _token);
    }

    [Fact]
    public async Task GivenAConnectionThatIsIdle_WhenItsTimeIsOver_ThenItIsClosedAndOneThatSendsIsNot()
    {
        await using var site = await MllpSite.StartAsync(null, _token, null, ("IdleSeconds", "2"));
        await using var idle = await site.ConnectAsync(_token);
        await using var busy = await site.ConnectAsync(_token);
        var ends = idle.EndsAsync(_token);

        while (!ends.IsCompleted)
        {
            Assert.Equal("AA", (await busy.AskAsync(new InventedOrder().Bytes, _token))!.Code);
            await Task.Delay(200, _token);
        }

        Assert.True(await ends);
        Assert.Equal("AA", (await busy.AskAsync(new InventedOrder().Bytes, _token))!.Code);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task GivenSixteenSenders_WhenTheWorkerIsKilledOrStopped_ThenEveryMessageThatWasAcceptedHasItsEffectAfterTheNextStart(
        bool withBroker, bool isOrderly)
    {
        var accepted = new ConcurrentBag<InventedOrder>();
        await using var site = await MllpSite.StartAsync(withBroker ? await surroundings.VirtualHostAsync(_token) : null, _token);

        foreach (var enough in (int[])[150, 400])
        {
            var senders = Enumerable.Range(0, Connections).Select(_ => SendUntilTheEndAsync(site, accepted)).ToList();
            await Patience.UntilAsync(() => Task.FromResult(accepted.Count >= enough), () => $"{enough} are accepted.\n{site.Worker.Output}", _token);

            if (isOrderly)
            {
                Assert.True(await site.Worker.StopAsync());
            }
            else
            {
                await site.Worker.KillAsync();
            }

            var unexpected = await Task.WhenAll(senders);
            Assert.All(unexpected, Assert.Null);
            await site.Worker.StartAgainAsync(_token);
        }

        foreach (var order in accepted)
        {
            await site.Worker.WaitForOutcomeAsync(order.Key, _token);
        }

        var events = (await site.Worker.EventsAsync(_token)).Select(StudyEvent.Of).Select(e => e.MessageKey).ToList();
        Assert.Empty(accepted.Select(order => order.Key).Except(events));
        Assert.Equal(events.Count, events.Distinct().Count());
        Assert.Empty(await site.Worker.DeadLettersAsync(_token));
        TestContext.Current.SendDiagnosticMessage($"{accepted.Count} accepted, {events.Count} events");
    }

    // What is damaged may be in the control id: then at least no other connection has sent it.
    private static bool IsOf(string mark, string controlId) =>
        controlId.StartsWith(mark, StringComparison.Ordinal) || !System.Text.RegularExpressions.Regex.IsMatch(controlId, @"^C\d+-S\d+-\d+$");

    private static byte[] Damaged(string mark, Random random)
    {
        var stream = new List<byte>();

        for (var frames = random.Next(1, 6); frames > 0; frames--)
        {
            var order = new InventedOrder { ControlId = $"{mark}{frames}", Description = new string('x', random.Next(4) == 0 ? random.Next(9000) : 20) };
            stream.AddRange(MllpPeer.Frame(order.Bytes));
        }

        byte[] telling = [0x0B, 0x1C, 0x0D, 0x0A, 0x00, (byte)'|', (byte)'^', 0x1B, 0xFF, (byte)'M'];

        for (var changes = random.Next(5); changes > 0; changes--)
        {
            var place = random.Next(stream.Count);

            switch (random.Next(4))
            {
                case 0:
                    stream[place] = telling[random.Next(telling.Length)];
                    break;
                case 1:
                    stream.Insert(place, telling[random.Next(telling.Length)]);
                    break;
                case 2:
                    stream.RemoveRange(place, Math.Min(random.Next(1, 200), stream.Count - place - 1));
                    break;
                default:
                    stream.InsertRange(random.Next(stream.Count), stream.GetRange(place, Math.Min(random.Next(1, 500), stream.Count - place)));
                    break;
            }
        }

        return [.. stream];
    }

    private static async Task IgnoreBrokenAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            // The other side has had enough of it.
        }
    }

    /// <returns>An answer that was not an acceptance; null when the connection ended.</returns>
    private async Task<string?> SendUntilTheEndAsync(MllpSite site, ConcurrentBag<InventedOrder> accepted)
    {
        try
        {
            await using var peer = await site.ConnectAsync(_token);

            while (true)
            {
                var order = new InventedOrder();

                switch (await peer.AskAsync(order.Bytes, _token))
                {
                    case null:
                        return null;
                    case { Code: "AA" } answer when answer.ControlId == order.Key.Split('/')[^1]:
                        accepted.Add(order);
                        break;
                    case var other:
                        return other.Text;
                }
            }
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    private async Task<bool> IsAnsweredAsync(MllpSite site)
    {
        try
        {
            await using var peer = await site.ConnectAsync(_token);
            return await peer.AskAsync(new InventedOrder().Bytes, _token) is not null;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends message after message and reads no answer.</summary>
    private static async Task FloodAsync(MllpPeer peer, CancellationToken cancellationToken)
    {
        var order = new InventedOrder { Description = new string('x', 900) };

        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await peer.WriteAsync(MllpPeer.Frame(order.Bytes), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Held up for ever, or thrown out: both are right.
        }
    }

    /// <summary>Sends a byte at a time, for ever; returns when the other side has had enough.</summary>
    private static async Task DripAsync(MllpSite site, CancellationToken cancellationToken)
    {
        await using var peer = await site.ConnectAsync(cancellationToken);

        try
        {
            await peer.WriteAsync("\u000bMSH|^~\\&|"u8.ToArray(), cancellationToken);

            while (true)
            {
                await peer.WriteAsync("x"u8.ToArray(), cancellationToken);
                await Task.Delay(100, cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            Assert.IsNotType<OperationCanceledException>(e, exactMatch: false);
        }
    }
}
