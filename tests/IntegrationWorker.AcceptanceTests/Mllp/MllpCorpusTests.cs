using System.Text;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Journeys;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding.Hl7;
using IntegrationWorker.Intake;
using IntegrationWorker.Mllp;
using IntegrationWorker.Studies;

namespace IntegrationWorker.AcceptanceTests.Mllp;

/// <summary>
/// A sender that nobody of us wrote (node-hl7-client from npm) sends messages that nobody of us wrote (those of CORPUS_DIR).
/// Not run where the one or the other is missing.
/// </summary>
public sealed class MllpCorpusTests : IDisposable
{
    private const string Library = "node-hl7-client@3.2.0";
    private const int Messages = 1000;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(4);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new("foreign");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GivenAThousandMessagesOfTheCorpus_WhenAForeignSenderSendsThem_ThenEachGetsItsRightAcknowledgement(bool withTls)
    {
        var files = Choose();
        await InstallAsync();
        using var certificates = new Certificates(_folder.FullName);
        certificates.Write("worker", isServer: true);
        var worker = new WorkerSettings { ConfigFiles = [WriteSources(files)] };
        (string, string)[] tls = [("Tls__Certificate", certificates.PathOf("worker")), ("Tls__Key", certificates.PathOf("worker-key"))];
        await using var site = await MllpSite.StartAsync(null, _token, worker, withTls ? tls : []);

        var answers = await SendAsync(site.Port, files, withTls ? certificates.PathOf("ca") : null);

        Assert.Equal(files, answers.Select(answer => answer.File));
        Assert.All(answers, answer => AssertAnswers(answer.File, new Acknowledgement(answer.Text)));
        await AssertRecordsAgreeAsync(site, answers);
        TestContext.Current.SendDiagnosticMessage(string.Join(", ", answers.GroupBy(answer => new Acknowledgement(answer.Text).Code).Select(group => $"{group.Count()} {group.Key}")));
    }

    /// <summary>Of all that ask for an answer in any case, as many as are wanted, evenly.</summary>
    private static List<string> Choose()
    {
        var corpus = Environment.GetEnvironmentVariable("CORPUS_DIR");
        Assert.SkipWhen(string.IsNullOrEmpty(corpus), "CORPUS_DIR is not set.");
        var files = Directory.GetFiles(Path.Combine(corpus!, "hl7v2"), "*.hl7", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/raw/", StringComparison.Ordinal) && AlwaysWantsAnAnswer(file))
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.True(files.Count >= Messages, $"{files.Count} messages.");

        return [.. Enumerable.Range(0, Messages).Select(i => files[i * files.Count / Messages])];
    }

    private static bool AlwaysWantsAnAnswer(string file)
    {
        var header = AckHeader.Of(File.ReadAllBytes(file));
        return Enum.GetValues<AckKind>().All(kind => AckRule.CodeFor(header.FirstOf(15), header.FirstOf(16), kind) is not null);
    }

    private async Task InstallAsync()
    {
        try
        {
            await File.WriteAllTextAsync(_folder.PathOf("package.json"), "{}", _token);
            await using var npm = await ChildProcess.StartAsync(
                "npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", Library], folder: _folder.FullName);
            await npm.WaitAsync(_patience, _token);
            Assert.SkipWhen(npm.ExitCode != 0, $"npm does not install {Library}.");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no npm.");
        }

        File.Copy(Path.Combine(AppContext.BaseDirectory, "Mllp", "foreign-sender.cjs"), _folder.PathOf("foreign-sender.cjs"));
    }

