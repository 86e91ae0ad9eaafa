using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>What the way of a message needs of any store.</summary>
public abstract class StudyStoreSuite : IAsyncLifetime
{
    private IStudyStore? _store;

    protected CancellationToken Token { get; } = TestContext.Current.CancellationToken;

    private protected IStudyStore Store => _store!;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public abstract ValueTask DisposeAsync();

    [Fact]
    public async Task GivenAStudy_WhenLoaded_ThenItIsWholeAsItWasSaved()
    {
        var study = Some.Study();
        study.CancelledAt = Some.Noon.AddTicks(10); // A microsecond is kept.
        study.ExpressCustomerId = "cus_1";
        study.State.EnteredInError = true;
        study.State.Of(FieldNames.AssignedTo).Set("usr_1", Some.WriteBy("ehr"));
        study.State.Of(FieldNames.AssignedTo).Set(null, Some.WriteBy("ris-north"));
        study.State.Of(FieldNames.OfMetadata("note")).Set("Größe \"5\" \\ ✓ \t \u0001 😀", Some.WriteBy("ehr"));

        await Store.WriteAsync(changes => changes.NewStudies.Add(study), Token);

        var loaded = Assert.Single((await Store.LoadAsync(study, Token)).Studies);
        Assert.Equivalent(study, loaded, strict: true);
        Assert.Equal(StateWriter.Write(study.State), StateWriter.Write(loaded.State));
    }

    [Fact]
    public async Task GivenAStudy_WhenChanged_ThenTheChangeIsLoadedAndNoOtherStudyIsTouched()
    {
        var (study, other) = (Some.Study(), Some.Study());
        await Store.WriteAsync(changes => changes.NewStudies.AddRange([study, other]), Token);
        var loaded = (await Store.LoadAsync(study, Token)).Studies[0];
        loaded.Version = 2;
        loaded.OrgId = null;
        loaded.UpdatedAt = Some.Noon.AddHours(1);
        loaded.State.Of(FieldNames.Severity).Set("stat", Some.WriteBy("ehr"));

        await Store.WriteAsync(changes => changes.ChangedStudies.Add(loaded), Token);

        Assert.Equivalent(loaded, (await Store.LoadAsync(study, Token)).Studies[0], strict: true);
        Assert.Equivalent(other, (await Store.LoadAsync(other, Token)).Studies[0], strict: true);
    }

    [Fact]
    public async Task GivenALoadedStudy_WhenChangedWithoutASave_ThenTheStoreKeepsWhatItHas()
    {
        var study = Some.Study();
        await Store.WriteAsync(changes => changes.NewStudies.Add(study), Token);

        (await Store.LoadAsync(study, Token)).Studies[0].State.Of(FieldNames.Severity).Set("stat", Some.WriteBy("ehr"));

        Assert.Equal("high", (await Store.LoadAsync(study, Token)).Studies[0].Severity);
    }

    [Theory]
    [InlineData(LinkKind.Accession)]
    [InlineData(LinkKind.Filler)]
    [InlineData(LinkKind.Placer)]
    [InlineData(LinkKind.Patient)]
    [InlineData(LinkKind.FormerPatient)]
    [InlineData(LinkKind.Visit)]
    [InlineData(LinkKind.FhirResource)]
    internal async Task GivenALink_WhenItsNumberIsLookedUp_ThenTheStudyComesWithAllItsLinks(LinkKind kind)
    {
        var (study, other) = (Some.Study(), Some.Study());
        Link[] links = [new(kind, "N1", "RIS", study.StudyId), new(LinkKind.Accession, "A-1", null, study.StudyId)];
        await Store.WriteAsync(
            changes =>
            {
                changes.NewStudies.AddRange([study, other]);
                changes.NewLinks.AddRange([.. links, new Link(kind, "N2", "RIS", other.StudyId)]);
            },
            Token);

        var loaded = await Store.LoadAsync(Token, new LinkKey(kind, "N1"), new LinkKey(kind, "unknown"));

        Assert.Equal(study.StudyId, Assert.Single(loaded.Studies).StudyId);
        Assert.Equal(
            [
                .. links,
                new(LinkKind.StudyId, study.StudyId, null, study.StudyId),
                new(LinkKind.StudyInstanceUid, study.StudyInstanceUid, null, study.StudyId),
            ],
            loaded.Links.ToHashSet());
    }

