using IntegrationWorker.Hosting.Settings;
using IntegrationWorker.Tests.Hosting;
using Xunit;

namespace IntegrationWorker.Tests.Target;

public sealed class TargetOptionsTests : IDisposable
{
    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "Kind": "cloud" }""", "Target:Kind")]
    [InlineData("""{ "Kind": "remote", "ApiKey": "k" }""", "Target:BaseUrl")]
    [InlineData("""{ "Kind": "remote", "BaseUrl": "api.example.org", "ApiKey": "k" }""", "Target:BaseUrl")]
    [InlineData("""{ "Kind": "remote", "BaseUrl": "http://api.example.org", "ApiKey": "k" }""", "Target:BaseUrl")] // The key in clear.
    [InlineData("""{ "Kind": "remote", "BaseUrl": "https://api.example.org" }""", "Target:ApiKey")]
    [InlineData("""{ "Kind": "remote", "BaseUrl": "https://api.example.org", "ApiKey": "k", "LeaseSeconds": 10 }""", "Target:LeaseSeconds")]
    [InlineData("""{ "CallsPerSecondMax": 0 }""", "Target:CallsPerSecondMax")]
    [InlineData("""{ "Url": "https://api.example.org" }""", "Target:Url")]
    public void GivenAWrongSetting_WhenLoaded_ThenItIsNamed(string target, string path)
    {
        var failure = Assert.Throws<SettingsException>(() => WorkerSettings.Load([_folder.Write($$"""{ "Target": {{target}} }""")]));

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GivenAPlatform_WhenLoaded_ThenItIsInOrder() => WorkerSettings.Load(
        [_folder.Write("""{ "Target": { "Kind": "remote", "BaseUrl": "https://api.example.org", "ApiKey": "k" } }""")]);
}
