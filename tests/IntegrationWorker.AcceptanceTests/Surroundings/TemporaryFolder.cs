namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A folder that other accounts (the broker's, the database's) may enter, removed at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(string purpose)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The acceptance tests run on Linux.");
        }

        FullName = Directory.CreateTempSubdirectory($"integration-worker-{purpose}-").FullName;
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(FullName, File.GetUnixFileMode(FullName) | others);
    }

    public string FullName { get; }

    public string PathOf(string name) => Path.Combine(FullName, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(FullName, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A leftover in the temporary folder is no reason to fail a test that has passed.
        }
    }
}