    [Fact]
    public async Task GivenANumberOfOneKind_WhenLookedUpAsAnother_ThenNothingIsFound()
    {
        var study = Some.Study();
        await Store.WriteAsync(
            changes =>
            {
                changes.NewStudies.Add(study);
                changes.NewLinks.Add(new Link(LinkKind.Filler, "7", null, study.StudyId));
            },
            Token);

        var loaded = await Store.LoadAsync(
            Token, new LinkKey(LinkKind.Placer, "7"), new LinkKey(LinkKind.Filler, "07"), new LinkKey(LinkKind.StudyId, study.StudyInstanceUid));

        Assert.Empty(loaded.Studies);
        Assert.Empty(loaded.Links);
    }

    [Fact]
    public async Task GivenStudiesThatShareANumber_WhenLookedUpTwice_ThenEachComesOnceInOrderOfId()
    {
        Study[] studies = [.. Enumerable.Range(0, 5).Select(_ => Some.Study())];
        await Store.WriteAsync(
            changes =>
            {
                changes.NewStudies.AddRange(studies);
                changes.NewLinks.AddRange(studies.Select((study, i) => new Link(LinkKind.Accession, "A-1", i % 2 == 0 ? null : "RIS", study.StudyId)));
            },
            Token);

        var loaded = await Store.LoadAsync(
            Token,
            new LinkKey(LinkKind.Accession, "A-1"),
            new LinkKey(LinkKind.StudyId, studies[0].StudyId),
            new LinkKey(LinkKind.StudyInstanceUid, studies[1].StudyInstanceUid));

        Assert.Equal(studies.Select(study => study.StudyId).Order(StringComparer.Ordinal), loaded.Studies.Select(study => study.StudyId));
        Assert.Equal(15, loaded.Links.Count);
    }

    [Fact]
    public async Task GivenALink_WhenRemoved_ThenOnlyThatIssuersIsGone()
    {
        var study = Some.Study();
        var (mine, others) = (new Link(LinkKind.Patient, "P", "A", study.StudyId), new Link(LinkKind.Patient, "P", null, study.StudyId));
        await Store.WriteAsync(
            changes =>
            {
                changes.NewStudies.Add(study);
                changes.NewLinks.AddRange([mine, others]);
            },
            Token);

        await Store.WriteAsync(changes => changes.RemovedLinks.Add(mine), Token);

        Assert.Equal([others], (await Store.LoadAsync(study, Token)).Links.Where(link => link.Kind == LinkKind.Patient));
    }

    [Fact]
    public async Task GivenALink_WhenRemovedAndAddedInOneBatchOrAddedTwice_ThenItIsThereOnce()
    {
        var study = Some.Study();
        var link = new Link(LinkKind.Patient, "P", "A", study.StudyId);
        await Store.WriteAsync(
            changes =>
            {
                changes.NewStudies.Add(study);
                changes.NewLinks.AddRange([link, link]);
            },
            Token);

        await Store.WriteAsync(
            changes =>
            {
                changes.RemovedLinks.Add(link);
                changes.NewLinks.Add(link);
            },
            Token);

        Assert.Single((await Store.LoadAsync(study, Token)).Links, stored => stored == link);
    }

    [Fact]
    public async Task GivenRecordsOfSeveralGenerations_WhenTheirKeyIsClaimed_ThenAllComeAndNoOthers()
    {
        LedgerRecord[] mine = [Some.Record("k"), Some.Record("k", generation: 2), Some.Record("k", generation: 3)];
        await Store.WriteAsync(changes => changes.NewRecords.AddRange([.. mine, Some.Record("kk"), Some.Record("K")]), Token);

        var records = await Store.RecordsAsync(Token, "unknown", "k");

        Assert.Equivalent(mine, records.OrderBy(record => record.Generation), strict: true);
    }

