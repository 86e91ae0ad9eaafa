using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>The life of a dead letter, from its rejection to its end.</summary>
public abstract class CaseSuite : OpenStoreSuite
{
    private protected CaseSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenAnUnknownSender_WhenItIsRegisteredAndReplayed_ThenTheCaseIsResolvedOnceAndTheReceiptTellsWhatItDid()
    {
        var before = new CaseBench(Store, Token);
        var id = await before.FailAsync(before.Order("C1", 1, 0, priority: "S", sender: "NEW"));
        var after = before.WithNew();

        var first = await after.Desk.ReplayAsync(id, "anna", "sender registered", Token);
        var second = await after.Desk.ReplayAsync(id, "anna", "once more", Token);

        Assert.Equal((DeadLetterStatus.Resolved, "hl7/NEW/NORTH/C1"), (first!.DeadLetter.Status, first.Receipt.MessageKey));
        Assert.Equal((Outcomes.Rejected, Codes.UnknownSender, Outcomes.Created), (first.Receipt.EarlierOutcome, first.Receipt.EarlierCode, first.Receipt.Outcome));
        Assert.Equal((64, "1", "anna", 0), (first.Receipt.Fingerprint.Length, first.Receipt.MappingVersion, first.Receipt.Who, first.Receipt.Revision));
        Assert.Contains("severity", Assert.Single(first.Receipt.Changed).Fields);
        Assert.Equal((Outcomes.Duplicate, Outcomes.Created), (second!.Receipt.Outcome, second.Receipt.EarlierOutcome));
        Assert.Empty(second.Receipt.Changed);
        Assert.Single(await after.EventsAsync());
        var letter = (await Store.DeadLetters.GetAsync(id, Token))!;
        Assert.Equal(["replay created", "replay duplicate"], letter.Attempts.Select(attempt => $"{attempt.Action} {attempt.Outcome}"));
        Assert.Equal((2, "sender registered"), (letter.Summary.Attempts, letter.Summary.ClosedReason));
    }

    [Fact]
    public async Task GivenACase_WhenItsReplayFailsForAnotherReason_ThenItIsTheSameCaseStillOpenAndKeepsWhatItBeganWith()
    {
        var before = new CaseBench(Store, Token);
        await before.SendAsync(before.Order("C0", 1, 0, patient: "P9"));
        var id = await before.FailAsync(before.Order("C1", 1, 1, sender: "NEW"));

        var receipt = await before.WithNew().Desk.ReplayAsync(id, "anna", "sender registered", Token);

        var letter = Assert.Single(await Store.DeadLetters.ListAsync(new DeadLetterFilter(), 10, null, Token));
        Assert.Equal((id, DeadLetterStatus.Open, 1), (letter.Id, letter.Status, letter.Attempts));
        Assert.Equal((Codes.PatientMismatch, Codes.UnknownSender), (letter.Code, letter.FirstCode));
        Assert.Equal((Codes.UnknownSender, Codes.PatientMismatch), (receipt!.Receipt.EarlierCode, receipt.Receipt.Code));
        var attempt = Assert.Single((await Store.DeadLetters.GetAsync(id, Token))!.Attempts);
        Assert.Equal((Outcomes.Rejected, Codes.PatientMismatch), (attempt.Outcome, attempt.Code));
    }

    [Fact]
    public async Task GivenADiscardedCase_WhenReplayed_ThenItIsRefusedUntilItIsRestored_AndEveryStepIsOnRecord()
    {
        var bench = new CaseBench(Store, Token, knowsNew: false);
        var id = await bench.FailAsync(bench.Order("C1", 1, 0, sender: "NEW"));

        Assert.True(await bench.Desk.DiscardAsync(id, "ben", "a test of ours", Token));
        Assert.False(await bench.Desk.DiscardAsync(id, "ben", "again", Token));
        await Assert.ThrowsAsync<ArgumentException>(() => bench.Desk.DiscardAsync(id, "ben", " ", Token));
        await Assert.ThrowsAsync<DeadLetterBusyException>(() => bench.Desk.ReplayAsync(id, "ben", "", Token));
        Assert.True(await bench.Desk.RestoreAsync(id, "carl", "it was none", Token));
        Assert.False(await bench.Desk.RestoreAsync(id, "carl", "again", Token));
        var replayed = await bench.WithNew().Desk.ReplayAsync(id, "carl", "registered", Token);

        Assert.Equal(DeadLetterStatus.Resolved, replayed!.DeadLetter.Status);
        Assert.False(await bench.Desk.RestoreAsync(id, "carl", "what took effect stays closed", Token));
        Assert.Equal(
            ["discard discarded ben", "restore open carl", "replay created carl"],
            (await Store.DeadLetters.GetAsync(id, Token))!.Attempts.Select(attempt => $"{attempt.Action} {attempt.Outcome} {attempt.Who}"));
    }

