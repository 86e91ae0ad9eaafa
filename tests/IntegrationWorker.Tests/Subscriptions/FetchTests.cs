using System.Security.Cryptography;
using IntegrationWorker.Tests.Subscriptions.Server;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace IntegrationWorker.Tests.Subscriptions;

/// <summary>What notifications only name is read from the server, whatever troubles that takes. docs/mapping.md §7.2.</summary>
public sealed class FetchTests
{
    private const string Credentials = """
        "Auth": { "Kind": "client-credentials", "ClientId": "invented-client", "ClientSecret": "invented-secret" },
        """;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("id-only")]
    [InlineData("empty")]
    [InlineData("full-resource")]
    public async Task GivenAnyPayload_WhenAnEventIsNotified_ThenTheStudyIsAppliedOnce(string payload)
    {
        await using var site = await FhirSite.StartAsync(_token);
        var subscription = await site.SubscribeAsync(payload);
        site.Server.Put("a", 1);

        await site.Server.NotifyAsync(subscription, "a", _token);
        await site.UntilStudyAsync("a");
        await site.Server.NotifyAsync(subscription, "a", _token); // The same version once more.
        await site.UntilIdleAsync();

        Assert.Equal("CT Invented", (await site.StudyAsync("a"))!.Value.GetProperty("studyDescription").GetString());
        Assert.Single((await site.Worker.GetAsync("/v1/events?after=0", _token)).GetProperty("events").EnumerateArray());
        Assert.Equal(2, (await site.SubscriptionAsync()).GetProperty("position").GetInt64());
    }

    [Fact]
    public async Task GivenARestHookWithoutAPayload_WhenItIsCalled_ThenAllPagesOfWhatChangedAreRead()
    {
        await using var site = await FhirSite.StartAsync(_token, "\"PageSize\": 2,");
        string[] ids = ["a", "b", "c", "d", "e"];
        Array.ForEach(ids, id => site.Server.Put(id, 1));

        using var answer = await site.Worker.Http.PostAsync(site.Hook, new ByteArrayContent([]), _token);

        answer.EnsureSuccessStatusCode();

        foreach (var id in ids)
        {
            await site.UntilStudyAsync(id);
        }

        Assert.Equal(3, site.Server.Requests.Count(request => request.StartsWith("ImagingStudy?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task GivenAStudyThatIsGone_WhenItIsRead_ThenItIsMarkedAsDeleted()
    {
        await using var site = await FhirSite.StartAsync(_token);
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        await site.Server.NotifyAsync(subscription, "a", _token);
        await site.UntilStudyAsync("a");

        site.Server.Delete("a");
        await site.Server.NotifyAsync(subscription, "a", _token);

        await site.UntilAsync(
            async () => (await site.StudyAsync("a"))!.Value.GetProperty("metadata").GetProperty("fhir.status").GetString() == "deleted",
            "the study is marked");
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(0)] // Every connection is cut.
    public async Task GivenAServerInTrouble_WhenItIsBack_ThenEverythingIsReadAndNothingIsADeadLetter(int trouble)
    {
        await using var site = await FhirSite.StartAsync(_token);
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        site.Server.Put("b", 1);
        (site.Server.Trouble, site.Server.RetryAfter) = (trouble, "1");
        await site.Server.NotifyAsync(subscription, "a", _token);
        await site.Server.NotifyAsync(subscription, "b", _token);
        await site.UntilAsync(
            async () => (await site.Worker.GetAsync("/v1/subscriptions", _token)).GetProperty("servers")[0].GetProperty("code").GetString() == "FHR-901",
            "the trouble shows");

        site.Server.Trouble = null;

        await site.UntilStudyAsync("a");
        await site.UntilStudyAsync("b");
        Assert.Empty(await site.DeadLettersAsync());
    }

    [Fact]
    public async Task GivenAWorkerThatIsStopped_WhenItStartsAgain_ThenItReadsWhatWasLeft()
    {
        await using var site = await FhirSite.StartAsync(_token);
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        site.Server.Trouble = 503;
        await site.Server.NotifyAsync(subscription, "a", _token);
        await site.StopWorkerAsync();

        site.Server.Trouble = null;
        await site.StartWorkerAsync();

        await site.UntilStudyAsync("a");
    }

    [Fact]
    public async Task GivenAServerThatRefusesAStudy_WhenItIsRead_ThenAPersonIsAskedAndAReplayReadsItAgain()
    {
        await using var site = await FhirSite.StartAsync(_token);
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        site.Server.Troubles.Enqueue(403);
        await site.Server.NotifyAsync(subscription, "a", _token);
        await site.UntilAsync(async () => (await site.DeadLettersAsync()).Count > 0, "there is a dead letter");
        var letter = (await site.Worker.GetAsync("/v1/dead-letters", _token)).GetProperty("deadLetters")[0];
        Assert.Equal("FHR-004", letter.GetProperty("code").GetString());
        Assert.Null(await site.StudyAsync("a"));

        using var replay = await site.Worker.Http.PostAsync(
            new Uri($"/v1/dead-letters/{letter.GetProperty("id").GetString()}/replay?why=allowed+now", UriKind.Relative), null, _token);

        replay.EnsureSuccessStatusCode();
        await site.UntilStudyAsync("a");
    }

    [Fact]
    public async Task GivenATokenThatEnds_WhenTheServerRefusesIt_ThenAnotherOneIsAskedFor()
    {
        await using var site = await FhirSite.PrepareAsync(_token);
        (site.Server.Tokens.AreWanted, site.Server.Tokens.Client) = (true, ("invented-client", "invented-secret"));
        await site.StartWorkerAsync($$"""
            "Auth": { "Kind": "client-credentials", "TokenUrl": "{{site.Server.BaseUrl.Replace("/r4", "/token", StringComparison.Ordinal)}}", "ClientId": "invented-client", "ClientSecret": "invented-secret" },
            """);
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        site.Server.Put("b", 1);

        await site.Server.NotifyAsync(subscription, "a", _token);
        await site.UntilStudyAsync("a");
        site.Server.Tokens.Expire();
        await site.Server.NotifyAsync(subscription, "b", _token);
        await site.UntilStudyAsync("b");

        Assert.Equal(2, site.Server.Tokens.Given);
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ec")]
    public async Task GivenSmartBackendServices_WhenATokenIsNeeded_ThenTheRequestIsSignedWithTheKeyOfTheSettings(string kind)
    {
        await using var site = await FhirSite.PrepareAsync(_token);
        using AsymmetricAlgorithm key = kind == "rsa" ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP384);
        site.Server.Tokens.AreWanted = true;
        site.Server.Tokens.ClientKey = key switch { RSA rsa => new RsaSecurityKey(rsa), var other => new ECDsaSecurityKey((ECDsa)other) };
        site.Server.Tokens.ClientKey.KeyId = "key-1";
        var file = site.Folder.PathOf("key.pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem(), _token);
        await site.StartWorkerAsync($$"""
            "Auth": { "Kind": "smart-backend", "TokenUrl": "{{site.Server.BaseUrl.Replace("/r4", "/token", StringComparison.Ordinal)}}", "ClientId": "invented-client", "KeyFile": "{{file}}", "KeyId": "key-1" },
            """);
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);

        await site.Server.NotifyAsync(subscription, "a", _token);

        await site.UntilStudyAsync("a");
        Assert.Equal(1, site.Server.Tokens.Given);
    }

    [Theory]
    [InlineData("smart-configuration", 1)]
    [InlineData("metadata", 2)] // After the other one, which is not there.
    public async Task GivenNoTokenUrl_WhenATokenIsNeeded_ThenTheServerIsAskedOnceWhereItGivesThemOut(string where, int requests)
    {
        await using var site = await FhirSite.PrepareAsync(_token);
        (site.Server.Tokens.AreWanted, site.Server.Tokens.Client, site.Server.Tokens.IsSaidIn) = (true, ("invented-client", "invented-secret"), where);
        await site.StartWorkerAsync(Credentials);
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        site.Server.Put("b", 1);

        await site.Server.NotifyAsync(subscription, "a", _token);
        await site.UntilStudyAsync("a");
        site.Server.Tokens.Expire();
        await site.Server.NotifyAsync(subscription, "b", _token);
        await site.UntilStudyAsync("b");

        Assert.Equal((2, requests), (site.Server.Tokens.Given, site.Server.Tokens.Asked));
    }

    [Fact]
    public async Task GivenAServerThatDoesNotSayWhereTokensAre_WhenItSaysSoLater_ThenWhatWaitedIsRead()
    {
        await using var site = await FhirSite.PrepareAsync(_token);
        (site.Server.Tokens.AreWanted, site.Server.Tokens.Client) = (true, ("invented-client", "invented-secret"));
        await site.StartWorkerAsync(Credentials);
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        await site.Server.NotifyAsync(subscription, "a", _token);
        await site.UntilAsync(
            async () => (await site.Worker.GetAsync("/v1/subscriptions", _token)).GetProperty("servers")[0].GetProperty("code").GetString() == "FHR-902",
            "the trouble shows");

        site.Server.Tokens.IsSaidIn = "smart-configuration";

        await site.UntilStudyAsync("a");
        Assert.Empty(await site.DeadLettersAsync());
    }

    [Fact]
    public async Task GivenATokenThatIsNotTaken_WhenItIsPutRight_ThenWhatWaitedIsRead()
    {
        await using var site = await FhirSite.PrepareAsync(_token);
        site.Server.Tokens.AreWanted = true;
        await site.StartWorkerAsync("\"Auth\": { \"Kind\": \"bearer\", \"Token\": \"invented-token\" },");
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        await site.Server.NotifyAsync(subscription, "a", _token);
        await site.UntilAsync(
            async () => (await site.Worker.GetAsync("/v1/subscriptions", _token)).GetProperty("servers")[0].GetProperty("code").GetString() == "FHR-902",
            "the trouble shows");

        site.Server.Tokens.Add("invented-token");

        await site.UntilStudyAsync("a");
        Assert.Empty(await site.DeadLettersAsync());
    }

    [Fact]
    public async Task GivenAServerThatNotifiesNobody_WhenItsTimeHasCome_ThenItIsSearchedAllTheSame()
    {
        await using var site = await FhirSite.StartAsync(_token, "\"ReconcileEvery\": \"00:00:01\",");
        site.Server.Put("a", 1);

        await site.UntilStudyAsync("a");
        site.Server.Put("a", 2, "CT Changed");
        await site.UntilAsync(async () => (await site.StudyAsync("a"))!.Value.GetProperty("studyDescription").GetString() == "CT Changed", "the change is there");

        Assert.Equal(2, (await site.Worker.GetAsync("/v1/events?after=0", _token)).GetProperty("events").EnumerateArray().Count());
    }
}
