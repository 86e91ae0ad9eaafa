using IntegrationWorker.Cli;
using IntegrationWorker.Tests.Subscriptions.Server;
using Xunit;

namespace IntegrationWorker.Tests.Subscriptions;

/// <summary><c>subscription register|status</c>: they ask a real server.</summary>
public sealed class SubscriptionVerbTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenTheSettings_WhenASubscriptionIsRegistered_ThenTheServerHasItWithTheSecretAndItNotifies()
    {
        await using var site = await FhirSite.StartAsync(_token, $$""" "Subscriptions": [ { "Secret": "{{FhirSite.Secret}}", "Criteria": "ImagingStudy?modality=CT" } ], """);

        Assert.Equal(0, await RunAsync(site, "register", "--endpoint", site.Hook.AbsoluteUri, "--json"));

        var made = Assert.Single(site.Server.Subscriptions.Values);
        Assert.Equal((FhirSite.Secret, "ImagingStudy?modality=CT"), (made.Secret, (string?)made.Sent!["criteria"]));
        Assert.Equal("application/fhir+json", (string?)made.Sent["channel"]!["payload"]);
        Assert.Equal(System.Net.HttpStatusCode.OK, await site.Server.ShakeHandsAsync(made, _token));
        Assert.Equal(0, await RunAsync(site, "status", made.Id));
        made.State = "error";
        Assert.Equal(1, await RunAsync(site, "status", made.Id, "--json"));
        Assert.Equal(1, await RunAsync(site, "status", "nobody"));
    }

    [Fact]
    public async Task GivenATopic_WhenASubscriptionIsRegistered_ThenItIsOneOfTheBackportGuide()
    {
        await using var site = await FhirSite.StartAsync(_token);

        Assert.Equal(0, await RunAsync(
            site, "register", "--source", "pacs", "--endpoint", site.Hook.AbsoluteUri, "--topic", "http://example.org/topics/imaging", "--payload", "id-only", "--heartbeat", "60"));

        var sent = Assert.Single(site.Server.Subscriptions.Values).Sent!;
        Assert.Equal("http://example.org/topics/imaging", (string?)sent["criteria"]);
        Assert.Equal(["ImagingStudy", "id-only", "60"], new[] { sent["_criteria"]!["extension"]![0]!["valueString"], sent["channel"]!["_payload"]!["extension"]![0]!["valueCode"], sent["channel"]!["extension"]![0]!["valueUnsignedInt"] }.Select(value => value!.ToString()));
    }

    [Theory]
    [InlineData("register")] // No endpoint.
    [InlineData("register", "--endpoint", "here")]
    [InlineData("register", "--endpoint", "https://worker.example.org/fhir/pacs", "--payload", "all")]
    public async Task GivenAWrongCommandLine_WhenInvoked_ThenTheExitCodeIsTwo(params string[] arguments) =>
        Assert.Equal(2, await CommandLine.InvokeAsync(["subscription", .. arguments]));

    [Theory]
    [InlineData(503)]
    [InlineData(422)]
    public async Task GivenAServerThatDoesNotTakeIt_WhenRegistered_ThenTheExitCodeIsOne(int trouble)
    {
        await using var site = await FhirSite.StartAsync(_token);
        site.Server.Trouble = trouble;

        Assert.Equal(1, await RunAsync(site, "register", "--endpoint", site.Hook.AbsoluteUri));
    }

    private static Task<int> RunAsync(FhirSite site, params string[] arguments) =>
        CommandLine.InvokeAsync(["subscription", .. arguments, "--config", site.ConfigFile]);
}
