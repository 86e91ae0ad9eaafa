using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>What is to be done about FHIR servers stays written down until it is done.</summary>
public abstract class FhirWorkSuite : OpenStoreSuite
{
    private protected FhirWorkSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    private IFhirWorkStore Work => Store.FhirWork;

    [Fact]
    public async Task GivenABatchThatAsks_WhenItIsCommitted_ThenItIsDueOnceHoweverOftenItWasAskedFor()
    {
        await Store.Studies.WriteAsync(
            changes => changes.Fetches.AddRange([Read("a"), Read("a"), Search(Some.Noon), Search(Some.Noon.AddMinutes(-3)), Read("a", source: "other")]), Token);
        await Work.AskAsync([Search(null), Read("b")], Token);

        var due = await Work.FindDueAsync("pacs", Some.Noon, 10, Token);

        Assert.Equal(["read/pacs/ImagingStudy/a", "read/pacs/ImagingStudy/b", "search/pacs/s1"], due.Select(fetch => fetch.Id).Order());
        Assert.Equal(Some.Noon.AddMinutes(-3), due.Single(fetch => fetch.Kind == FhirFetchKind.Search).Since);
        Assert.Single(await Work.FindDueAsync("pacs", Some.Noon, 1, Token));
        Assert.Equal([("other", 1L), ("pacs", 3L)], (await Work.CountWaitingAsync(Token)).Select(each => (each.SourceId, each.Count)));
    }

    [Fact]
    public async Task GivenABatchThatIsRolledBack_WhenItAsked_ThenNothingIsDue()
    {
        var changes = new BatchChanges();
        changes.Fetches.Add(Read("a"));

        await using (var batch = await Store.Studies.BeginAsync(Token))
        {
            await batch.SaveAsync(changes, Token);
        }

        Assert.Empty(await Work.FindDueAsync("pacs", Some.Noon, 10, Token));
    }

    [Fact]
    public async Task GivenAFetchThatIsAskedForWhileItIsBeingRead_WhenItIsDone_ThenItIsDueOnceMore()
    {
        await Work.AskAsync([Read("a")], Token);
        var first = Assert.Single(await Work.FindDueAsync("pacs", Some.Noon, 10, Token));

        await Work.AskAsync([Read("a")], Token);
        await Work.DoneAsync(first, Token);
        var second = Assert.Single(await Work.FindDueAsync("pacs", Some.Noon, 10, Token));
        await Work.DoneAsync(second, Token);

        Assert.Empty(await Work.FindDueAsync("pacs", Some.Noon, 10, Token));
    }

    [Fact]
    public async Task GivenAFetchThatFails_WhenItsTimeHasCome_ThenItIsDueAgain()
    {
        await Work.AskAsync([Read("a")], Token);

        await Work.FailedAsync(Read("a"), "FHR-901", Some.Noon.AddMinutes(1), Token);

        Assert.Empty(await Work.FindDueAsync("pacs", Some.Noon, 10, Token));
        Assert.Equal(1, Assert.Single(await Work.FindDueAsync("pacs", Some.Noon.AddMinutes(1), 10, Token)).Attempts);
        Assert.Equal("FHR-901", Assert.Single(await Work.CountWaitingAsync(Token)).Code);
    }

    [Fact]
    public async Task GivenWatermarks_WhenWritten_ThenTheLastOneOfEachSearchComesBack()
    {
        await Work.SetWatermarkAsync("pacs", "ImagingStudy", Some.Noon, Token);
        await Work.SetWatermarkAsync("pacs", "ImagingStudy", Some.Noon.AddHours(1), Token);

        Assert.Equal(Some.Noon.AddHours(1), await Work.FindWatermarkAsync("pacs", "ImagingStudy", Token));
        Assert.Null(await Work.FindWatermarkAsync("pacs", "ImagingStudy?modality=CT", Token));
    }

    [Fact]
    public async Task GivenGaps_WhenOneIsClosed_ThenItIsInTheReportAndNoLongerOpen()
    {
        var gap = new SubscriptionGap { SourceId = "pacs", SubscriptionId = "s1", NoticedAt = Some.Noon, FirstNumber = 22, LastNumber = 24 };
        var later = gap with { NoticedAt = Some.Noon.AddHours(1), FirstNumber = 40, LastNumber = 40 };
        await Work.SaveGapAsync(gap, Token);
        await Work.SaveGapAsync(later, Token);

        var closed = gap with { Attempts = 2, RecoveredBy = GapRecovery.Search, ClosedAt = Some.Noon.AddMinutes(2) };
        await Work.SaveGapAsync(closed, Token);

        Assert.Equal([later], await Work.OpenGapsAsync("pacs", Token));
        Assert.Equal([later, closed], await Work.GapsAsync("s1", null, 10, Token));
        Assert.Empty(await Work.GapsAsync("s1", "other", 10, Token));
    }

    [Fact]
    public async Task GivenPositions_WhenAskedForThoseOfASource_ThenTheyComeBackWhole()
    {
        var position = new SubscriptionPosition
        {
            SourceId = "pacs", SubscriptionId = "s1", Position = 21, Seen = [25, 26], Highest = 30, Status = "active", LastHeardAt = Some.Noon, GapSince = Some.Noon,
            ContiguousAt = Some.Noon.AddMinutes(-1),
        };
        await Store.Studies.WriteAsync(changes => changes.Positions.AddRange([position, position with { SourceId = "other" }]), Token);

        Assert.Equivalent(position, Assert.Single(await Work.PositionsAsync("pacs", Token)), strict: true);
        Assert.Equal(2, (await Work.PositionsAsync(null, Token)).Count);
        Assert.Equal(30, position.LastMissing);
        Assert.Equal(24, (position with { Highest = 26 }).LastMissing);
    }

    private static FhirFetch Read(string id, string source = "pacs") => FhirFetch.Read(source, "s1", $"ImagingStudy/{id}", Some.Noon);

    private static FhirFetch Search(DateTimeOffset? since) => FhirFetch.Search("pacs", "s1", since, Some.Noon);
}
