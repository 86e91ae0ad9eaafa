namespace Hl7v2.Tests;

/// <summary>The messages that tests read: the worked examples of this repository, and a corpus from elsewhere if there is one.</summary>
internal static class SampleFiles
{
    public static IReadOnlyList<string> Examples { get; } = Find(ExamplesFolder());

    /// <summary>Empty where the environment variable CORPUS_DIR is not set.</summary>
    public static IReadOnlyList<string> Corpus { get; } =
        Environment.GetEnvironmentVariable("CORPUS_DIR") is { Length: > 0 } folder ? Find(folder) : [];

    public static byte[] Example(string relativePath) => File.ReadAllBytes(Path.Combine(ExamplesFolder(), relativePath));

    private static string[] Find(string folder)
    {
        var files = Directory.GetFiles(folder, "*.hl7", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static string ExamplesFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var examples = Path.Combine(folder.FullName, "tests", "Samples", "examples");
            if (Directory.Exists(examples))
            {
                return examples;
            }
        }

        throw new DirectoryNotFoundException("tests/Samples/examples is not above the tests.");
    }
}
