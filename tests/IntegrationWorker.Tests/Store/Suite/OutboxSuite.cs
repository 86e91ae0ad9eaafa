using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>The events, for those who publish and read them.</summary>
public abstract class OutboxSuite : OpenStoreSuite
{
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(5);

    private protected OutboxSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenEvents_WhenReadPageByPage_ThenAllComeOnceWithTheirBytesPublishedOrNot()
    {
        var study = Some.Study();
        var events = await AddAsync([.. Enumerable.Range(1, 7).Select(version => Some.Event(study, version))]);
        await Store.Outbox.MarkPublishedAsync([events[1].Position, events[4].Position], Token);

        var read = new List<OutboxEntry>();

        while (await Store.Outbox.ReadAfterAsync(read.LastOrDefault()?.Position ?? 0, 3, Token) is { Count: > 0 } page)
        {
            Assert.True(page.Count <= 3);
            read.AddRange(page);
        }

        Assert.Equivalent(events.Select(entry => entry with { IsNext = false }), read, strict: true);
    }

    [Fact]
    public async Task GivenEventsOfAllAges_WhenTaken_ThenTheOldUnpublishedOnesComeInOrderAndNoneOvertakesAnother()
    {
        var (first, second) = (Some.Study(), Some.Study());
        var (old, young) = (Some.Noon - _grace, Some.Noon);
        OutboxEntry[] events =
        [
            .. await AddAsync(Some.Event(first, 1, old)),
            .. await AddAsync(Some.Event(second, 1, young)), // Its publisher may be at it.
            .. await AddAsync(
                Some.Event(first, 2, old),
                Some.Event(second, 2, old), // Old, but after a young one of its study.
                Some.Event(first, 3, old)),
        ];
        await Store.Outbox.MarkPublishedAsync([events[0].Position], Token);

        var taken = await Store.Outbox.TakeUnpublishedAsync(_grace, 10, Token);

        Assert.Equivalent(new[] { events[2], events[4] }, taken, strict: true);
        Assert.Equal(events[2].Position, Assert.Single(await Store.Outbox.TakeUnpublishedAsync(_grace, 2, Token)).Position);
    }

    [Fact]
    public async Task GivenTimeHasPassed_WhenTaken_ThenTheHeldBackOnesComeToo()
    {
        var study = Some.Study();
        var events = await AddAsync(Some.Event(study, 1), Some.Event(study, 2));
        Assert.Empty(await Store.Outbox.TakeUnpublishedAsync(_grace, 10, Token));

        Store.Time.Now += _grace;

        Assert.Equal(events.Select(entry => entry.Position), (await Store.Outbox.TakeUnpublishedAsync(_grace, 10, Token)).Select(entry => entry.Position));
    }

    [Fact]
    public async Task GivenAClockThatWasSetBack_WhenTaken_ThenEventsOfTheFutureDoNotWaitForIt()
    {
        var (study, other) = (Some.Study(), Some.Study());
        OutboxEntry[] events =
            [.. await AddAsync(Some.Event(study, 1, Some.Noon.AddHours(1))), .. await AddAsync(Some.Event(study, 2), Some.Event(other, 1))];
        Store.Time.Now += _grace;

        var taken = await Store.Outbox.TakeUnpublishedAsync(_grace, 10, Token);

        Assert.Equal(events.Select(entry => entry.Position), taken.Select(entry => entry.Position));
        await AddAsync(Some.Event(Some.Study(), 1, Some.Noon + _grace + TimeSpan.FromSeconds(1))); // The clock of another worker is a little ahead.
        Assert.Equal(events.Length, (await Store.Outbox.TakeUnpublishedAsync(_grace, 10, Token)).Count);
    }

    [Fact]
    public async Task GivenAnOlderUnpublishedEventOfTheStudy_WhenAskedWhatMayGo_ThenTheLaterOnesMayNot()
    {
        var (study, other) = (Some.Study(), Some.Study());
        var events = await AddAsync(Some.Event(study, 1), Some.Event(study, 2), Some.Event(other, 1), Some.Event(study, 3));
        OutboxEntry[] laterOnes = [events[1], events[2], events[3]];
        long[] late = [.. laterOnes.Select(entry => entry.Position)];

        var pending = await Store.Outbox.FindPendingAsync(laterOnes, Token);
        Assert.Equal(late, pending.Keys.Order());
        Assert.Equal([events[2].Position], pending.Where(each => each.Value).Select(each => each.Key));

        await Store.Outbox.MarkPublishedAsync([events[0].Position], Token);
        pending = await Store.Outbox.FindPendingAsync([events[0], .. laterOnes], Token);
        Assert.Equal(late, pending.Keys.Order());
        Assert.All(pending.Values, Assert.True);
        Assert.Empty(await Store.Outbox.FindPendingAsync([], Token));
    }

    [Fact]
    public async Task GivenUnpublishedEventsOfAnotherBatch_WhenEventsAreSaved_ThenTheyAreNotNext()
    {
        var events = await AddAsync(Some.Event(Some.Study(), 1), Some.Event(Some.Study(), 1));
        Assert.All(events, entry => Assert.True(entry.IsNext));

        await Store.Outbox.MarkPublishedAsync([events[0].Position], Token);
        Assert.False(Assert.Single(await AddAsync(Some.Event(Some.Study(), 1))).IsNext);

        await Store.Outbox.MarkPublishedAsync([events[1].Position, events[1].Position + 1], Token);
        Assert.True(Assert.Single(await AddAsync(Some.Event(Some.Study(), 1))).IsNext);
    }

