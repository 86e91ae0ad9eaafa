using IntegrationWorker.Hosting.Settings;
using IntegrationWorker.Subscriptions.Server;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

public sealed class FhirServerSettingsTests : IDisposable
{
    private const string Sources = """
        "Sources": [ { "sourceId": "ris", "kind": "hl7v2", "authority": "ris", "match": { "MSH-3": "A" } },
                     { "sourceId": "pacs", "kind": "fhir", "authority": "pacs", "base": "https://fhir.example.org/r4" },
                     { "sourceId": "vna", "kind": "fhir", "authority": "pacs" } ],
        """;

    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GivenAServerWithNothingButItsSource_WhenLoaded_ThenItHasTheDefaultsAndTheBaseOfTheSource()
    {
        var settings = Load("""{ "Source": "pacs" }""");

        var server = Assert.Single(settings.FhirServers.All);
        Assert.Equal(new Uri("https://fhir.example.org/r4/"), server.BaseUrl);
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15), FhirAuth.None), (server.Grace, server.ReconcileEvery, server.Auth));
        Assert.Equal(["ImagingStudy"], server.CriteriaOf("any"));
        Assert.True(settings.Rules.FindSource("pacs")!.IsFetched);
        Assert.False(settings.Rules.FindSource("vna")!.IsFetched);
    }

    [Fact]
    public void GivenSubscriptions_WhenLoaded_ThenEachHasItsSearchAndAnUnknownOneAllOfThem()
    {
        var settings = Load("""
            { "Source": "vna", "BaseUrl": "http://127.0.0.1:8081/fhir/", "Criteria": "ImagingStudy?status=available",
              "Subscriptions": [ { "Id": "a", "Criteria": "ImagingStudy?modality=CT", "Heartbeat": "00:05:00" }, { "Secret": "0123456789abcdef" } ] }
            """);

        var server = settings.FhirServers.All[0];
        Assert.Equal(["a"], settings.Rules.FindSource("vna")!.Subscriptions);
        Assert.Equal(["ImagingStudy?modality=CT"], server.CriteriaOf("a"));
        Assert.Equal(["ImagingStudy?modality=CT", "ImagingStudy?status=available"], server.CriteriaOf(""));
        Assert.Equal(TimeSpan.FromMinutes(5), server.Subscriptions[0].Heartbeat);
    }

    [Theory]
    [InlineData("""{ }""", "FhirServers:0:Source", "is missing.")]
    [InlineData("""{ "Source": "ris", "BaseUrl": "https://a.example.org" }""", "FhirServers:0:Source", "ris is not a source of kind fhir.")]
    [InlineData("""{ "Source": "vna" }""", "FhirServers:0:BaseUrl", "is missing, and the source has no base.")]
    [InlineData("""{ "Source": "pacs", "BaseUrl": "fhir" }""", "FhirServers:0:BaseUrl", "Write https://…")]
    [InlineData("""{ "Source": "pacs", "BasUrl": "x" }""", "FhirServers:0:BasUrl", "Do you mean BaseUrl?")]
    [InlineData("""{ "Source": "pacs" }, { "Source": "pacs" }""", "FhirServers:1:Source", "pacs has a server already.")]
    [InlineData("""{ "Source": "pacs", "Grace": "soon" }""", "FhirServers:0:Grace", "Write hours, minutes and seconds")]
    [InlineData("""{ "Source": "pacs", "ReconcileEvery": "00:00:00.1" }""", "FhirServers:0:ReconcileEvery", "is too short.")]
    [InlineData("""{ "Source": "pacs", "Criteria": "Patient" }""", "FhirServers:0:Criteria", "is not a search for imaging studies.")]
    [InlineData("""{ "Source": "pacs", "Criteria": "ImagingStudy?_count=7" }""", "FhirServers:0:Criteria", "the worker adds _lastUpdated and _count")]
    [InlineData("""{ "Source": "pacs", "Subscriptions": [ { "Secret": "short" } ] }""", "FhirServers:0:Subscriptions:0:Secret", "Write 16 or more letters and digits")]
    [InlineData("""{ "Source": "pacs", "Auth": { "Kind": "magic" } }""", "FhirServers:0:Auth:Kind", "One of none, bearer, client-credentials, smart-backend is wanted.")]
    [InlineData("""{ "Source": "pacs", "Auth": { "Kind": "bearer" } }""", "FhirServers:0:Auth:Token", "is missing.")]
    [InlineData("""{ "Source": "pacs", "Auth": { "Kind": "bearer", "Token": "t", "ClientId": "c" } }""", "FhirServers:0:Auth:ClientId", "is not a setting.")]
    [InlineData("""{ "Source": "pacs", "Auth": { "Kind": "client-credentials", "TokenUrl": "here", "ClientId": "c", "ClientSecret": "s" } }""", "FhirServers:0:Auth:TokenUrl", "is not a web address.")]
    [InlineData("""{ "Source": "pacs", "Auth": { "Kind": "smart-backend", "TokenUrl": "https://a.example.org/token", "ClientId": "c", "KeyFile": "no-such.pem" } }""", "FhirServers:0:Auth:KeyFile", "there is no file no-such.pem.")]
    public void GivenAWrongServer_WhenLoaded_ThenItIsNamedWithWhatWouldBeRight(string servers, string path, string text)
    {
        var failure = Assert.Throws<SettingsException>(() => Load(servers));

        var fault = failure.Faults[0];
        Assert.Equal(path, fault.Path);
        Assert.Contains(text, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void GivenAKeyThatIsNone_WhenLoaded_ThenItIsNamedAndNotShown()
    {
        var file = _folder.PathOf("key.pem");
        File.WriteAllText(file, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");

        var failure = Assert.Throws<SettingsException>(() => Load(
            $$"""{ "Source": "pacs", "Auth": { "Kind": "smart-backend", "TokenUrl": "https://a.example.org/token", "ClientId": "c", "KeyFile": "{{file}}" } }"""));

        Assert.Equal("FhirServers:0:Auth:KeyFile", Assert.Single(failure.Faults).Path);
        Assert.DoesNotContain("c2VjcmV0", failure.Message, StringComparison.Ordinal);
    }

    private WorkerSettings Load(string servers) => WorkerSettings.Load([_folder.Write($$"""{ {{Sources}} "FhirServers": [ {{servers}} ] }""")]);
}
