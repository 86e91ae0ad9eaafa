using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>What wants attention in a store, counted for those who scrape.</summary>
public abstract class FiguresSuite : OpenStoreSuite
{
    private protected FiguresSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenNothing_WhenCounted_ThenAllIsZero()
    {
        var figures = await new StoreFiguresReader(Store.Database).ReadAsync(Token);

        Assert.Equal((0, 0, 0, 0), (figures.Parked, figures.Held, figures.Unpublished, figures.Plans));
        Assert.Null(figures.HeldSince);
        Assert.Null(figures.UnpublishedSince);
        Assert.Empty(figures.OpenDeadLetters);
        Assert.Empty(figures.OpenGaps);
        Assert.Empty(figures.Fetches);
    }

    [Fact]
    public async Task GivenWhatWaits_WhenCounted_ThenOnlyThatWhichStillWaitsCounts()
    {
        var (study, closed) = (Some.Study(), Some.DeadLetter("HL7-001"));
        var gap = new SubscriptionGap { SourceId = "pacs", SubscriptionId = "s1", NoticedAt = Some.Noon, FirstNumber = 22, LastNumber = 24 };
        var changes = await Store.Studies.WriteAsync(
            changes =>
            {
                changes.DeadLetters.AddRange([Some.DeadLetter("HL7-001"), Some.DeadLetter("SRC-001"), Some.DeadLetter("SRC-001"), closed]);
                changes.NewParked.AddRange([Some.Parked("hl7/1"), Some.Parked("hl7/2")]);
                changes.Holds.Add(new Hold("ris-north", "1.2.3", Some.Id("dl"), Some.Noon));
                changes.HeldUnits.AddRange(
                [
                    new HeldUnit("ris-north/1.2.3", Some.Parked("hl7/3"), Some.Noon.AddMinutes(2)),
                    new HeldUnit("ris-north/1.2.3", Some.Parked("hl7/4"), Some.Noon.AddMinutes(1)),
                    new HeldUnit("ris-north/1.2.3", Some.Parked("hl7/5"), Some.Noon.AddMinutes(3)),
                ]);
                changes.Outbox.AddRange(Enumerable.Range(1, 5).Select(version => Some.Event(study, version, Some.Noon)));
                changes.Fetches.Add(FhirFetch.Read("pacs", "s1", "ImagingStudy/a", Some.Noon));
            },
            Token);
        await Store.Studies.WriteAsync(changes => changes.CaseSteps.Add(Some.Closing(closed.Id, DeadLetterStatus.Discarded, Some.Noon)), Token);
        await Store.Outbox.MarkPublishedAsync([changes.Outbox[2].Position], Token);
        await Store.FhirWork.SaveGapAsync(gap, Token);
        await Store.FhirWork.SaveGapAsync(gap with { NoticedAt = Some.Noon.AddHours(1), ClosedAt = Some.Noon.AddHours(2) }, Token);

        var figures = await new StoreFiguresReader(Store.Database).ReadAsync(Token);

        Assert.Equal(new Dictionary<string, long> { ["HL7-001"] = 1, ["SRC-001"] = 2 }, figures.OpenDeadLetters);
        Assert.Equal((2, 3, 4), (figures.Parked, figures.Held, figures.Unpublished));
        Assert.Equal((Some.Noon.AddMinutes(1), Some.Noon), (figures.HeldSince, figures.UnpublishedSince));
        Assert.Equal(new Dictionary<string, long> { ["pacs"] = 1 }, figures.OpenGaps);
        Assert.Equal(new Dictionary<string, long> { ["pacs"] = 1 }, figures.Fetches);
    }
}
