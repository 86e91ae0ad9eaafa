using System.Data.Common;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Store.PostgreSql;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Store.Suite;
using IntegrationWorker.Studies;

namespace IntegrationWorker.AcceptanceTests.Store;

/// <summary>Who waits for whom when several workers share a PostgreSQL.</summary>
public sealed class PostgreSqlLockTests(SharedSurroundings surroundings) : OpenStoreSuite(PostgreSqlSuites.On(surroundings))
{
    private static readonly LinkKey _first = new(LinkKind.Accession, "A-1");
    private static readonly LinkKey _second = new(LinkKind.Filler, "F-2");

    private static readonly Statement _lockCommits = new("select pg_advisory_xact_lock(77)");

    [Fact]
    public async Task GivenAClaimedKey_WhenAnotherWorkerClaimsIt_ThenItWaitsForTheEndAndFindsWhatWasCommitted()
    {
        await using var other = Door.Open();
        await using var first = await Store.Studies.BeginAsync(Token);
        await first.ClaimAsync(["b"], Token);

        var second = Task.Run(() => other.Studies.RecordsAsync(Token, "a", "b", "c"), Token);
        await SomebodyWaitsAsync();
        await SaveAndCommitAsync(first, changes => changes.NewRecords.Add(Some.Record("b")));

        Assert.Equal("b", Assert.Single(await second).Key);
    }

    [Fact]
    public async Task GivenAClaimedKey_WhenItsWorkerFails_ThenTheOneThatWaitedHasTheKey()
    {
        await using var other = Door.Open();
        var first = await Store.Studies.BeginAsync(Token);
        await first.ClaimAsync(["b"], Token);

        var second = Task.Run(() => other.Studies.WriteAsync(changes => changes.NewRecords.Add(Some.Record("b")), Token), Token);
        await SomebodyWaitsAsync();
        await first.DisposeAsync();

        await second;
        Assert.Single(await Store.Studies.RecordsAsync(Token, "b"));
    }

