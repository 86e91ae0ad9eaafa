namespace IntegrationWorker.Tests.Examples;

/// <summary>Where the worked examples are.</summary>
internal static class ExampleFolders
{
    private static readonly string _root = FindRoot();

    /// <summary>The folder samples/ of the repository.</summary>
    public static string Samples => Path.Combine(_root, "..", "..", "..", "samples");

    public static string Fixture(string name) => Path.Combine(_root, "_fixtures", name);

    public static string Of(string example) => Path.Combine(_root, example);

    /// <summary>Names in order: <c>01-new-order-creates-study</c>.</summary>
    public static IReadOnlyList<string> All() =>
        [.. Directory.GetDirectories(_root).Select(path => Path.GetFileName(path)!).Where(name => char.IsAsciiDigit(name[0])).Order(StringComparer.Ordinal)];

    private static string FindRoot()
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