    [Fact]
    public async Task GivenACase_WhenSomebodyLooksAtItsBody_ThenThatIsOnRecord()
    {
        var bench = new CaseBench(Store, Token);
        var id = await bench.FailAsync(bench.Order("C1", 1, 0, sender: "NEW"));

        await bench.Desk.ListAsync(new DeadLetterFilter(), 10, null, Token);
        await bench.Desk.ShowAsync(id, "anna", Token);
        var shown = await bench.Desk.ShowAsync(id, "ben", Token);

        Assert.Equal(["anna show", "ben show"], shown!.Looks.Select(look => $"{look.Who} {look.Action}"));
        Assert.Null(await bench.Desk.ShowAsync("dl_unknown", "anna", Token));
    }

    [Fact]
    public async Task GivenManyFailures_WhenGrouped_ThenThereIsOneGroupForEachCauseInWordsWithCountsOverTime()
    {
        var bench = new CaseBench(Store, Token);

        for (var i = 0; i < 5; i++)
        {
            await bench.FailAsync(bench.Order($"N{i}", i, 300 + i, sender: "NEW")); // 11:00 and later
        }

        await bench.FailAsync(bench.Order("N9", 9, -1440, sender: "NEW")); // The day before.
        await bench.FailAsync(bench.Order("O1", 1, 301, sender: "OTHER"));
        await bench.FailAsync(bench.Order("U1", 2, 302, uid: "1..2"));
        var closed = await bench.FailAsync(bench.Order("U2", 3, 303, uid: "2..3"));
        await bench.Desk.DiscardAsync(closed, "ben", "a test", Token);

        var groups = await bench.Groups.ListAsync(DeadLetterStatus.Open, Token);

        Assert.Equal(
            ["HL7-010 application=NEW; facility=NORTH 6", "HL7-010 application=OTHER; facility=NORTH 1", "IDN-004  1"],
            groups.Select(group => $"{group.Code} {group.Cause} {group.Count}").Order(StringComparer.Ordinal));
        var strangers = groups[0];
        Assert.Equal(("sender is not registered", "the administrator of the worker"), (strangers.What, strangers.Who));
        Assert.Equal((5, 5), (strangers.Lately, strangers.LastDay));
        Assert.Equal([5, 1], strangers.Days.Select(day => day.Count));
        Assert.Equal((Some.Noon.AddHours(-30), Some.Noon.AddMinutes(-56)), (strangers.FirstSeen, strangers.LastSeen));
        var key = await bench.Groups.FindAsync(strangers.Id, Token);
        Assert.Equal(6, (await Store.DeadLetters.ListAsync(new DeadLetterFilter(DeadLetterStatus.Open) { Group = key }, 100, null, Token)).Count);
        Assert.Equal(2, (await bench.Groups.ListAsync(null, Token)).Single(group => group.Code == "IDN-004").Count);
    }

    [Fact]
    public async Task GivenAMessageThatFoundNoStudy_WhenLookedForByItsNumbers_ThenItsCaseIsFound()
    {
        var bench = new CaseBench(Store, Token);
        var id = await bench.FailAsync(bench.Order("U1", 2, 302, uid: "1..2"));
        await bench.FailAsync(bench.Order("U2", 3, 303, uid: "1..2"));

        var byAccession = await Store.DeadLetters.ListAsync(
            new DeadLetterFilter { Numbers = [new Studies.LinkKey(Studies.LinkKind.Accession, "A2")] }, 10, null, Token);

        Assert.Equal(id, Assert.Single(byAccession).Id);
    }
}
