using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sqlite;
using IntegrationWorker.Store.Suite;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Store;

public sealed class SmokeTests
{
    [Fact]
    public async Task Smoke()
    {
        var ct = TestContext.Current.CancellationToken;
        var dir = Directory.CreateTempSubdirectory().FullName;
        await using var db = new SqliteDatabase(Path.Combine(dir, "x", "w.db"));
        var m = new SqliteMigrator(db);
        Assert.True(await m.IsBehindAsync(ct));
        await m.MigrateAsync(ct);
        Assert.False(await m.IsBehindAsync(ct));
        var store = new SqliteStudyStore(db, new DataProtector(ProtectionKeys.Create("k")));
        var study = Some.Study();
        await using (var b = await store.BeginAsync(ct))
        {
            Assert.Empty(await b.ClaimAsync(["a", "b"], ct));
            var ch = new BatchChanges();
            ch.NewStudies.Add(study);
            ch.NewLinks.Add(new Link(LinkKind.Accession, "ACC", null, study.StudyId));
            ch.NewRecords.Add(Some.Record("a"));
            ch.History.Add(Some.History(study, "a"));
            ch.Outbox.Add(Some.Event(study));
            ch.NewParked.Add(Some.Parked("b", new LinkKey(LinkKind.Filler, "F")));
            ch.DeadLetters.Add(Some.DeadLetter());
            ch.Positions.Add(new SubscriptionPosition { SourceId = "f", SubscriptionId = "s", Position = 3, Seen = [5, 6], LastHeardAt = Some.Noon });
            await b.SaveAsync(ch, ct);
            Assert.Equal(1, ch.Outbox[0].Position);
            await b.CommitAsync(ct);
        }

        await using (var b = await store.BeginAsync(ct))
        {
            var r = Assert.Single(await b.ClaimAsync(["a", "b"], ct));
            Assert.Equal(Some.Record("a").Result, r.Result);
            var l = await b.LoadAsync([new LinkKey(LinkKind.Accession, "ACC"), new LinkKey(LinkKind.Filler, "F")], ct);
            Assert.Equal(study.Description, Assert.Single(l.Studies).Description);
            Assert.Equal(3, l.Links.Count);
            Assert.Single(l.Parked);
            var ch = new BatchChanges();
            l.Studies[0].Version++;
            ch.ChangedStudies.AddRange(l.Studies);
            ch.RemovedParked.Add("b#1");
            ch.RemovedLinks.Add(new Link(LinkKind.Accession, "ACC", null, study.StudyId));
            ch.ChangedRecords.Add(r with { Outcome = "x" });
            await b.SaveAsync(ch, ct);
            await b.CommitAsync(ct);
        }
    }
}
