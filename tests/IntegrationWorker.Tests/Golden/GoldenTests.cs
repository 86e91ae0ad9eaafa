using System.Security.Cryptography;
using System.Text;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Fhir;
using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Mapping.Hl7;
using Xunit;

namespace IntegrationWorker.Tests.Golden;

/// <summary>
/// What is read from every message of the corpus, against the files in tests/Samples/golden that were read through by a
/// person. eng/golden.sh writes them anew.
/// </summary>
public sealed class GoldenTests(ITestOutputHelper output)
{
    /// <summary>Later than every time in the corpus, so that none of them counts as the future.</summary>
    private static readonly DateTimeOffset _receivedAt = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly bool _write = Environment.GetEnvironmentVariable("GOLDEN_WRITE") == "1";

    [Fact]
    public void GivenTheCorpus_WhenRead_ThenItSaysWhatTheGoldenFilesSay()
    {
        if (CorpusFiles.Folder is null)
        {
            return;
        }

        var counts = new GoldenCounts();
        var fhirCounts = new FhirCounts();
        var files = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        ReadHl7(files, counts);
        ReadFhir(files, fhirCounts);
        files.Add("radiology.tsv", [.. counts.Lines()]);
        files.Add("fhir.tsv", [.. fhirCounts.Lines()]);

        foreach (var line in files["radiology.tsv"].Concat(files["fhir.tsv"]))
        {
            output.WriteLine(line.Replace("\t", ": ", StringComparison.Ordinal));
        }

        Assert.True(counts.WithIdentity + counts.WithReason >= 0.95 * counts.Messages, "Too many radiology messages lead nowhere.");
        WriteOrCompare(files);
    }

    private static void ReadHl7(SortedDictionary<string, List<string>> files, GoldenCounts counts)
    {
        // Most of what comes from the tests of others is marked as such: it is read here like production.
        var rules = CorpusFiles.SourcesOf(CorpusFiles.Hl7, Hl7Sending.Ris with { ProcessingIds = ["P", "T", "D"] });
        var flags = CorpusFiles.Flags();

        foreach (var file in CorpusFiles.Hl7)
        {
            var inbound = Hl7Sending.Inbound(File.ReadAllBytes(file)) with { ReceivedAt = _receivedAt };
            var message = Hl7Reader.Read(inbound, rules, Hl7Sending.Hash);
            AddLine(files, file, message);

            if (flags.GetValueOrDefault(CorpusFiles.NameOf(file), []).Contains("rad"))
            {
                counts.Add(message);
            }
        }
    }

    private static void ReadFhir(SortedDictionary<string, List<string>> files, FhirCounts counts)
    {
        var source = Hl7Sending.Ris with { SourceId = "fhir", Kind = "fhir", Authority = Authority.Pacs };
        var rules = Hl7Sending.Rules(source);

        foreach (var file in CorpusFiles.Fhir)
        {
            var inbound = new InboundMessage
            {
                Door = Door.Fhir,
                Body = File.ReadAllBytes(file),
                SourceId = source.SourceId,
                ReceivedAt = _receivedAt,
            };
            var message = FhirReader.Read(inbound, rules);
            AddLine(files, file, message);
            counts.Add(message);
        }
    }

    /// <summary>One file for each folder of the corpus: <c>hl7v2/mesa.tsv</c>.</summary>
    private static void AddLine(SortedDictionary<string, List<string>> files, string file, MappedMessage message)
    {
        var path = CorpusFiles.NameOf(file).Split('/', 3);
        var name = $"{path[0]}/{path[1]}.tsv";

        if (!files.TryGetValue(name, out var lines))
        {
            files.Add(name, lines = []);
        }

        lines.Add($"{KeyOf(path[1], path[2])}\t{message.MessageType}\t{GoldenLine.Of(message)}");
    }

    /// <summary>The file; one folder names its files after the (synthetic) patients: of these only a hash is kept.</summary>
    private static string KeyOf(string folder, string file) =>
        folder == "synthea-r4" ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file))[..8]) : file;

    private static void WriteOrCompare(SortedDictionary<string, List<string>> files)
    {
        var folder = Repository.PathOf("tests", "Samples", "golden");
        var different = new List<string>();

        foreach (var (name, lines) in files)
        {
            var path = Path.Combine(folder, name);

            if (_write)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, string.Join('\n', [.. lines, ""]), new UTF8Encoding(false));
            }

            var expected = File.Exists(path) ? File.ReadAllText(path).Split('\n')[..^1] : [];
            different.AddRange(Differences(name, expected, lines));
        }

        var first = string.Join(", ", different.Take(20));
        Assert.True(different.Count == 0, $"{different.Count} lines differ: {first}. eng/golden.sh shows how.");
    }

    /// <summary>Only the names of the messages: what they say does not belong in the output of a test.</summary>
    private static IEnumerable<string> Differences(string name, string[] expected, List<string> actual) =>
        expected.Except(actual).Concat(actual.Except(expected)).Select(line => $"{name} {line.Split('\t')[0]}").Distinct();
}
