namespace IntegrationWorker.Tests;

/// <summary>Where things are in the working copy these tests were built from; the compiler's paths are not that where builds are made reproducible.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Worker.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No Worker.sln above {AppContext.BaseDirectory}.");
    }
}