    [Fact]
    public async Task GivenARecord_WhenItsOutcomeChanges_ThenTheNewOneComesBack()
    {
        await Store.WriteAsync(changes => changes.NewRecords.Add(Some.Record("k", outcome: Outcomes.Parked)), Token);
        var changed = Some.Record("k") with { LastMessageTime = null, Result = Some.Json("""{"outcome":"applied","later":true}""") };

        await Store.WriteAsync(changes => changes.ChangedRecords.Add(changed), Token);

        Assert.Equivalent(changed, Assert.Single(await Store.RecordsAsync(Token, "k")), strict: true);
    }

    [Fact]
    public async Task GivenKeysThatABatchClaimedOnly_WhenItHasCommitted_ThenTheyAreAsUnknownAsBefore()
    {
        await using (var batch = await Store.BeginAsync(Token))
        {
            Assert.Empty(await batch.ClaimAsync(["a", "b"], Token));
            var changes = new BatchChanges();
            changes.NewRecords.Add(Some.Record("a"));
            await batch.SaveAsync(changes, Token);
            await batch.CommitAsync(Token);
        }

        Assert.Equal("a", Assert.Single(await Store.RecordsAsync(Token, "a", "b")).Key);
        await Store.WriteAsync(changes => changes.NewRecords.Add(Some.Record("b")), Token);
        Assert.Equal("b", Assert.Single(await Store.RecordsAsync(Token, "b")).Key);
    }

    [Fact]
    public async Task GivenAParkedUnit_WhenOneOfItsNumbersIsLookedUp_ThenItComesWhole()
    {
        var unit = Some.Parked("m1", new LinkKey(LinkKind.Filler, "F1"), new LinkKey(LinkKind.Accession, "A1"));
        var other = Some.Parked("m2", new LinkKey(LinkKind.Filler, "F2"));
        await Store.WriteAsync(changes => changes.NewParked.AddRange([unit, other]), Token);

        var parked = Assert.Single((await Store.LoadAsync(Token, new LinkKey(LinkKind.Accession, "A1"), new LinkKey(LinkKind.Filler, "F1"))).Parked);

        Assert.Equivalent(unit.Unit, parked.Unit, strict: true);
        Assert.Equal(unit.Body.ToArray(), parked.Body.ToArray());
        Assert.Equivalent(unit with { Unit = parked.Unit, Body = parked.Body }, parked, strict: true);
        Assert.Empty((await Store.LoadAsync(Token, new LinkKey(LinkKind.Placer, "F1"))).Parked);
    }

    [Fact]
    public async Task GivenParkedUnits_WhenLookedUp_ThenTheyComeInOrderOfReceipt()
    {
        var key = new LinkKey(LinkKind.Filler, "F1");
        ParkedUnit[] units =
        [
            Some.Parked("b", key) with { ReceivedAt = Some.Noon.AddMinutes(1) },
            Some.Parked("c", key) with { ReceivedAt = Some.Noon },
            Some.Parked("a", key) with { ReceivedAt = Some.Noon.AddMinutes(1) },
        ];
        await Store.WriteAsync(changes => changes.NewParked.AddRange(units), Token);

        Assert.Equal(["c#1", "a#1", "b#1"], (await Store.LoadAsync(Token, key)).Parked.Select(unit => unit.UnitKey));
    }

    [Fact]
    public async Task GivenAParkedUnit_WhenRemoved_ThenItIsFoundNoMoreAndMayParkAgain()
    {
        var unit = Some.Parked("m1", new LinkKey(LinkKind.Filler, "F1"), new LinkKey(LinkKind.Accession, "A1"));
        await Store.WriteAsync(changes => changes.NewParked.Add(unit), Token);

        await Store.WriteAsync(changes => changes.RemovedParked.Add(unit.UnitKey), Token);

        Assert.Empty((await Store.LoadAsync(Token, [.. unit.Keys])).Parked);
        await Store.WriteAsync(changes => changes.NewParked.Add(unit with { Keys = [new LinkKey(LinkKind.Placer, "P1")] }), Token);
        Assert.Empty((await Store.LoadAsync(Token, [.. unit.Keys])).Parked);
        Assert.Single((await Store.LoadAsync(Token, new LinkKey(LinkKind.Placer, "P1"))).Parked);
    }