    /// <summary>A source for every pair of MSH-3 and MSH-4: a reading without sources says who it is.</summary>
    private string WriteSources(List<string> files)
    {
        var none = new Rulebook([], [], [], [], []);
        var pairs = new HashSet<(string Application, string Facility)>();

        foreach (var file in files)
        {
            var message = new InboundMessage { Door = Door.Hl7v2, Body = File.ReadAllBytes(file), ReceivedAt = DateTimeOffset.UnixEpoch };

            if (!Hl7Envelope.TryRead(message, none, out _, out var rejected) && rejected!.Parts[0].Rejection is { Code: Codes.UnknownSender, Details: { } details })
            {
                pairs.Add(($"{details["application"]}", $"{details["facility"]}"));
            }
        }

        // One without MSH-3 cannot be registered; it stays unknown.
        var sources = pairs.Where(pair => pair.Application.Length > 0).Select((pair, index) => new Dictionary<string, object>
        {
            ["sourceId"] = $"corpus-{index}",
            ["kind"] = "hl7v2",
            ["authority"] = "ris",
            ["allowCreate"] = true,
            ["match"] = new Dictionary<string, string> { ["MSH-3"] = pair.Application, ["MSH-4"] = pair.Facility },
        });
        File.WriteAllText(_folder.PathOf("sources.json"), JsonSerializer.Serialize(new { Sources = sources }));
        return _folder.PathOf("sources.json");
    }

    private async Task<List<(string File, string Text)>> SendAsync(int port, List<string> files, string? authority)
    {
        await File.WriteAllLinesAsync(_folder.PathOf("list"), files, _token);
        await using var sender = await ChildProcess.StartAsync(
            "/bin/bash",
            ["-c", $"node foreign-sender.cjs {port} list {authority} > answers"],
            folder: _folder.FullName);
        await sender.WaitAsync(_patience, _token);
        Assert.True(sender.ExitCode == 0, sender.Errors);

        return [.. File.ReadLines(_folder.PathOf("answers")).Select(line => JsonElement.Parse(line))
            .Select(line => (line.GetProperty("file").GetString()!, line.GetProperty("answer").GetString()!))];
    }

    /// <summary>What can be said of an acknowledgement without knowing what the message is about.</summary>
    private static void AssertAnswers(string file, Acknowledgement answer)
    {
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(file)).TrimStart();

        if (answer.Error is "HL7-001" or "HL7-002")
        {
            Assert.Equal((file, "AR"), (file, answer.Code)); // Nothing in it can be told apart.
            return;
        }

        var sent = text.Split('\r')[0].Split(text[3]);
        var answered = answer.Text.Split('\r')[0].Split(text[3]);
        string Sent(int number) => sent.ElementAtOrDefault(number - 1) ?? "";
        string Answered(int number) => answered.ElementAtOrDefault(number - 1) ?? "";
        var msa = answer.Text.Split('\r')[1].Split(text[3]);

        Assert.Equal((file, Sent(3), Sent(4), Sent(5), Sent(6)), (file, Answered(5), Answered(6), Answered(3), Answered(4)));
        Assert.StartsWith("ACK", Answered(9), StringComparison.Ordinal);
        Assert.Equal((file, Sent(12), Sent(18)), (file, Answered(12), Answered(18)));
        Assert.Equal((file, "MSA", Sent(10).TrimEnd()), (file, msa[0], (msa.ElementAtOrDefault(2) ?? "").TrimEnd()));
        Assert.True(msa[1] is "AA" or "AE" or "AR" or "CA" or "CE" or "CR", $"{file}: {msa[1]}");
        Assert.Equal(msa[1][0], Sent(15).Trim() is "AL" or "ER" && msa[1] is not "AA" ? 'C' : msa[1][0]);
        Assert.Equal((file, msa[1][1] != 'A'), (file, answer.Text.Contains("\rERR", StringComparison.Ordinal)));
    }

    /// <summary>What was refused is a dead letter with the code that the sender was told; what was accepted is none.</summary>
    private async Task AssertRecordsAgreeAsync(MllpSite site, List<(string File, string Text)> answers)
    {
        var told = answers.Where(answer => answer.Text.Split('\r')[1].Split(answer.Text[3])[1][1] != 'A').ToList();
        var kept = (await site.Worker.DeadLettersAsync(_token)).Select(letter => letter.GetProperty("code").GetString()!).Distinct().Order().ToList();

        Assert.All(told, answer => Assert.True(kept.Exists(code => answer.Text.Contains(code, StringComparison.Ordinal)), answer.File));
        Assert.All(kept, code => Assert.Contains(told, answer => answer.Text.Contains(code, StringComparison.Ordinal)));
        Assert.NotEqual(answers.Count, told.Count);
    }
}
