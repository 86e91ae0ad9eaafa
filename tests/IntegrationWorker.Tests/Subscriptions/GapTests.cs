using System.Text.Json;
using IntegrationWorker.Tests.Subscriptions.Server;
using Xunit;

namespace IntegrationWorker.Tests.Subscriptions;

/// <summary>Events that were not notified are noticed, made good and reported. docs/mapping.md §7.3, §7.4.</summary>
public sealed class GapTests
{
    private const string NoGrace = "\"Grace\": \"00:00:00\",";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "id-only", "events")]
    [InlineData(true, "full-resource", "events")]
    [InlineData(true, "empty", "events")]
    [InlineData(false, "id-only", "search")]
    [InlineData(false, "full-resource", "search")]
    public async Task GivenEventsThatGotLost_WhenLaterOnesCome_ThenTheyAreMadeGoodAfterTheGrace(bool hasEvents, string payload, string by)
    {
        await using var site = await FhirSite.StartAsync(_token, "\"Grace\": \"00:00:01\",");
        site.Server.HasEvents = hasEvents;
        var subscription = await site.SubscribeAsync(payload);

        await HappenAsync(site, subscription, lost: [22, 23, 24]);
        await UntilClosedAsync(site);

        await AssertAllAsync(site, by);
        Assert.Equal(hasEvents ? 1 : 0, site.Server.Requests.Count(request => request.Contains("eventsSinceNumber=22&eventsUntilNumber=24", StringComparison.Ordinal)) - (hasEvents ? 0 : 1));
    }

    [Theory]
    [InlineData(true, "events")]
    [InlineData(false, "search")]
    public async Task GivenAGap_WhenTheWorkerIsStartedAgain_ThenItIsMadeGood(bool hasEvents, string by)
    {
        await using var site = await FhirSite.StartAsync(_token, "\"Grace\": \"01:00:00\",");
        site.Server.HasEvents = hasEvents;
        var subscription = await site.SubscribeAsync();
        await HappenAsync(site, subscription, lost: [22, 23, 24]);
        await site.UntilAsync(async () => (await site.GapsAsync()).Count == 1, "the gap is noticed");
        var open = Assert.Single(await site.GapsAsync());
        Assert.Equal((22, 24, JsonValueKind.Null), (open.GetProperty("first").GetInt64(), open.GetProperty("last").GetInt64(), open.GetProperty("closedAt").ValueKind));

        await site.StopWorkerAsync();
        await site.StartWorkerAsync(NoGrace);
        await UntilClosedAsync(site);

        await AssertAllAsync(site, by);
    }

    [Fact]
    public async Task GivenAServerThatTellsFewEventsAtOnce_WhenItIsAsked_ThenItIsAskedUntilNoneIsMissing()
    {
        await using var site = await FhirSite.StartAsync(_token, NoGrace);
        site.Server.EventsMax = 1;
        var subscription = await site.SubscribeAsync();

        await HappenAsync(site, subscription, lost: [22, 23, 24]);
        await UntilClosedAsync(site);

        await AssertAllAsync(site, "events");
    }

    [Fact]
    public async Task GivenAHeartbeatThatCountsMore_WhenItComes_ThenWhatIsMissingIsMadeGood()
    {
        await using var site = await FhirSite.StartAsync(_token, NoGrace);
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        await site.Server.NotifyAsync(subscription, "a", _token, isLost: true);

        await site.Server.BeatAsync(subscription, _token);

        await site.UntilStudyAsync("a");
        await UntilClosedAsync(site);
        Assert.Equal("events", Assert.Single(await site.GapsAsync()).GetProperty("recoveredBy").GetString());
    }

    [Fact]
    public async Task GivenAServerThatStartsAgain_WhenItsCountIsLower_ThenWhatHasChangedIsSearched()
    {
        await using var site = await FhirSite.StartAsync(_token);
        var subscription = await site.SubscribeAsync();

        foreach (var id in (string[])["a", "b", "c"])
        {
            site.Server.Put(id, 1);
            await site.Server.NotifyAsync(subscription, id, _token);
        }

        await site.UntilIdleAsync();
        subscription.Forget();
        site.Server.Put("lost", 1); // Nobody is told of it.
        site.Server.Put("d", 1);
        await site.Server.NotifyAsync(subscription, "d", _token);

        await site.UntilStudyAsync("lost");
        Assert.Equal(1, (await site.SubscriptionAsync()).GetProperty("position").GetInt64());
        Assert.NotNull(await site.StudyAsync("d"));
    }

    [Fact]
    public async Task GivenTroubleWhileAGapIsMadeGood_WhenTheServerIsBack_ThenItIsClosed()
    {
        await using var site = await FhirSite.StartAsync(_token, NoGrace);
        var subscription = await site.SubscribeAsync("full-resource");
        site.Server.Put("a", 1);
        site.Server.Put("b", 1);
        await site.Server.NotifyAsync(subscription, "a", _token, isLost: true);
        site.Server.Trouble = 503;
        await site.Server.NotifyAsync(subscription, "b", _token);
        await site.UntilAsync(async () => await site.GapsAsync() is [var gap] && gap.GetProperty("code").GetString() == "FHR-901", "the trouble shows in the report");

        site.Server.Trouble = null;

        await UntilClosedAsync(site);
        Assert.NotNull(await site.StudyAsync("a"));
        Assert.Empty(await site.DeadLettersAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GivenASubscriptionThatFallsSilent_WhenThreeHeartbeatsAreMissing_ThenTheServerIsAsked(bool hasStatus)
    {
        await using var site = await FhirSite.StartAsync(_token, NoGrace + "\"Subscriptions\": [ { \"Id\": \"sub-1\", \"Heartbeat\": \"00:00:01\" } ],");
        site.Server.HasStatus = hasStatus;
        var subscription = await site.SubscribeAsync();
        site.Server.Put("a", 1);
        await site.Server.NotifyAsync(subscription, "a", _token, isLost: true);

        await site.UntilStudyAsync("a"); // By what the server has counted, or by a search.

        Assert.Contains("Subscription/sub-1/$status", site.Server.Requests);
    }

    [Fact]
    public async Task GivenASubscriptionThatTheServerSwitchedOff_WhenItSaysSo_ThenThatShows()
    {
        await using var site = await FhirSite.StartAsync(_token);
        var subscription = await site.SubscribeAsync();
        subscription.State = "off";

        await site.Server.BeatAsync(subscription, _token);

        Assert.Equal("off", (await site.SubscriptionAsync()).GetProperty("status").GetString());
    }

    // Thirty events about thirty studies.
    private async Task HappenAsync(FhirSite site, TestSubscription subscription, int[] lost)
    {
        for (var number = 1; number <= 30; number++)
        {
            site.Server.Put($"s{number}", 1);
            await site.Server.NotifyAsync(subscription, $"s{number}", _token, isLost: lost.Contains(number));
        }
    }

    private static async Task UntilClosedAsync(FhirSite site)
    {
        await site.UntilAsync(
            async () => await site.GapsAsync() is { Count: > 0 } gaps && gaps.All(gap => gap.GetProperty("closedAt").ValueKind == JsonValueKind.String), "the gap is closed");
        await site.UntilIdleAsync();
    }

    private async Task AssertAllAsync(FhirSite site, string by)
    {
        for (var number = 1; number <= 30; number++)
        {
            Assert.True(await site.StudyAsync($"s{number}") is not null, $"s{number}");
        }

        var gap = Assert.Single(await site.GapsAsync());
        Assert.Equal((22, 24, by), (gap.GetProperty("first").GetInt64(), gap.GetProperty("last").GetInt64(), gap.GetProperty("recoveredBy").GetString()));
        var subscription = await site.SubscriptionAsync();
        Assert.Equal((30, JsonValueKind.Null), (subscription.GetProperty("position").GetInt64(), subscription.GetProperty("missing").ValueKind));
        Assert.Equal(30, (await site.Worker.GetAsync("/v1/events?after=0&limit=1000", _token)).GetProperty("events").EnumerateArray().Count());
        Assert.Empty(await site.DeadLettersAsync());
    }
}
