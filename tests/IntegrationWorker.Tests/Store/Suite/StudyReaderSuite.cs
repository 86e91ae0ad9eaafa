using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>Looking at what is stored.</summary>
public abstract class StudyReaderSuite : OpenStoreSuite
{
    private protected StudyReaderSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenAStudy_WhenLookedUpByItsIdItsUidOrALink_ThenItIsFoundAndNothingElseIs()
    {
        var (study, other) = (Some.Study(), Some.Study());
        await AddAsync(study, other);
        var link = new Link(LinkKind.Accession, "A-1", "RIS", study.StudyId);
        await Store.Studies.WriteAsync(changes => changes.NewLinks.Add(link), Token);

        Assert.Equivalent(study, await Store.Reader.FindByIdAsync(study.StudyId, Token), strict: true);
        Assert.Equivalent(study, await Store.Reader.FindByUidAsync(study.StudyInstanceUid, Token), strict: true);
        Assert.Equal(study.StudyId, Assert.Single(await Store.Reader.FindByLinkAsync(LinkKind.Accession, "A-1", Token)).StudyId);
        Assert.Equal(
            study.StudyId, Assert.Single(await Store.Reader.FindByLinkAsync(LinkKind.StudyInstanceUid, study.StudyInstanceUid, Token)).StudyId);
        Assert.Equivalent(StudySnapshot.Of(study), await Store.Reader.ShowByIdAsync(study.StudyId, Token), strict: true);
        Assert.Equivalent(StudySnapshot.Of(study), await Store.Reader.ShowByUidAsync(study.StudyInstanceUid, Token), strict: true);
        var numbered = Assert.Single(await Store.Reader.ShowByNumberAsync(new LinkKey(LinkKind.Accession, "A-1"), Token));
        Assert.Equal((study.StudyId, "RIS"), (numbered.Study.StudyId, numbered.Issuer));
        Assert.Null(await Store.Reader.ShowByIdAsync("stu_unknown", Token));
        Assert.Null(await Store.Reader.FindByIdAsync("stu_unknown", Token));
        Assert.Null(await Store.Reader.FindByUidAsync("1.2.3", Token));
        Assert.Empty(await Store.Reader.FindByLinkAsync(LinkKind.Filler, "A-1", Token));
        Assert.Contains(link, await Store.Reader.LinksAsync(study.StudyId, Token));
        Assert.Equal(3, (await Store.Reader.LinksAsync(study.StudyId, Token)).Count);
        Assert.Empty(await Store.Reader.LinksAsync("stu_unknown", Token));
    }

    [Fact]
    public async Task GivenStudies_WhenListedPageByPage_ThenAllComeOnceInOrderOfId()
    {
        Study[] studies = [.. Enumerable.Range(0, 7).Select(_ => Some.Study())];
        await AddAsync(studies);

        var read = new List<string>();

        while (await Store.Reader.ListAsync(StudyFilter.All, 3, read.LastOrDefault(), Token) is { Count: > 0 } page)
        {
            read.AddRange(page.Select(study => study.StudyId));
        }

        Assert.Equal(studies.Select(study => study.StudyId).Order(StringComparer.Ordinal), read);
    }

