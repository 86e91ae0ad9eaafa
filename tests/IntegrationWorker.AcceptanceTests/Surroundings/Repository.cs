namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>Where things are in the working copy these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The worker of the same build configuration; <c>TEST_WORKER</c> names another one.</summary>
    public static string WorkerProgram { get; } =
        Environment.GetEnvironmentVariable("TEST_WORKER")
        ?? Path.Combine(Root, "src", "IntegrationWorker", "bin", BuildFolders(), "integration-worker");

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Worker.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No Worker.sln above {AppContext.BaseDirectory}.");
    }

    // …/bin/Release/net10.0/ of the tests: the last two names are those of the worker's folder as well.
    private static string BuildFolders()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(framework.Parent!.Name, framework.Name);
    }
}
