using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding.Hl7;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Mapping.Hl7;

namespace IntegrationWorker.Tests.Golden;

/// <summary>Messages that nobody of us wrote, in the folder that CORPUS_DIR names; without it there are none.</summary>
internal static class CorpusFiles
{
    /// <summary>Null where CORPUS_DIR is not set.</summary>
    public static string? Folder { get; } =
        Environment.GetEnvironmentVariable("CORPUS_DIR") is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;

    public static IReadOnlyList<string> Hl7 { get; } = Find("hl7v2", "*.hl7");

    public static IReadOnlyList<string> Fhir { get; } = Find("fhir", "*.json");

    /// <summary>The path below the corpus, with slashes.</summary>
    public static string NameOf(string file) => Path.GetRelativePath(Folder!, file).Replace('\\', '/');

    /// <summary>The flags of each message in the corpus's own list, by the name of the file.</summary>
    public static Dictionary<string, string[]> Flags()
    {
        var flags = new Dictionary<string, string[]>(StringComparer.Ordinal);

        foreach (var line in File.ReadLines(Path.Combine(Folder!, "hl7v2", "MANIFEST.tsv")).Skip(1))
        {
            var columns = line.Split('\t');
            flags.Add("hl7v2/" + columns[0], columns[4].Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries));
        }

        return flags;
    }

    /// <summary>A source for every sender, so that nothing ends early: a first reading without sources says who it is.</summary>
    public static Rulebook SourcesOf(IEnumerable<string> files, Source? like = null)
    {
        var senders = new Dictionary<(string, string), Source>();

        foreach (var file in files)
        {
            Hl7Envelope.TryRead(Hl7Sending.Inbound(File.ReadAllBytes(file)), Hl7Sending.Rules(), out _, out var rejected);

            if (rejected?.Parts[0].Rejection is { Code: Codes.UnknownSender, Details: { } details })
            {
                var application = details["application"].ToString()!;
                var facility = details["facility"].ToString()!;
                senders.TryAdd((application, facility), (like ?? Hl7Sending.Ris) with
                {
                    SourceId = $"source-{senders.Count + 1}",
                    SendingApplication = application,
                    SendingFacility = facility,
                });
            }
        }

        return Hl7Sending.Rules([.. senders.Values]);
    }

    private static string[] Find(string kind, string pattern)
    {
        if (Folder is null)
        {
            return [];
        }

        var files = Directory.GetFiles(Path.Combine(Folder, kind), pattern, SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}
