using IntegrationWorker.Contracts;
using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Subscriptions;
using Xunit;

namespace IntegrationWorker.Tests.Subscriptions;

/// <summary>Positions and gaps of a FHIR subscription: docs/mapping.md §7.3 and §7.4.</summary>
public sealed class PositionRuleTests
{
    private static readonly DateTimeOffset _now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly Source _source = new() { SourceId = "pacs", Kind = "fhir", BaseUrl = "https://fhir.example.org/r4" };

    [Fact]
    public void GivenAnUnknownSubscription_WhenItNotifies_ThenItIsRejected_UntilItShakesHands()
    {
        var early = Follow(null, "event-notification", 1, 1);
        var hello = Follow(null, "handshake", 0);
        var later = Follow(hello.Position, "event-notification", 1, 1);

        Assert.Equal(Codes.UnknownSubscription, early.Rejection!.Code);
        Assert.Null(early.Position);
        Assert.Null(hello.Rejection);
        Assert.Equal(1, later.Position!.Position);
    }

    [Fact]
    public void GivenASourceThatForbidsHandshakes_WhenOneComes_ThenOnlyAConfiguredSubscriptionIsKnown()
    {
        var forbidding = _source with { AllowHandshake = false };

        Assert.NotNull(PositionRule.Follow(null, Note("handshake", 0), forbidding, _now).Rejection);
        Assert.Null(PositionRule.Follow(null, Note("handshake", 0), forbidding with { Subscriptions = ["sub-1"] }, _now).Rejection);
        Assert.Null(PositionRule.Follow(null, Note("heartbeat", 0), forbidding with { Subscriptions = ["sub-1"] }, _now).Rejection);
    }

    [Fact]
    public void GivenEventsInARow_WhenTheyCome_ThenThePositionFollowsWithoutWarning()
    {
        var rule = Follow(At(40), "event-notification", 42, 41, 42);

        Assert.Equal(42, rule.Position!.Position);
        Assert.Empty(rule.Position.Seen);
        Assert.Empty(rule.Warnings);
        Assert.Null(rule.Note!.Recover);
    }

    [Fact]
    public void GivenAGap_WhenAnEventBeyondItComes_ThenWhatIsMissingIsAskedForWithInclusiveBounds()
    {
        var rule = Follow(At(40), "event-notification", 44, 44);

        Assert.Equal((40, _now), (rule.Position!.Position, rule.Position.GapSince));
        Assert.Equal([44L], rule.Position.Seen);
        Assert.Equal([Codes.EventsMissing], rule.Warnings.Select(warning => warning.Code));
        Assert.Equal([41L, 43], (long[])rule.Warnings[0].Details!["missing"]);
        Assert.EndsWith("Subscription/sub-1/$events?eventsSinceNumber=41&eventsUntilNumber=43", rule.Note!.Recover);
    }

    [Fact]
    public void GivenAGap_WhenTheMissingEventsAreFetched_ThenThePositionMovesOverWhatWasSeenBefore()
    {
        var gap = Follow(At(40), "event-notification", 44, 43, 44);

        var closed = Follow(gap.Position, "query-event", 44, 41, 42);

        Assert.Equal(44, closed.Position!.Position);
        Assert.Null(closed.Position.GapSince);
        Assert.Empty(closed.Position.Seen);
        Assert.Empty(closed.Warnings);
    }

    [Fact]
    public void GivenAGapThatStays_WhenMoreComes_ThenItIsKnownSinceWhen()
    {
        var gap = Follow(At(40), "event-notification", 42, 42);

        var later = PositionRule.Follow(gap.Position, Note("heartbeat", 42), _source, _now.AddMinutes(5));

        Assert.Equal(_now, later.Position!.GapSince);
        Assert.Equal(_now.AddMinutes(5), later.Position.LastHeardAt);
    }

    [Theory]
    [InlineData("heartbeat")]
    [InlineData("query-status")]
    public void GivenACountBeyondThePosition_WhenNoEventComesWithIt_ThenTheEventsAreMissing(string type)
    {
        var rule = Follow(At(2), type, 3);

        Assert.Equal(2, rule.Position!.Position);
        Assert.EndsWith("eventsSinceNumber=3&eventsUntilNumber=3", rule.Note!.Recover);
    }

