namespace IntegrationWorker.Tests.Examples;

/// <summary>Where the worked examples are.</summary>
internal static class ExampleFolders
{
    private static readonly string _root = Repository.PathOf("tests", "Samples", "examples");

    /// <summary>The folder samples/ of the repository.</summary>
    public static string Samples => Repository.PathOf("samples");

    public static string Fixture(string name) => Path.Combine(_root, "_fixtures", name);

    public static string Of(string example) => Path.Combine(_root, example);

    /// <summary>Names in order: <c>01-new-order-creates-study</c>.</summary>
    public static IReadOnlyList<string> All() =>
        [.. Directory.GetDirectories(_root).Select(path => Path.GetFileName(path)!).Where(name => char.IsAsciiDigit(name[0])).Order(StringComparer.Ordinal)];
}