    [Fact]
    public async Task GivenStudies_WhenListedWithAFilter_ThenOnlyThoseComeThatPassAllOfIt()
    {
        var (plain, assigned, cancelled) = (Some.Study(), Some.Study(description: "MR 100% Knee_left"), Some.Study(description: "US Ärm"));
        var write = Some.WriteBy("ris-north");
        assigned.State.Of(FieldNames.AssignedTo).Set("usr_1", write);
        assigned.State.Of(FieldNames.StudyViewerStatus).Set(ViewerStatus.Complete, write);
        cancelled.State.Of(FieldNames.IsCancelled).Set("true", write);
        cancelled.State.Of(FieldNames.Severity).Set("stat", write);
        cancelled.ExpressCustomerId = "cus_1";
        await AddAsync(plain, assigned, cancelled);

        await ExpectAsync(new StudyFilter { AssignedTo = "usr_1" }, assigned);
        await ExpectAsync(new StudyFilter { AssignedTo = "" }, plain, cancelled);
        await ExpectAsync(new StudyFilter { Severity = "stat" }, cancelled);
        await ExpectAsync(new StudyFilter { StudyViewerStatus = ViewerStatus.Complete }, assigned);
        await ExpectAsync(new StudyFilter { IsCancelled = true }, cancelled);
        await ExpectAsync(new StudyFilter { IsCancelled = false }, plain, assigned);
        await ExpectAsync(new StudyFilter { ExpressCustomerId = "cus_1" }, cancelled);
        await ExpectAsync(new StudyFilter { DescriptionContains = "ct ch" }, plain);
        await ExpectAsync(new StudyFilter { DescriptionContains = "%" }, assigned); // No wildcard.
        await ExpectAsync(new StudyFilter { DescriptionContains = "e_l" }, assigned);
        await ExpectAsync(new StudyFilter { DescriptionContains = "Ä" }, cancelled);
        await ExpectAsync(new StudyFilter { DescriptionContains = @"\" });
        await ExpectAsync(new StudyFilter { IsCancelled = false, Severity = "stat" });
    }

    [Fact]
    public async Task GivenAnEmptiedFilter_WhenAStudyIsUnassignedAgain_ThenItIsListedAsUnassigned()
    {
        var study = Some.Study();
        study.State.Of(FieldNames.AssignedTo).Set("usr_1", Some.WriteBy("ehr"));
        await AddAsync(study);
        study.State.Of(FieldNames.AssignedTo).Set(null, Some.WriteBy("ehr"));

        await Store.Studies.WriteAsync(changes => changes.ChangedStudies.Add(study), Token);

        await ExpectAsync(new StudyFilter { AssignedTo = "" }, study);
        await ExpectAsync(new StudyFilter { AssignedTo = "usr_1" });
    }

    [Fact]
    public async Task GivenAHistory_WhenReadByStudyOrByMessage_ThenItsEntriesComeInTheOrderTheyWereWritten()
    {
        var (study, other) = (Some.Study(), Some.Study());
        HistoryEntry[] entries =
        [
            Some.History(study, "m2"), Some.History(other, "m1"), Some.History(study, "m1"), Some.History(study, "m1") with { StudyId = null, Unit = 2 },
        ];
        await Store.Studies.WriteAsync(changes => changes.History.AddRange(entries), Token);

        Assert.Equivalent(new[] { entries[0], entries[2] }, await Store.Reader.HistoryAsync(study.StudyId, Token), strict: true);
        Assert.Equivalent(entries[1..], await Store.Reader.HistoryOfMessageAsync("m1", Token), strict: true);
        Assert.Empty(await Store.Reader.HistoryAsync("stu_unknown", Token));
    }

    [Fact]
    public async Task GivenRecords_WhenOneIsLookedUpByItsKey_ThenThatGenerationComes()
    {
        await Store.Studies.WriteAsync(changes => changes.NewRecords.AddRange([Some.Record("k"), Some.Record("k", generation: 2)]), Token);

        Assert.Equivalent(Some.Record("k", generation: 2), await Store.Reader.FindMessageAsync("k~2", Token), strict: true);
        Assert.Equal(1, (await Store.Reader.FindMessageAsync("k", Token))?.Generation);
        Assert.Null(await Store.Reader.FindMessageAsync("k~3", Token));
    }

    [Fact]
    public async Task GivenRecordsOfSeveralGenerations_WhenLookedUpByTheirBaseKeys_ThenAllComeTheLatestFirst()
    {
        await Store.Studies.WriteAsync(
            changes => changes.NewRecords.AddRange(
            [
                Some.Record("k", generation: 2) with { ReceivedAt = Some.Noon.AddDays(1) }, Some.Record("k"), Some.Record("other"),
            ]),
            Token);

        Assert.Equal(["k~2", "k"], await KeysOfAsync(new MessageFilter { BaseKeys = ["k", "unknown"] }));
        Assert.Empty(await KeysOfAsync(new MessageFilter { BaseKeys = [] }));
    }

    [Fact]
    public async Task GivenMessagesOfAStudyAndOneThatWaits_WhenLookedUpByTheirNumbers_ThenTheLatestComeFirst()
    {
        var (study, other) = (Some.Study(), Some.Study());
        await AddAsync(study, other);
        await Store.Studies.WriteAsync(
            changes =>
            {
                changes.NewLinks.Add(new Link(LinkKind.Accession, "A-1", "RIS", study.StudyId));
                changes.NewRecords.AddRange(((string[])["m1", "m2", "m3", "m4"]).Select(
                    (key, hour) => Some.Record(key) with { ReceivedAt = Some.Noon.AddHours(hour) }));
                changes.History.AddRange(
                    [Some.History(study, "m2"), Some.History(study, "m1"), Some.History(study, "m1"), Some.History(other, "m4")]);
                changes.NewParked.Add(Some.Parked("m3", new LinkKey(LinkKind.Filler, "F-1")));
            },
            Token);
        LinkKey[] numbers = [new(LinkKind.Accession, "A-1"), new(LinkKind.Filler, "F-1"), new(LinkKind.Placer, "F-1")];

        Assert.Equal(["m3", "m2", "m1"], await KeysOfAsync(numbers, 10));
        Assert.Equal(["m3", "m2"], await KeysOfAsync(numbers, 2));
        Assert.Equal(["m2", "m1"], await KeysOfAsync([new LinkKey(LinkKind.StudyInstanceUid, study.StudyInstanceUid)], 10));
        Assert.Equal(["m4"], await KeysOfAsync([new LinkKey(LinkKind.StudyId, other.StudyId)], 10));
        Assert.Empty(await KeysOfAsync([], 10));
    }

    [Fact]
    public async Task GivenMessagesOfSeveralSourcesAndOutcomes_WhenLookedUpByThemAndByTime_ThenTheLatestThatFitComeFirst()
    {
        string[] outcomes = [Outcomes.Applied, Outcomes.Rejected, Outcomes.Linked];
        await Store.Studies.WriteAsync(
            changes => changes.NewRecords.AddRange(Enumerable.Range(0, 12).Select(hour => Some.Record($"m{hour:D2}", outcome: outcomes[hour % 3]) with
            {
                SourceId = hour % 2 == 0 ? "ris-north" : "ris-west",
                ReceivedAt = Some.Noon.AddHours(hour),
            })),
            Token);

        Assert.Equal(["m11", "m09", "m07", "m05", "m03", "m01"], await KeysOfAsync(new MessageFilter("ris-west", null, null, null)));
        Assert.Equal(["m09", "m07"], await KeysOfAsync(new MessageFilter("ris-west", null, Some.Noon.AddHours(7), Some.Noon.AddHours(11))));
        Assert.Equal(["m09", "m03"], await KeysOfAsync(new MessageFilter("ris-west", Outcomes.Applied, null, null)));
        Assert.Equal(["m08", "m02"], await KeysOfAsync(new MessageFilter("ris-north", Outcomes.Linked, null, null)));
        Assert.Equal(["m10", "m07", "m04"], await KeysOfAsync(new MessageFilter(null, Outcomes.Rejected, Some.Noon.AddHours(2), null)));
        Assert.Equal(["m06", "m03", "m00"], await KeysOfAsync(new MessageFilter(null, Outcomes.Applied, null, Some.Noon.AddHours(7))));
        Assert.Equal(["m11", "m10"], await KeysOfAsync(new MessageFilter(), 2));
        Assert.Equal(["m10", "m08"], await KeysOfAsync(new MessageFilter("ris-north", null, null, null), 2));
        Assert.Empty(await KeysOfAsync(new MessageFilter("ris-south", null, null, null)));
    }

    [Fact]
    public async Task GivenAStudyOfManyMessages_WhenLookedUpByItsNumberAndTheRest_ThenOldOnesAreFoundBeforeTheLatestAreTaken()
    {
        var study = Some.Study();
        await AddAsync(study);
        await Store.Studies.WriteAsync(
            changes =>
            {
                changes.NewRecords.AddRange(Enumerable.Range(0, 20).Select(
                    hour => Some.Record($"m{hour:D2}", outcome: hour == 3 ? Outcomes.Rejected : Outcomes.Applied) with
                    {
                        SourceId = hour < 2 ? "ris-west" : "ris-north",
                        ReceivedAt = Some.Noon.AddHours(hour),
                    }));
                changes.History.AddRange(Enumerable.Range(0, 20).Select(hour => Some.History(study, $"m{hour:D2}")));
                changes.DeadLetters.Add(Some.DeadLetter("IDN-002") with { MessageKey = "m03" });
                changes.DeadLetters.Add(Some.DeadLetter("IDN-003") with { MessageKey = "m05" });
            },
            Token);
        var filter = new MessageFilter { Numbers = [new LinkKey(LinkKind.StudyId, study.StudyId)] };

        Assert.Equal(["m19", "m18"], await KeysOfAsync(filter, 2));
        Assert.Equal(["m01", "m00"], await KeysOfAsync(filter with { SourceId = "ris-west" }, 2));
        Assert.Equal(["m04", "m03"], await KeysOfAsync(filter with { Until = Some.Noon.AddHours(5) }, 2));
        Assert.Equal(["m03"], await KeysOfAsync(filter with { Outcome = Outcomes.Rejected }, 2));
        Assert.Equal(["m03"], await KeysOfAsync(filter with { Code = "IDN-002" }, 2));
    }

    [Fact]
    public async Task GivenManyMessagesOfOneInstant_WhenReadPageByPage_ThenEachComesOnce()
    {
        const int count = 25;
        await Store.Studies.WriteAsync(
            changes =>
            {
                // Written in another order than they are read in.
                foreach (var n in Enumerable.Range(0, count).OrderBy(n => n * 7 % count))
                {
                    changes.NewRecords.Add(Some.Record($"m{n:D2}", outcome: n % 2 == 0 ? Outcomes.Applied : Outcomes.Rejected) with
                    {
                        SourceId = "ris",
                        ReceivedAt = Some.Noon.AddHours(n / 20),
                    });

                    // A unit each.
                    changes.DeadLetters.Add(Some.DeadLetter("IDN-002", Some.Noon.AddHours(n / 20)) with { MessageKey = $"m{n:D2}" });
                    changes.DeadLetters.Add(Some.DeadLetter("IDN-002", Some.Noon.AddHours(n / 20)) with { MessageKey = $"m{n:D2}" });
                }
            },
            Token);
        string[] all = [.. Enumerable.Range(0, count).Reverse().Select(n => $"m{n:D2}")];

        Assert.Equal(all, await PagesOfAsync(new MessageFilter()));
        Assert.Equal(all, await PagesOfAsync(new MessageFilter("ris")));
        Assert.Equal(all, await PagesOfAsync(new MessageFilter { Code = "IDN-002" }));
        Assert.Equal(all, await PagesOfAsync(new MessageFilter { BaseKeys = all }));
        Assert.Equal(all.Where((_, place) => place % 2 == 1), await PagesOfAsync(new MessageFilter("ris", Outcomes.Rejected)));
    }

    [Fact]
    public async Task GivenAnOpenBatch_WhenReading_ThenNobodyWaitsAndNothingUncommittedIsSeen()
    {
        var study = Some.Study();
        await using var batch = await Store.Studies.BeginAsync(Token);
        var changes = new BatchChanges();
        changes.NewStudies.Add(study);
        await batch.SaveAsync(changes, Token);

        Assert.Null(await Store.Reader.FindByIdAsync(study.StudyId, Token));
    }

    private Task AddAsync(params Study[] studies) => Store.Studies.WriteAsync(changes => changes.NewStudies.AddRange(studies), Token);

    private Task<IEnumerable<string>> KeysOfAsync(LinkKey[] numbers, int max) =>
        KeysOfAsync(new MessageFilter { Numbers = numbers }, max);

    private async Task<IEnumerable<string>> KeysOfAsync(MessageFilter filter, int max = 100) =>
        (await Store.Reader.FindMessagesAsync(filter, max, Token)).Select(record => record.Key);

    private async Task<List<string>> PagesOfAsync(MessageFilter filter)
    {
        var keys = new List<string>();

        while (await Store.Reader.FindMessagesAsync(filter, 3, Token) is { Count: > 0 } page)
        {
            keys.AddRange(page.Select(record => record.Key));
            filter = filter with { Before = new MessagePlace(page[^1].ReceivedAt, page[^1].Key) };
        }

        return keys;
    }

    private async Task ExpectAsync(StudyFilter filter, params Study[] expected)
    {
        var found = await Store.Reader.ListAsync(filter, 100, null, Token);

        Assert.Equal(expected.Select(study => study.StudyId).Order(StringComparer.Ordinal), found.Select(study => study.StudyId));
    }
}