    [Fact]
    public async Task GivenARecordedKey_WhenTwoWorkersClaimIt_ThenTheSecondSeesTheGenerationThatTheFirstAdds()
    {
        await using var other = Door.Open();
        await Store.Studies.WriteAsync(changes => changes.NewRecords.Add(Some.Record("k")), Token);
        await using var first = await Store.Studies.BeginAsync(Token);
        Assert.Single(await first.ClaimAsync(["k"], Token));

        var second = Task.Run(() => other.Studies.RecordsAsync(Token, "k"), Token);
        await SomebodyWaitsAsync();
        await SaveAndCommitAsync(first, changes => changes.NewRecords.Add(Some.Record("k", generation: 2)));

        Assert.Equal(["k", "k~2"], (await second).Select(record => record.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task GivenANumberThatLeadsNowhere_WhenTwoWorkersLookForIt_ThenTheSecondFindsTheStudyOfTheFirst()
    {
        await using var other = Door.Open();
        await using var first = await Store.Studies.BeginAsync(Token);
        Assert.Empty((await first.LoadAsync([_first], Token)).Studies);

        var second = Task.Run(() => other.Studies.LoadAsync(Token, _second, _first), Token);
        await SomebodyWaitsAsync();
        var study = Some.Study();
        await SaveAndCommitAsync(first, changes =>
        {
            changes.NewStudies.Add(study);
            changes.NewLinks.Add(new Link(_first.Kind, _first.Value, "RIS", study.StudyId));
        });

        var loaded = await second;
        Assert.Equal(study.StudyId, Assert.Single(loaded.Studies).StudyId);
        Assert.Equal(3, loaded.Links.Count);
    }

    [Fact]
    public async Task GivenAStudyWithTwoNumbers_WhenTwoWorkersComeByOneEach_ThenTheSecondSeesTheChangeOfTheFirst()
    {
        await using var other = Door.Open();
        var study = Some.Study();
        await Store.Studies.WriteAsync(
            changes =>
            {
                changes.NewStudies.Add(study);
                changes.NewLinks.Add(new Link(_first.Kind, _first.Value, null, study.StudyId));
            },
            Token);
        await using var first = await Store.Studies.BeginAsync(Token);
        var mine = Assert.Single((await first.LoadAsync([new LinkKey(LinkKind.StudyInstanceUid, study.StudyInstanceUid)], Token)).Studies);

        var second = Task.Run(() => other.Studies.LoadAsync(Token, _first), Token);
        await SomebodyWaitsAsync();
        mine.Version = 2;
        mine.State.Of(FieldNames.Severity).Set("stat", Some.WriteBy("ehr"));
        await SaveAndCommitAsync(first, changes =>
        {
            changes.ChangedStudies.Add(mine);
            changes.NewLinks.Add(new Link(_second.Kind, _second.Value, null, study.StudyId));
        });

        var loaded = await second;
        Assert.Equivalent(mine, Assert.Single(loaded.Studies), strict: true);
        Assert.Equal(4, loaded.Links.Count);
    }

    [Fact]
    public async Task GivenAKeyInTheMiddleIsTaken_WhenTwoWorkersComeFromBothEnds_ThenTheyDoNotWaitForEachOtherAfterwards()
    {
        await ComeFromBothEndsAsync((batch, numbers) => batch.ClaimAsync([.. numbers.Select(number => $"k/{number:D3}")], Token));
    }

    [Fact]
    public async Task GivenANumberInTheMiddleIsTaken_WhenTwoWorkersComeFromBothEnds_ThenTheyDoNotWaitForEachOtherAfterwards()
    {
        await ComeFromBothEndsAsync((batch, numbers) => batch.LoadAsync([.. numbers.Select(number => new LinkKey(LinkKind.Filler, $"{number}"))], Token));
    }

    [Fact]
    public async Task GivenAnEventThatIsNotCommitted_WhenAnotherWorkerSavesOne_ThenThatWaitsSoThatNobodyReadsPastTheFirst()
    {
        await using var other = Door.Open();
        await StopCommitsOfEventsAsync();
        await using var stopped = await Store.Database.BeginAsync(Token);
        await stopped.RunAsync(_lockCommits, [], Token, static _ => { });

        var first = Task.Run(() => Store.Studies.WriteAsync(all => all.Outbox.Add(Some.Event(Some.Study())), Token), Token);
        await SomebodyWaitsAsync();
        var second = Task.Run(() => other.Studies.WriteAsync(all => all.Outbox.Add(Some.Event(Some.Study())), Token), Token);
        await SomebodyWaitsAsync(2);
        Assert.Empty(await Store.Outbox.ReadAfterAsync(0, 10, Token));
        await stopped.CommitAsync(Token);

        Assert.True((await second).Outbox[0].Position > (await first).Outbox[0].Position);
    }

    [Fact]
    public async Task GivenALockTable_WhenAWorkerHasLookedAtIt_ThenItHasAsManyBatchesInHandAsThereIsRoomFor()
    {
        Assert.Equal(1, Store.Studies.BatchesAheadMax);
        await using var batch = await Store.Studies.BeginAsync(Token);

        var slots = await ((PostgreSqlDatabase)Store.Database).CountLockSlotsAsync(Token);
        Assert.True(slots >= 640);
        Assert.Equal(slots < 11_700 ? 1 : 2, Store.Studies.BatchesAheadMax);
    }

    [Fact]
    public async Task GivenTwoWorkersThatLoadInTurns_WhenEachWantsWhatTheOtherHas_ThenTheWaitEndsWithAConflict()
    {
        await using var other = Door.Open();
        await using var first = await Store.Studies.BeginAsync(Token);
        await using var second = await other.Studies.BeginAsync(Token);
        await first.LoadAsync([_first], Token);
        await second.LoadAsync([_second], Token);

        var waiting = Task.Run(() => first.LoadAsync([_second], Token), Token);
        await SomebodyWaitsAsync();
        var failures = await Task.WhenAll(FailureOfAsync(waiting, first), FailureOfAsync(second.LoadAsync([_first], Token), second));

        // One is enough for the other to go on; on a slow machine both may have waited for too long.
        Assert.Contains(failures, failure => failure is StoreConflictException);
        Assert.DoesNotContain(failures, failure => failure is not (null or StoreConflictException));
    }

    [Fact]
    public async Task GivenAPart_WhenTwoWorkersWantIt_ThenOneHasItUntilItResignsOrIsGone()
    {
        const string part = "a part";
        var first = Door.Open();
        await using var second = Door.Open();

        Assert.True(await first.Database.TryLeadAsync(part, Token));
        Assert.True(await first.Database.TryLeadAsync(part, Token));
        Assert.False(await second.Database.TryLeadAsync(part, Token));

        await first.Database.ResignAsync(part);
        Assert.True(await second.Database.TryLeadAsync(part, Token));
        Assert.True(await first.Database.TryLeadAsync("another part", Token));
        await second.Database.ResignAsync(part);

        Assert.True(await first.Database.TryLeadAsync(part, Token));
        await first.DisposeAsync();
        Assert.True(await second.Database.TryLeadAsync(part, Token));
        Assert.True(await second.Database.TryLeadAsync("another part", Token));
    }

    [Fact]
    public async Task GivenALeaderWhoseConnectionsAreCut_WhenItAsksAgain_ThenItLeadsByANewOne()
    {
        await using var other = Door.Open();
        Assert.True(await Store.Database.TryLeadAsync("a part", Token));

        await CutAllAsync(other);

        Assert.True(await Store.Database.TryLeadAsync("a part", Token));
        Assert.False(await other.Database.TryLeadAsync("a part", Token));
    }

    [Fact]
    public async Task GivenABatchWhoseConnectionIsCut_WhenItGoesOn_ThenThatIsAFailureOfTheSurroundingsAndTheNextBatchWorks()
    {
        await using var other = Door.Open();
        await using var batch = await Store.Studies.BeginAsync(Token);
        await batch.ClaimAsync(["k"], Token);

        await CutAllAsync(other);

        var failure = await Assert.ThrowsAnyAsync<DbException>(() => SaveAndCommitAsync(batch, changes => changes.NewRecords.Add(Some.Record("k"))));
        Assert.True(SurroundingsFailure.Is(failure));
        await batch.DisposeAsync();
        await Store.Studies.WriteAsync(changes => changes.NewRecords.Add(Some.Record("k")), Token);
        Assert.Single(await Store.Studies.RecordsAsync(Token, "k"));
    }

    [Fact]
    public async Task GivenARecordThatABatchIsChanging_WhenOldRecordsArePurged_ThenThePurgeLeavesItAndNeitherWaits()
    {
        await using var other = Door.Open();
        var cutOffs = new RetentionCutOffs(Some.Noon.AddDays(-30), null, null, null, null);
        var (changing, idle) = (Some.Record("a") with { ReceivedAt = Some.Noon.AddDays(-31) }, Some.Record("b") with { ReceivedAt = Some.Noon.AddDays(-31) });
        await Store.Studies.WriteAsync(changes => changes.NewRecords.AddRange([changing, idle]), Token);
        await using var batch = await Store.Studies.BeginAsync(Token);
        await batch.ClaimAsync(["a"], Token);
        var saved = new BatchChanges();
        saved.ChangedRecords.Add(changing with { Outcome = "duplicate" });
        await batch.SaveAsync(saved, Token);

        var purged = await other.Maintenance.PurgeAsync(cutOffs, 100, Token).WaitAsync(Patience.Usual, Token);
        await batch.CommitAsync(Token);

        Assert.Equal(1, purged);
        Assert.Equal(["a"], (await Store.Studies.RecordsAsync(Token, "a", "b")).Select(record => record.Key));
        Assert.Equal(1, await other.Maintenance.PurgeAsync(cutOffs, 100, Token));
    }

    [Fact]
    public async Task GivenARecordThatIsPurgedMeanwhile_WhenABatchChangesItWithItsCommit_ThenThatIsAConflictAndNothingIsWritten()
    {
        await using var other = Door.Open();
        var old = Some.Record("a") with { ReceivedAt = Some.Noon.AddDays(-31) };
        await Store.Studies.WriteAsync(changes => changes.NewRecords.Add(old), Token);
        await using var batch = await Store.Studies.BeginAsync(Token);
        await batch.ClaimAsync(["a"], Token);
        Assert.Equal(1, await other.Maintenance.PurgeAsync(new RetentionCutOffs(Some.Noon.AddDays(-30), null, null, null, null), 100, Token));
        var (changes, study) = (new BatchChanges(), Some.Study());
        changes.NewStudies.Add(study);
        changes.ChangedRecords.Add(old with { Outcome = "duplicate" });

        await Assert.ThrowsAsync<StoreConflictException>(() => batch.CommitAsync(changes, Token));

        await batch.DisposeAsync();
        Assert.Empty((await Store.Studies.LoadAsync(study, Token)).Studies);
    }

    [Fact]
    public async Task GivenAnEmptyDatabase_WhenTenWorkersMigrateItAtOnce_ThenAllFindItDone()
    {
        var connectionString = await surroundings.DatabaseAsync(Token);
        var databases = Enumerable.Range(0, 10).Select(_ => new PostgreSqlDatabase(connectionString)).ToList();
        Assert.True(await new PostgreSqlMigrator(databases[0]).IsBehindAsync(Token));

        await Task.WhenAll(databases.Select(database => new PostgreSqlMigrator(database).MigrateAsync(Token)));

        Assert.False(await new PostgreSqlMigrator(databases[9]).IsBehindAsync(Token));
        var scripts = typeof(PostgreSqlMigrator).Assembly.GetManifestResourceNames()
            .Count(name => name.StartsWith("Store.Migrations.PostgreSql.", StringComparison.Ordinal)) + 1; // And the tables of Quartz.
        Assert.Equal(scripts, await CountAsync(databases[9], "select 1 from schemaversions"));
        Assert.Equal(scripts, await CountAsync(databases[9], "select distinct scriptname from schemaversions"));

        foreach (var database in databases)
        {
            await database.DisposeAsync();
        }
    }

    private async Task<int> CountAsync(PostgreSqlDatabase database, string sql)
    {
        var rows = 0;
        await using var session = await database.ReadAsync(Token);
        await session.RunAsync(new Statement(sql), [], Token, _ => rows++);

        return rows;
    }

    private async Task ComeFromBothEndsAsync(Func<IStoreBatch, int[], Task> take)
    {
        await using var other = Door.Open();
        await using var inTheWay = Door.Open();
        int[] numbers = [.. Enumerable.Range(0, 101)];
        var middle = await inTheWay.Studies.BeginAsync(Token);
        await take(middle, [50]);

        var up = Task.Run(() => TakeAllAsync(Store, numbers), Token);
        var down = Task.Run(() => TakeAllAsync(other, [.. numbers.Reverse()]), Token);
        await SomebodyWaitsAsync(workers: 2);
        await middle.DisposeAsync();

        await Task.WhenAll(up, down);

        async Task TakeAllAsync(OpenStore store, int[] all)
        {
            await using var batch = await store.Studies.BeginAsync(Token);
            await take(batch, all);
        }
    }

    private static async Task<Exception?> FailureOfAsync(Task work, IStoreBatch batch)
    {
        try
        {
            await work;
            return null;
        }
        catch (Exception failure)
        {
            await batch.DisposeAsync(); // Gives free what the other one waits for.
            return failure;
        }
    }

    private async Task SaveAndCommitAsync(IStoreBatch batch, Action<BatchChanges> fill)
    {
        var changes = new BatchChanges();
        fill(changes);
        await batch.SaveAsync(changes, Token);
        await batch.CommitAsync(Token);
    }

    // Whoever has written an event waits in the middle of its commit, as long as somebody has the lock.
    private async Task StopCommitsOfEventsAsync()
    {
        await using var session = await Store.Database.BeginAsync(Token);
        session.Add(
            new Statement("""
                create function stop() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared(77); return null; end $$
                """),
            []);
        session.Add(
            new Statement("create constraint trigger stop after insert on outbox deferrable initially deferred for each row execute function stop()"),
            []);
        await session.CommitAsync(Token);
    }

    private Task SomebodyWaitsAsync(int workers = 1) => Patience.UntilAsync(
        async () =>
        {
            var waiting = 0;
            await using var session = await Store.Database.ReadAsync(Token);
            await session.RunAsync(
                new Statement("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
                [],
                Token,
                _ => waiting++);

            return waiting >= workers;
        },
        () => "a worker waits for another one",
        Token);

    private async Task CutAllAsync(OpenStore by)
    {
        await using var session = await by.Database.ReadAsync(Token);
        await session.RunAsync(
            new Statement("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"),
            [],
            Token,
            static _ => { });
    }
}
