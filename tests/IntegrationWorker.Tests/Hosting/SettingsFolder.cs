namespace IntegrationWorker.Tests.Hosting;

/// <summary>Settings files of one test.</summary>
internal sealed class SettingsFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("settings");
    private int _number;

    public string Write(string json)
    {
        var file = Path.Combine(_folder.FullName, $"{++_number}.json");
        File.WriteAllText(file, json);

        return file;
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
