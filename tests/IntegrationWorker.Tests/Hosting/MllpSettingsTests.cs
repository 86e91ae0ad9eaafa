using System.Net;
using IntegrationWorker.Hosting.Settings;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

public sealed class MllpSettingsTests : IDisposable
{
    private const string Sources = """
        "Sources": [ { "sourceId": "ris", "kind": "hl7v2", "authority": "ris", "match": { "MSH-3": "A" } },
                     { "sourceId": "pacs", "kind": "fhir", "authority": "pacs" } ],
        """;

    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GivenAnEmptyListener_WhenLoaded_ThenItHasTheDefaults()
    {
        var listener = Assert.Single(Load("[ {} ]").Mllp);

        Assert.Equal((IPAddress.Loopback, 2575, null, 1024, 5 * 1024 * 1024, 16), (listener.Address, listener.Port, listener.Source, listener.MaxConnections, listener.MaxMessageBytes, listener.InFlight));
        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), false), (listener.Idle, listener.Frame, listener.RejectsWhenStoreFails));
        Assert.Empty(Load("[]").Mllp);
    }

    [Fact]
    public void GivenTwoFilesWithListeners_WhenLoaded_ThenTheLaterOneReplacesTheEarlierOne()
    {
        var settings = WorkerSettings.Load([
            _folder.Write("""{ "Mllp": [ { "Port": 1 }, { "Port": 2 } ] }"""), _folder.Write("""{ "Mllp": [ { "Port": 3 } ] }""")]);

        Assert.Equal([3], settings.Mllp.Select(listener => listener.Port));
    }

    [Theory]
    [InlineData("""{ "Prt": 1 }""", "Mllp:0:Prt", "Do you mean Port?")]
    [InlineData("""{ "Port": 70000 }""", "Mllp:0:Port", "Write a number from 1 to 65535.")]
    [InlineData("""{ "Address": "here" }""", "Mllp:0:Address", "0.0.0.0 for all networks")]
    [InlineData("""{ "Source": "nobody" }""", "Mllp:0:Source", "nobody is not a source of kind hl7v2.")]
    [InlineData("""{ "Source": "pacs" }""", "Mllp:0:Source", "pacs is not a source of kind hl7v2.")]
    [InlineData("""{ "MaxMessageBytes": 6000000 }""", "Mllp:0:MaxMessageBytes", "Write a number from 1024 to 5242880.")]
    [InlineData("""{ "WhenStoreFails": "panic" }""", "Mllp:0:WhenStoreFails", "One of wait, reject is wanted.")]
    [InlineData("""{ "Tls": { "Key": "x.pem" } }""", "Mllp:0:Tls:Certificate", "is missing.")]
    [InlineData("""{ "Tls": { "Certificate": "no-such.pem" } }""", "Mllp:0:Tls:Certificate", "there is no file no-such.pem.")]
    [InlineData("""{ "Port": 5 }, { "Port": 5, "Address": "0.0.0.0" }""", "Mllp:1:Port", "5 is taken by an earlier listener.")]
    public void GivenAWrongListener_WhenLoaded_ThenItIsNamedWithWhatWouldBeRight(string listeners, string path, string text)
    {
        var failure = Assert.Throws<SettingsException>(() => Load($"[ {listeners} ]"));

        var fault = Assert.Single(failure.Faults);
        Assert.Equal(path, fault.Path);
        Assert.Contains(text, fault.ToString(), StringComparison.Ordinal);
    }

    private WorkerSettings Load(string listeners) => WorkerSettings.Load([_folder.Write($$"""{ {{Sources}} "Mllp": {{listeners}} }""")]);
}