    [Fact]
    public async Task GivenPositions_WhenWrittenTwice_ThenTheLaterOnesComeBack()
    {
        var first = new SubscriptionPosition { SourceId = "fhir", SubscriptionId = "s1", Position = 3, Seen = [5, 6], LastHeardAt = Some.Noon };
        var second = first with { Position = 6, Seen = [], GapSince = Some.Noon.AddMinutes(1) };
        await Store.WriteAsync(changes => changes.Positions.AddRange([first, first with { SubscriptionId = "s2" }]), Token);
        await Store.WriteAsync(changes => changes.Positions.Add(second), Token);

        await using var batch = await Store.BeginAsync(Token);
        var positions = await batch.LoadPositionsAsync([("fhir", "s1"), ("fhir", "s3"), ("other", "s2")], Token);

        Assert.Equivalent(second, Assert.Single(positions), strict: true);
    }

    [Fact]
    public async Task GivenABatchOfEverything_WhenItIsNotCommitted_ThenNothingOfItIsThere()
    {
        var study = Some.Study();
        var changes = new BatchChanges();
        changes.NewStudies.Add(study);
        changes.NewRecords.Add(Some.Record("k"));
        changes.NewParked.Add(Some.Parked("m1", new LinkKey(LinkKind.Filler, "F1")));
        changes.Positions.Add(new SubscriptionPosition { SourceId = "f", SubscriptionId = "s", Position = 1, LastHeardAt = Some.Noon });

        await using (var batch = await Store.BeginAsync(Token))
        {
            await batch.ClaimAsync(["k"], Token);
            await batch.SaveAsync(changes, Token);
        }

        await using var next = await Store.BeginAsync(Token);
        Assert.Empty(await next.ClaimAsync(["k"], Token));
        var loaded = await next.LoadAsync([new LinkKey(LinkKind.StudyId, study.StudyId), new LinkKey(LinkKind.Filler, "F1")], Token);
        Assert.Empty(loaded.Studies);
        Assert.Empty(loaded.Parked);
        Assert.Empty(await next.LoadPositionsAsync([("f", "s")], Token));
    }

    [Fact]
    public async Task GivenEvents_WhenSaved_ThenTheirPositionsAscendInTheirOrderAndOverBatches()
    {
        var study = Some.Study();
        var events = Enumerable.Range(1, 300).Select(version => Some.Event(study, version)).ToList();

        await Store.WriteAsync(changes => changes.Outbox.AddRange(events[..200]), Token);
        await Store.WriteAsync(changes => changes.Outbox.AddRange(events[200..]), Token);

        var positions = events.Select(entry => entry.Position).ToList();
        Assert.Equal(positions.Order(), positions);
        Assert.Equal(positions.Count, positions.Distinct().Count());
        Assert.True(positions[0] > 0);
    }

    [Fact]
    public async Task GivenNothing_WhenSavedAndCommitted_ThenNothingHappens()
    {
        await using var batch = await Store.BeginAsync(Token);

        Assert.Empty(await batch.ClaimAsync([], Token));
        Assert.Empty((await batch.LoadAsync([], Token)).Studies);
        Assert.Empty(await batch.LoadPositionsAsync([], Token));
        await batch.SaveAsync(new BatchChanges(), Token);
        await batch.CommitAsync(Token);
    }

    [Fact]
    public async Task GivenAUidThatIsTaken_WhenAnotherStudyWantsIt_ThenItIsAConflictAndNothingIsWritten()
    {
        var study = Some.Study();
        await Store.WriteAsync(changes => changes.NewStudies.Add(study), Token);
        var second = Some.Study(uid: study.StudyInstanceUid);

        await Assert.ThrowsAsync<StoreConflictException>(() => Store.WriteAsync(
            changes =>
            {
                changes.NewRecords.Add(Some.Record("k"));
                changes.NewStudies.Add(second);
            },
            Token));

        Assert.Empty((await Store.LoadAsync(second, Token)).Studies);
        Assert.Empty(await Store.RecordsAsync(Token, "k"));
    }

