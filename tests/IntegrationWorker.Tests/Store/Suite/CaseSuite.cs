using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.DeadLetters.Editing;
using IntegrationWorker.DeadLetters.Filters;
using IntegrationWorker.DeadLetters.Replays;
using IntegrationWorker.Intake;
using IntegrationWorker.Queries;
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

    [Fact]
    public async Task GivenACaseAndANewerMessageOnTheSameFields_WhenTheWorkerLooks_ThenTheCaseClosesAsSupersededWithTheEvidence()
    {
        var before = new CaseBench(Store, Token);
        var bench = before.WithNew();
        await bench.SendAsync(bench.Order("C0", 1, 0));
        var settled = await before.FailAsync(before.Order("N1", 1, 10, priority: "A", sender: "NEW", control: "XO|SC"));
        var open = await before.FailAsync(before.Order("N2", 2, 10, sender: "NEW"));
        var stranger = await before.FailAsync(before.Order("O1", 1, 0, sender: "OTHER", control: "XO|SC"));
        Assert.Equal(0, await bench.Superseder.RunAsync(Token));

        await bench.SendAsync(bench.Order("C1", 1, 20, priority: "S", control: "XO|SC"));
        var closed = await bench.Superseder.RunAsync(Token);

        Assert.Equal(1, closed);
        Assert.Equal(
            [DeadLetterStatus.Superseded, DeadLetterStatus.Open, DeadLetterStatus.Open],
            [await bench.StatusAsync(settled), await bench.StatusAsync(open), await bench.StatusAsync(stranger)]);
        var attempt = (await Store.DeadLetters.GetAsync(settled, Token))!.Attempts.Single();
        Assert.Equal(("supersede", "worker", DeadLetterStatus.Superseded), (attempt.Action, attempt.Who, attempt.Outcome));
        var severity = System.Text.Json.JsonElement.Parse(attempt.Detail).GetProperty("fields").EnumerateArray()
            .Single(field => field.GetProperty("field").GetString() == "severity");
        Assert.Equal(("older", "hl7/RIS/NORTH/C1#1"), (severity.GetProperty("verdict").GetString(), severity.GetProperty("settledBy").GetString()));
        Assert.True(await bench.Desk.RestoreAsync(settled, "anna", "to look again", Token));
    }

    [Fact]
    public async Task GivenACase_WhenPreviewed_ThenEachFieldHasItsVerdictAndItsPlaceAndNothingIsWritten()
    {
        var before = new CaseBench(Store, Token);
        var bench = before.WithNew();
        await bench.SendAsync(bench.Order("C0", 1, 0));
        await bench.SendAsync(bench.Order("C1", 1, 20, priority: "S", control: "XO|SC"));
        var late = await before.FailAsync(before.Order("N1", 1, 10, priority: "A", sender: "NEW", control: "XO|IP"));
        var first = await before.FailAsync(before.Order("N2", 2, 10, sender: "NEW"));

        var preview = (await bench.Editing.PreviewAsync(late, null, "anna", Token))!.Preview;
        var creation = (await bench.Editing.PreviewAsync(first, null, "anna", Token))!.Preview;

        var fields = preview.Fields.ToDictionary(field => field.Field);
        Assert.Equal(("older", "stat", "high", "OBR-5", "hl7/RIS/NORTH/C1#1"), Parts(fields["severity"]));
        Assert.Equal(("older", "SC", "IP", "ORC-5", "hl7/RIS/NORTH/C1#1"), Parts(fields["metadata.ris.orderStatus"]));
        Assert.Equal(("equal", "CT 1", "CT 1", "OBR-4.2", null), Parts(fields["studyDescription"]));
        Assert.Equal(("AA", 0), (preview.Acknowledgement!.Code, preview.Events.Count));
        Assert.All(creation.Fields, field => Assert.Equal(field.Field == "isCancelled" ? "equal" : "changed", field.Verdict)); // It is active already.
        Assert.Single(creation.Events);
        Assert.Equal("created", creation.ToJson()["outcome"]!.GetValue<string>());
        Assert.DoesNotContain("null", creation.ToJson()["fields"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(2, (await bench.EventsAsync()).Count);
        Assert.Equal(DeadLetterStatus.Open, await bench.StatusAsync(late));
        Assert.Equal("anna preview", Assert.Single((await bench.Desk.ShowAsync(late, "ben", Token))!.Looks.SkipLast(1).Select(look => $"{look.Who} {look.Action}")));

        static (string, string?, string?, string?, string?) Parts(Queries.FieldVerdict field) =>
            (field.Verdict, field.Previous, field.New, field.Location, field.Holder);
    }

    [Fact]
    public async Task GivenAnEdit_WhenApprovedAndReplayed_ThenItTakesEffectOnceAndTheMessageAsItCameCannot()
    {
        var bench = new CaseBench(Store, Token);
        var original = bench.Order("C1", 1, 0, uid: "1..2");
        var id = await bench.FailAsync(original);
        var edited = FieldEdit.Apply(original.Body.Span, [$"ZDS-1={CaseBench.UidOf(1)}", "OBR-5=S"]).Body!;

        var view = (await bench.Editing.EditAsync(id, edited, "anna", "the UID was mistyped", Token))!;
        await Assert.ThrowsAsync<DeadLetterBusyException>(() => bench.Desk.ReplayAsync(id, "anna", "", Token));
        await Assert.ThrowsAsync<DeadLetterBusyException>(() => bench.Editing.ApproveAsync(id, 7, "ben", "", Token));
        Assert.Empty(await bench.EventsAsync());
        Assert.NotNull(await bench.Editing.ApproveAsync(id, 1, "ben", "compared with the order", Token));
        Assert.Null(await bench.Editing.ApproveAsync(id, 1, "ben", "again", Token));
        var replayed = (await bench.Desk.ReplayAsync(id, "anna", "mended", Token))!;

        Assert.Equal(["ZDS-1", "OBR-5"], view.Differences.Select(one => one.Location).OrderDescending(StringComparer.Ordinal));
        Assert.Equal(Outcomes.Created, view.Preview.Result.Outcome);
        Assert.Equal((Outcomes.Created, 1, "hl7/RIS/NORTH/C1~2"), (replayed.Receipt.Outcome, replayed.Receipt.Revision, replayed.Receipt.MessageKey));
        Assert.Equal("stat", (await bench.StudyAsync(1)).Severity);
        var letter = (await Store.DeadLetters.GetAsync(id, Token))!;
        Assert.Equal(original.Body.ToArray(), letter.Body);
        Assert.Equal(edited, letter.Edited);
        Assert.Equal(["edit anna", "approve ben", "replay anna"], letter.Attempts.Select(attempt => $"{attempt.Action} {attempt.Who}"));

        // Whoever replays the message as it came, by whatever way, has a duplicate.
        var other = await bench.SendAsync(original with { ReplayId = "rpl_other" });
        Assert.Equal(Outcomes.Duplicate, other.Outcome);
        Assert.Single(await bench.EventsAsync());
        await Assert.ThrowsAsync<DeadLetterBusyException>(() => bench.Editing.EditAsync(id, edited, "anna", "late", Token));
    }

    [Fact]
    public async Task GivenFourEyesAreWanted_WhenTheEditorApproves_ThenThatIsRefusedAndSomebodyElseMay()
    {
        var bench = new CaseBench(Store, Token, fourEyes: true);
        var original = bench.Order("C1", 1, 0, uid: "1..2");
        var id = await bench.FailAsync(original);
        var edited = FieldEdit.Apply(original.Body.Span, [$"ZDS-1={CaseBench.UidOf(1)}"]).Body!;
        await bench.Editing.EditAsync(id, edited, "anna", "mistyped", Token);
        await bench.Editing.EditAsync(id, edited, "ben", "once more", Token);

        var own = await Assert.ThrowsAsync<OwnEditException>(() => bench.Editing.ApproveAsync(id, 2, "Ben", "", Token));
        await Assert.ThrowsAsync<DeadLetterBusyException>(() => bench.Desk.ReplayAsync(id, "ben", "", Token));
        Assert.NotNull(await bench.Editing.ApproveAsync(id, 2, "anna", "", Token)); // It is Ben's by now.

        Assert.Contains("somebody else", own.Message, StringComparison.Ordinal);
        var approved = (await Store.Revisions.ListAsync(id, Token))[1];
        Assert.Equal(("ben", "anna"), (approved.Editor, approved.ApprovedBy));
    }

    [Fact]
    public async Task GivenASavedFilter_WhenAJobIsMadeByItsName_ThenItHoldsWhatTheFilterSaidThen()
    {
        var before = new CaseBench(Store, Token);
        var bench = before.WithNew();
        await before.FailAsync(before.Order("N1", 1, 0, sender: "NEW"));
        var late = await before.FailAsync(before.Order("N2", 2, 30, sender: "NEW"));
        await before.FailAsync(before.Order("U1", 3, 30, uid: "1..2"));
        var since = Some.Noon.AddHours(-6).AddMinutes(20);
        await bench.Filters.SaveAsync("night", new FilterRequest(Code: "IDN-004"), "anna", Token);
        await bench.Filters.SaveAsync("night", new FilterRequest(Code: "HL7-010", From: since), "ben", Token);

        var request = await bench.Filters.ApplyAsync(new ReplayRequest { Filter = "night" }, Token);
        var job = await bench.Jobs.CreateAsync(request!, "carl", null, Token);
        Assert.True(await bench.Filters.DeleteAsync("night", Token));

        Assert.Equal((late, 1), ((await Store.ReplayJobs.ItemsAsync(job!.Id, 0, 10, Token)).Single().DeadLetterId, job.Total));
        Assert.StartsWith("filter=night code=HL7-010 from=2026-03-02 06:20:00Z", job.Selection, StringComparison.Ordinal);
        Assert.False(await bench.Filters.DeleteAsync("night", Token));
        Assert.Null(await bench.Filters.ApplyAsync(new ReplayRequest { Filter = "night" }, Token));
        Assert.Empty(await bench.Filters.ListAsync(Token));
        Assert.NotNull(new ReplayRequest { Filter = "night", Code = "HL7-010" }.Fault());
        Assert.NotNull(FilterDesk.FaultOf("Night shift", new FilterRequest(Code: "HL7-010")));
        Assert.NotNull(FilterDesk.FaultOf("night", new FilterRequest()));
    }

    [Fact]
    public async Task GivenAMessageThatTookEffectAsItCame_WhenAnEditOfItIsReplayed_ThenItIsRefused()
    {
        var before = new CaseBench(Store, Token);
        var bench = before.WithNew();
        await bench.SendAsync(bench.Order("C0", 1, 0, patient: "P9"));
        var original = bench.Order("C1", 1, 1);
        var id = await bench.FailAsync(original); // Another patient.
        var edited = FieldEdit.Apply(original.Body.Span, ["PID-3=P9^^^NORTH", "OBR-5=S"]).Body!;
        await bench.Editing.EditAsync(id, edited, "anna", "", Token);
        await bench.Editing.ApproveAsync(id, null, "anna", "", Token);
        await bench.SendAsync(bench.Order("C2", 1, 2, patient: "P9") with { Body = Merge() });

        var asItCame = await bench.SendAsync(original with { ReplayId = "rpl_other" });
        var refused = (await bench.Desk.ReplayAsync(id, "anna", "", Token))!;

        Assert.NotEqual(Outcomes.Rejected, asItCame.Outcome);
        Assert.Equal((Outcomes.Rejected, Codes.KeyReused), (refused.Receipt.Outcome, refused.Receipt.Code));
        Assert.Equal("normal", (await bench.StudyAsync(1)).Severity);

        static byte[] Merge() => System.Text.Encoding.UTF8.GetBytes(
            "MSH|^~\\&|RIS|NORTH|WORKER|HERE|20260302060200+0000||ADT^A40|M1|P|2.5.1\rPID|1||P1^^^NORTH\rMRG|P9^^^NORTH\r");
    }

    [Fact]
    public async Task GivenMessages_WhenLookedForByAnythingAnOperatorKnows_ThenTheyAreFound()
    {
        var bench = new CaseBench(Store, Token);
        await bench.SendAsync(bench.Order("C0", 1, 0, patient: "P7"));
        await bench.SendAsync(bench.Order("C1", 1, 20, priority: "S", control: "XO|SC", patient: "P7"));
        await bench.SendAsync(bench.Order("C2", 2, 30, patient: "P8"));
        await bench.FailAsync(bench.Order("U1", 3, 40, uid: "1..2", patient: "P9"));
        await bench.FailAsync(bench.Order("N1", 4, 50, sender: "NEW"));

        await ExpectAsync(new MessageQuery { Accession = "A1" }, "C0", "C1");
        await ExpectAsync(new MessageQuery { Order = "F2" }, "C2");
        await ExpectAsync(new MessageQuery { StudyInstanceUid = CaseBench.UidOf(1) }, "C0", "C1");
        await ExpectAsync(new MessageQuery { Mrn = "P7" }, "C0", "C1");
        await ExpectAsync(new MessageQuery { Accession = "A3" }, "U1"); // It found no study.
        await ExpectAsync(new MessageQuery { Mrn = "P9" }, "U1");
        await ExpectAsync(new MessageQuery { ControlId = "C2" }, "C2");
        await ExpectAsync(new MessageQuery { Accession = "A1", From = Some.Noon.AddHours(-6).AddMinutes(10) }, "C1");
        await ExpectAsync(new MessageQuery { Accession = "A1", Outcome = Outcomes.Created }, "C0");
        await ExpectAsync(new MessageQuery { Accession = "A1", Code = "IDN-004" });
        await ExpectAsync(new MessageQuery { Accession = "A3", Code = "IDN-004" }, "U1");
        await ExpectAsync(new MessageQuery { Outcome = Outcomes.Rejected, SourceId = "ris" }, "U1");
        await ExpectAsync(new MessageQuery { Code = "IDN-004" }, "U1");
        await ExpectAsync(new MessageQuery { SourceId = "ris", Until = Some.Noon.AddHours(-6).AddMinutes(25) }, "C0", "C1");
        Assert.NotNull(new MessageQuery().Fault());
        Assert.NotNull(new MessageQuery { Code = "IDN-004", Limit = 501 }.Fault());
        Assert.NotNull(new MessageQuery { Code = "IDN-004", Before = "yesterday" }.Fault());
        var latest = await bench.Finder.FindAsync(new MessageQuery { SourceId = "ris", Limit = 2 }, Token);
        await ExpectAsync(new MessageQuery { SourceId = "ris", Limit = 2 }, "C2", "U1");
        await ExpectAsync(new MessageQuery { SourceId = "ris", Limit = 2, Before = latest.Before }, "C0", "C1");
        Assert.Null((await bench.Finder.FindAsync(new MessageQuery { SourceId = "ris", Limit = 2, Before = latest.Before }, Token)).Before);
        Assert.NotNull(new MessageQuery { Outcome = "x'y" }.Fault());

        async Task ExpectAsync(MessageQuery query, params string[] controlIds)
        {
            Assert.Null(query.Fault());
            Assert.Equal(controlIds, (await bench.Finder.FindAsync(query, Token)).Messages.Select(message => message.MessageKey.Split('/')[^1]));
        }
    }

    [Fact]
    public async Task GivenAnAccessionNumber_WhenItsTimelineIsAsked_ThenAllThatHappenedIsThereInOneCall()
    {
        var bench = new CaseBench(Store, Token);
        var original = bench.Order("U1", 1, 10, uid: "1..2");
        var id = await bench.FailAsync(original);
        var edited = FieldEdit.Apply(original.Body.Span, [$"ZDS-1={CaseBench.UidOf(1)}"]).Body!;
        await bench.Editing.EditAsync(id, edited, "anna", "mistyped", Token);
        await bench.Editing.ApproveAsync(id, 1, "ben", "", Token);
        await bench.Desk.ReplayAsync(id, "anna", "mended", Token);
        await bench.SendAsync(bench.Order("C1", 1, 20, priority: "S", control: "XO|SC"));
        await bench.SendAsync(bench.Order("C2", 1, 15, priority: "A", control: "XO|SC"));

        var steps = await bench.Teller.TellAsync(new MessageQuery { Accession = "A1" }, Token);

        var told = steps.Select(step => $"{step.Step} {step.MessageKey.Split('/')[^1]}").ToList();
        Assert.Equal(
            [
                "approve U1", "decided C1", "decided C2", "decided U1", "decided U1~2", "edit U1", "failed U1", "matched C1", "matched C2", "matched U1~2",
                "published C1", "published U1~2", "received C1", "received C2", "received U1", "received U1~2", "replayed U1",
            ],
            told.Order(StringComparer.Ordinal));
        Assert.True(told.IndexOf("received U1") < told.IndexOf("failed U1") && told.IndexOf("failed U1") < told.IndexOf("replayed U1"));
        Assert.Contains(steps, step => step.Text.Contains("severity normal → stat", StringComparison.Ordinal));
        Assert.Contains(steps, step => step.Text.Contains("held: severity older than hl7/RIS/NORTH/C1#1", StringComparison.Ordinal));
        Assert.Contains(steps, step => step.Text == $"{id}: IDN-004, now resolved");
    }

    [Fact]
    public async Task GivenCases_WhenExportedDeidentifiedAndImported_ThenNobodyIsNamedAndTheDecisionsAreTheSame()
    {
        var before = new CaseBench(Store, Token);
        var after = before.WithNew();
        string[] controls = ["NW|SC", "XO|SC", "CA|CA", "XO|IP"];
        var ids = new List<string>();

        for (var i = 0; i < controls.Length; i++)
        {
            var order = before.Order($"SECRET{i}", 123456, 10 - (i % 2), priority: i == 1 ? "S" : "R", sender: "NEW", control: controls[i], patient: "MRN12345");
            var named = System.Text.Encoding.UTF8.GetString(order.Body.Span).Replace("MRN12345^^^NORTH", "MRN12345^^^NORTH||EXAMPLE^ALPHA^Ünvented||19700101|F", StringComparison.Ordinal);
            ids.Add(await before.FailAsync(order with { Body = System.Text.Encoding.UTF8.GetBytes(named) }));
        }

        ids.Add(await before.FailAsync(before.Order("SECRET9", 9, 11, uid: "1..2.3.4"))); // Not valid, and not valid afterwards.
        var plain = (await after.Exchange.ExportAsync(ids, deidentified: false, "anna", Token))!;
        var masked = (await after.Exchange.ExportAsync(ids, deidentified: true, "anna", Token))!;
        var imported = await after.Exchange.ImportAsync(masked, "ben", "from another house", Token);
        var again = await after.Exchange.ImportAsync(masked, "ben", "from another house", Token);
        Assert.Equal(0, (await after.Exchange.ImportAsync(plain, "ben", "it is here", Token)).Added);

        var text = string.Concat(System.Text.Json.JsonElement.Parse(masked).GetProperty("deadLetters").EnumerateArray()
            .Select(letter => System.Text.Encoding.UTF8.GetString(letter.GetProperty("body").GetBytesFromBase64())));
        Assert.All(
            ["SECRET", "MRN12345", "EXAMPLE", "ALPHA", "Ünvented", "19700101", "20260302", CaseBench.UidOf(123456), "F123456", "A123456"],
            secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Contains("^^^NORTH", text, StringComparison.Ordinal);
        Assert.Contains("X^CT 123456^RIS", text, StringComparison.Ordinal); // What is done is a code with its text.
        Assert.Equal((5, 0), (imported.Added, again.Added));
        Assert.Empty(imported.Ids.Intersect(ids));
        Assert.Equal(await ReplayAllAsync(ids), await ReplayAllAsync(imported.Ids));
        Assert.Equal(2, (await after.EventsAsync()).Select(one => one.StudyId).Distinct().Count());
        Assert.Equal(["import ben", "replay anna"], (await Store.DeadLetters.GetAsync(imported.Ids[0], Token))!.Attempts.Select(one => $"{one.Action} {one.Who}"));
        Assert.Equal(2, (await Store.DeadLetters.LooksAsync(ids[0], Token)).Count(look => look.Action == DeadLetterActions.Export));
        await Assert.ThrowsAnyAsync<System.Text.Json.JsonException>(() => after.Exchange.ImportAsync("{}"u8.ToArray(), "ben", "", Token));

        async Task<List<string>> ReplayAllAsync(IReadOnlyList<string> cases)
        {
            var outcomes = new List<string>();
            var inOrder = (await Store.DeadLetters.GetAsync([.. cases], Token)).OrderBy(letter => letter.Summary.ReceivedAt).ThenBy(letter => letter.Body.Length);

            foreach (var letter in inOrder)
            {
                var receipt = (await after.Desk.ReplayAsync(letter.Summary.Id, "anna", "", Token))!.Receipt;
                outcomes.Add($"{receipt.Outcome} {receipt.Code} {string.Join(',', receipt.Changed.SelectMany(change => change.Fields))} {string.Join(',', receipt.Held)}");
            }

            return outcomes;
        }
    }

    [Fact]
    public async Task GivenAsManyBadMessagesAsGoodOnes_WhenTheyComeAtOnce_ThenTheGoodOnesAreAppliedAndTheBadOnesAreAHandfulOfGroups()
    {
        const int count = 200;
        var bench = new CaseBench(Store, Token);
        var all = Enumerable.Range(0, count).SelectMany(i => new[]
        {
            bench.Order($"G{i}", i, 0),
            (i % 3) switch
            {
                0 => bench.Order($"N{i}", 1000 + i, 0, sender: "NEW"),
                1 => bench.Order($"U{i}", 2000 + i, 0, uid: "1..2"),
                _ => bench.Order($"X{i}", i, 0) with { Body = System.Text.Encoding.UTF8.GetBytes($"no message {i}") },
            },
        });

        foreach (var batch in all.Chunk(256))
        {
            await bench.Pipeline.ProcessAsync([.. batch.Select(bench.Pipeline.Read)], Token);
        }

        Assert.Equal(count, (await bench.EventsAsync()).Count);
        Assert.Equal(
            ["HL7-001 66", "HL7-010 67", "IDN-004 67"],
            (await bench.Groups.ListAsync(DeadLetterStatus.Open, Token)).Select(group => $"{group.Code} {group.Count}").Order(StringComparer.Ordinal));
    }
}