    [Fact]
    public void GivenACountBelowThePosition_WhenItComes_ThenTheServerStartedAgain()
    {
        var rule = Follow(At(40, 42, 43), "heartbeat", 3);

        Assert.Equal((3, 0), (rule.Position!.Position, rule.Position.Seen.Count));
        Assert.Equal([Codes.EventCounterWentBack], rule.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public void GivenAnOldEvent_WhenItComesAgain_ThenThePositionStays()
    {
        var rule = Follow(At(40), "query-event", 40, 7);

        Assert.Equal(40, rule.Position!.Position);
        Assert.Empty(rule.Warnings);
    }

    [Fact]
    public void GivenANotificationThatClosedAGap_WhenItComesAgain_ThenTheServerHasNotStartedAgain()
    {
        var gap = Follow(At(1), "event-notification", 4, 3, 4);
        var closed = Follow(gap.Position, "event-notification", 2, 2);

        var again = PositionRule.Follow(closed.Position, Note("event-notification", 2, 2), _source, _now, isRepeated: true);

        Assert.Equal([4L, 4], [closed.Position!.Position, again.Position!.Position]);
        Assert.Empty(again.Warnings);
    }

    [Theory]
    [InlineData("error")]
    [InlineData("off")]
    public void GivenASubscriptionThatIsOff_WhenTheServerSaysSo_ThenItIsReported(string status)
    {
        var rule = PositionRule.Follow(At(1), Note("heartbeat", 1) with { Status = status }, _source, _now);

        Assert.Equal([Codes.SubscriptionOff], rule.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public void GivenEventsInAnyOrder_WhenAllHaveCome_ThenThereIsNoGap()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            long[] numbers = [.. Enumerable.Range(1, 12).Select(number => (long)number)];
            new Random(seed).Shuffle(numbers);
            SubscriptionPosition? position = Follow(null, "handshake", 0).Position;

            foreach (var number in numbers)
            {
                // A recovery: its count is that of the whole subscription.
                position = Follow(position, "query-event", 12, number).Position;
            }

            Assert.True(position is { Position: 12, Seen.Count: 0, GapSince: null }, $"Seed {seed}");
        }
    }

    [Fact]
    public void GivenAHeartbeatThatCountedMore_WhenAnOldNotificationComesAgain_ThenTheGapIsNotForgotten()
    {
        var gap = Follow(At(2), "heartbeat", 5);

        var later = PositionRule.Follow(gap.Position, Note("event-notification", 2, 2), _source, _now, isRepeated: true);

        Assert.Equal((2, 5, 5), (later.Position!.Position, later.Position.Highest, later.Position.LastMissing));
        Assert.Equal(_now, later.Position.GapSince);
    }

    [Fact]
    public void GivenANotificationThatWasOnItsWayForLong_WhenItsCountIsLower_ThenTheServerHasNotStartedAgain()
    {
        var known = At(40) with { Highest = 40, ContiguousAt = _now };

        var late = PositionRule.Follow(known, Note("heartbeat", 38) with { At = _now.AddMinutes(-1) }, _source, _now.AddMinutes(1));
        var restart = PositionRule.Follow(known, Note("heartbeat", 38) with { At = _now.AddSeconds(1) }, _source, _now.AddMinutes(1));

        Assert.Equal((40, false), (late.Position!.Position, late.AsksForSearch));
        Assert.Equal((38, true, _now), (restart.Position!.Position, restart.AsksForSearch, restart.SearchSince));
    }

    [Theory]
    [InlineData(0, false)] // It was made a moment ago.
    [InlineData(7, true)] // It is set up once more: what happened in between is in no count.
    public void GivenAKnownSubscription_WhenItShakesHandsAgain_ThenWhatMayBeLostIsSearched(long position, bool asks)
    {
        var rule = PositionRule.Follow(At(position), Note("handshake", 9), _source, _now);

        Assert.Equal((9, 9, null, asks), (rule.Position!.Position, rule.Position.Highest, rule.Position.GapSince, rule.AsksForSearch));
    }

    [Fact]
    public void GivenAGapThatASearchMadeGood_WhenItIsClosed_ThenTheNumbersAfterItStay()
    {
        var gap = At(21, 25, 26, 29) with { Highest = 30, GapSince = _now.AddMinutes(-2), ContiguousAt = _now.AddMinutes(-5) };

        var closed = PositionRule.Close(gap, 24, _now);
        var all = PositionRule.Close(gap, gap.LastMissing, _now);

        Assert.Equal((26, 30, _now, _now), (closed.Position, closed.Highest, closed.GapSince, closed.ContiguousAt));
        Assert.Equal((30, 0, null), (all.Position, all.Seen.Count, all.GapSince));
    }

    [Fact]
    public void GivenEventsThatWaitedInAQueue_WhenTheyAreFollowed_ThenTheServersTimeCounts()
    {
        var rule = PositionRule.Follow(At(40), Note("event-notification", 41, 41) with { At = _now.AddHours(-1) }, _source, _now);

        Assert.Equal(_now.AddHours(-1), rule.Position!.ContiguousAt);
    }

    private static PositionRule Follow(SubscriptionPosition? known, string type, long count, params long[] events) =>
        PositionRule.Follow(known, Note(type, count, events), _source, _now);

    private static Notification Note(string type, long count, params long[] events) =>
        new() { SubscriptionId = "sub-1", Type = type, EventsSince = count, EventNumbers = events };

    private static SubscriptionPosition At(long position, params long[] seen) =>
        new() { SourceId = "pacs", SubscriptionId = "sub-1", Position = position, Seen = seen, LastHeardAt = _now.AddMinutes(-1) };
}