    [Fact]
    public async Task GivenARecord_WhenAnotherWouldTakeItsPlace_ThenItIsAConflict()
    {
        await Store.WriteAsync(changes => changes.NewRecords.Add(Some.Record("k")), Token);

        await Assert.ThrowsAsync<StoreConflictException>(() => Store.WriteAsync(
            changes => changes.NewRecords.Add(Some.Record("k", outcome: Outcomes.Rejected)), Token));

        Assert.Equal(Outcomes.Applied, Assert.Single(await Store.RecordsAsync(Token, "k")).Outcome);
    }

    [Fact]
    public async Task GivenAStudyOrRecordThatIsNotThere_WhenItIsToChange_ThenItIsAConflict()
    {
        var study = Some.Study();

        await Assert.ThrowsAsync<StoreConflictException>(() => Store.WriteAsync(
            changes =>
            {
                changes.NewStudies.Add(study);
                changes.ChangedStudies.Add(Some.Study());
            },
            Token));
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.WriteAsync(
            changes =>
            {
                changes.NewStudies.Add(study);
                changes.ChangedRecords.Add(Some.Record("k"));
            },
            Token));

        Assert.Empty((await Store.LoadAsync(study, Token)).Studies);
    }

    [Fact]
    public async Task GivenALoadedStudy_WhenSavedBeforeTheCommitOrWithIt_ThenItIsWrittenWithAllThatBelongsToIt()
    {
        foreach (var isSavedBefore in new[] { true, false })
        {
            var (study, key) = (Some.Study(), $"k-{isSavedBefore}");
            await Store.WriteAsync(changes => changes.NewStudies.Add(study), Token);
            await using var batch = await Store.BeginAsync(Token);
            await batch.ClaimAsync([key], Token);
            var loaded = Assert.Single((await batch.LoadAsync([new LinkKey(LinkKind.StudyId, study.StudyId)], Token)).Studies);
            loaded.Version++;
            var changes = new BatchChanges();
            changes.ChangedStudies.Add(loaded);
            changes.NewRecords.Add(Some.Record(key));
            changes.Outbox.Add(Some.Event(loaded));

            if (isSavedBefore)
            {
                await batch.SaveAsync(changes, Token);
                await batch.CommitAsync(Token);
            }
            else
            {
                await batch.CommitAsync(changes, Token);
            }

            await batch.DisposeAsync();
            Assert.Equal(study.Version + 1, Assert.Single((await Store.LoadAsync(study, Token)).Studies).Version);
            Assert.Single(await Store.RecordsAsync(Token, key));
            Assert.True(changes.Outbox[0].Position > 0);
        }
    }

    [Fact]
    public async Task GivenAKeyThatIsClaimed_WhenAnotherBatchClaimsIt_ThenThatWaitsAndFindsTheRecord()
    {
        await using var first = await Store.BeginAsync(Token);
        await first.ClaimAsync(["k"], Token);
        var second = Store.RecordsAsync(Token, "a", "k", "z");

        await SaveAndCommitAsync(first, changes => changes.NewRecords.Add(Some.Record("k")));

        Assert.Equal("k", Assert.Single(await second).Key);
    }

    [Fact]
    public async Task GivenANumberThatWasLookedUpInVain_WhenAnotherBatchLooksToo_ThenThatWaitsAndFindsTheStudy()
    {
        var study = Some.Study();
        var key = new LinkKey(LinkKind.Accession, "A-1");
        await using var first = await Store.BeginAsync(Token);
        await first.LoadAsync([key], Token);
        var second = Store.LoadAsync(Token, key);

        await SaveAndCommitAsync(first, changes =>
        {
            changes.NewStudies.Add(study);
            changes.NewLinks.Add(new Link(LinkKind.Accession, "A-1", null, study.StudyId));
        });

        Assert.Equal(study.StudyId, Assert.Single((await second).Studies).StudyId);
    }

    private protected abstract Task<IStudyStore> OpenAsync();

    private async Task SaveAndCommitAsync(IStoreBatch batch, Action<BatchChanges> fill)
    {
        var changes = new BatchChanges();
        fill(changes);
        await batch.SaveAsync(changes, Token);
        await batch.CommitAsync(Token);
        await batch.DisposeAsync(); // Disposing twice does no harm.
    }
}