    [Fact]
    public async Task GivenPublishedEvents_WhenTheOldOnesAreDeleted_ThenTheYoungAndTheUnpublishedStayAndNoPositionIsUsedAgain()
    {
        var study = Some.Study();
        var old = Some.Noon.AddDays(-8);
        var events = await AddAsync(
            Some.Event(study, 1, old), Some.Event(study, 2, old), Some.Event(study, 3, old), Some.Event(study, 4, Some.Noon));
        await Store.Outbox.MarkPublishedAsync([events[0].Position, events[1].Position, events[3].Position], Token);

        Assert.Equal(1, await Store.Outbox.DeletePublishedBeforeAsync(Some.Noon.AddDays(-7), 1, Token));
        Assert.Equal(1, await Store.Outbox.DeletePublishedBeforeAsync(Some.Noon.AddDays(-7), 10, Token));
        Assert.Equal(0, await Store.Outbox.DeletePublishedBeforeAsync(Some.Noon.AddDays(-7), 10, Token));

        Assert.Equal([3, 4], (await Store.Outbox.ReadAfterAsync(0, 10, Token)).Select(entry => entry.Version));
        Assert.True((await AddAsync(Some.Event(study, 5)))[0].Position > events[3].Position);
    }

    [Fact]
    public async Task GivenTheLatestEventIsOld_WhenOldOnesAreDeleted_ThenItStaysSoThatItsPositionIsNotUsedAgain()
    {
        var study = Some.Study();
        var events = await AddAsync(Some.Event(study, 1, Some.Noon.AddDays(-8)), Some.Event(study, 2, Some.Noon.AddDays(-8)));
        await Store.Outbox.MarkPublishedAsync([.. events.Select(entry => entry.Position)], Token);

        Assert.Equal(1, await Store.Outbox.DeletePublishedBeforeAsync(Some.Noon, 10, Token));

        Assert.Equal([2], (await Store.Outbox.ReadAfterAsync(0, 10, Token)).Select(entry => entry.Version));
        Assert.Equal(events[1].Position + 1, (await AddAsync(Some.Event(study, 3)))[0].Position);
    }

    [Fact]
    public async Task GivenAnyBatchesAndMarks_WhenLookedAt_ThenEachEventIsKnownAsAListOfEventsWouldKnowIt()
    {
        var random = new Random(20_261_126);
        var studies = Enumerable.Range(0, 6).Select(_ => Some.Study()).ToArray();
        var all = new List<OutboxEntry>();
        var unpublished = new SortedDictionary<long, string>();

        for (var step = 0; step < 60; step++)
        {
            var added = await AddAsync([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Some.Event(studies[random.Next(6)], all.Count))]);
            all.AddRange(added);
            added.ToList().ForEach(entry => unpublished.Add(entry.Position, entry.StudyId));

            // Marking what is marked already changes nothing.
            var marked = all.Where(_ => random.Next(4) == 0).Select(entry => entry.Position).ToArray();
            await Store.Outbox.MarkPublishedAsync(marked, Token);
            marked.ToList().ForEach(position => unpublished.Remove(position));

            var asked = all.Where(_ => random.Next(3) == 0).ToArray();
            var expected = asked
                .Where(entry => unpublished.ContainsKey(entry.Position))
                .ToDictionary(entry => entry.Position, entry => !unpublished.Any(other =>
                    other.Key < entry.Position && other.Value == entry.StudyId && asked.All(each => each.Position != other.Key)));
            Assert.Equal(expected.OrderBy(each => each.Key), (await Store.Outbox.FindPendingAsync(asked, Token)).OrderBy(each => each.Key));
        }

        Store.Time.Now += _grace;
        Assert.Equal(unpublished.Keys, (await Store.Outbox.TakeUnpublishedAsync(_grace, 1_000, Token)).Select(entry => entry.Position));
        Assert.Equal(unpublished.Keys.Take(7), (await Store.Outbox.TakeUnpublishedAsync(_grace, 7, Token)).Select(entry => entry.Position));
    }

    [Fact]
    public async Task GivenMoreUnpublishedThanIsLookedThrough_WhenAskedWhatMayGo_ThenNothingMayAndTheSweepTakesIt()
    {
        var (study, other) = (Some.Study(), Some.Study());
        await AddAsync([.. Enumerable.Range(1, 8_193).Select(version => Some.Event(study, version))]);
        var late = await AddAsync(Some.Event(other, 1));

        Assert.False(Assert.Single(await Store.Outbox.FindPendingAsync(late, Token)).Value);

        Store.Time.Now += _grace;
        Assert.Equal(late[0].Position, (await Store.Outbox.TakeUnpublishedAsync(_grace, 10_000, Token))[^1].Position);
    }

    private async Task<IReadOnlyList<OutboxEntry>> AddAsync(params OutboxEntry[] entries) =>
        (await Store.Studies.WriteAsync(changes => changes.Outbox.AddRange(entries), Token)).Outbox;
}
