using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>Several workers on one store.</summary>
public abstract class WorkersSuite : OpenStoreSuite
{
    private const int Messages = 600;
    private const int Accessions = 25;
    private const int MessagesOfABatch = 20;

    private protected WorkersSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenTwoWorkersAndTheSameMessages_WhenBothDecideAllInAnyOrder_ThenEachCountsOnceAndNobodyHadToTryAgain()
    {
        await using var other = Door.Open();
        using var writing = new CancellationTokenSource();
        var reading = ReadEventsAsync(other, writing.Token);

        await Task.WhenAll(
            Task.Run(() => DecideAllAsync(Store, seed: 1), Token),
            Task.Run(() => DecideAllAsync(other, seed: 2), Token));
        await writing.CancelAsync();

        var read = await reading;
        Assert.Equal(Messages, read.Count);
        Assert.Equal(Messages, (await Store.Studies.RecordsAsync(Token, [.. Enumerable.Range(0, Messages).Select(KeyOf)])).Count);

        for (var accession = 0; accession < Accessions; accession++)
        {
            var study = Assert.Single(await Store.Reader.FindByLinkAsync(LinkKind.Accession, $"A-{accession}", Token));
            var versions = Enumerable.Range(1, Messages / Accessions).Select(version => (long)version).ToList();
            Assert.Equal(versions.Count, study.Version);
            Assert.Equal(versions, (await Store.Reader.HistoryAsync(study.StudyId, Token)).Select(entry => entry.Version));
            Assert.Equal(versions, read.Where(entry => entry.StudyId == study.StudyId).Select(entry => entry.Version));
        }
    }

    [Fact]
    public async Task GivenAWorkerThatStoresAResultAndOneThatCreatesItsStudy_WhenBothAreAtItAtOnce_ThenTheResultNeverStaysParked()
    {
        await using var other = Door.Open();

        for (var i = 0; i < 40; i++)
        {
            var key = new LinkKey(LinkKind.Accession, $"R-{i}");

            await Task.WhenAll(
                Task.Run(() => ParkUnlessThereAsync(Store, key), Token),
                Task.Run(() => CreateAndApplyAsync(other, key), Token));

            var loaded = await Store.Studies.LoadAsync(Token, key);
            Assert.Empty(loaded.Parked);
            Assert.Equal(2, Assert.Single(loaded.Studies).Version);
        }
    }

    private static string KeyOf(int message) => $"m/{message}";

    private async Task DecideAllAsync(OpenStore store, int seed)
    {
        var order = Enumerable.Range(0, Messages).ToArray();
        new Random(seed).Shuffle(order);

        foreach (var chunk in order.Chunk(MessagesOfABatch))
        {
            await DecideAsync(store, chunk);
        }
    }

    // As the way of a message does it: claim, load, decide in memory, save.
    private async Task DecideAsync(OpenStore store, int[] messages)
    {
        await using var batch = await store.Studies.BeginAsync(Token);
        var changes = new BatchChanges();
        var recorded = (await batch.ClaimAsync([.. messages.Select(KeyOf)], Token)).Select(record => record.Key).ToHashSet();
        var loaded = await batch.LoadAsync([.. messages.Select(AccessionOf).Distinct()], Token);
        var studies = loaded.Links.Where(link => link.Kind == LinkKind.Accession).ToDictionary(
            link => link.Key, link => loaded.Studies.Single(study => study.StudyId == link.StudyId));

        foreach (var message in messages.Where(message => !recorded.Contains(KeyOf(message))))
        {
            if (!studies.TryGetValue(AccessionOf(message), out var study))
            {
                studies[AccessionOf(message)] = study = Some.Study();
                changes.NewStudies.Add(study);
                changes.NewLinks.Add(new Link(LinkKind.Accession, AccessionOf(message).Value, null, study.StudyId));
            }
            else
            {
                study.Version++;

                if (!changes.NewStudies.Contains(study) && !changes.ChangedStudies.Contains(study))
                {
                    changes.ChangedStudies.Add(study);
                }
            }

            changes.NewRecords.Add(Some.Record(KeyOf(message)));
            changes.History.Add(Some.History(study, KeyOf(message)));
            changes.Outbox.Add(Some.Event(study, study.Version));
        }

        await batch.SaveAsync(changes, Token);
        await batch.CommitAsync(Token);
    }

    // Reads on as a consumer does that polls: what it has passed must not appear behind it.
    private static async Task<List<OutboxEntry>> ReadEventsAsync(OpenStore store, CancellationToken writing)
    {
        var read = new List<OutboxEntry>();

        while (true)
        {
            var isOver = writing.IsCancellationRequested;
            var page = await store.Outbox.ReadAfterAsync(read.LastOrDefault()?.Position ?? 0, 50, CancellationToken.None);
            read.AddRange(page);

            if (isOver && page.Count == 0)
            {
                return read;
            }

            await Task.Yield();
        }
    }

    private async Task ParkUnlessThereAsync(OpenStore store, LinkKey key)
    {
        await using var batch = await store.Studies.BeginAsync(Token);
        var changes = new BatchChanges();

        if ((await batch.LoadAsync([key], Token)).Studies is [var study])
        {
            study.Version++;
            changes.ChangedStudies.Add(study);
        }
        else
        {
            changes.NewParked.Add(Some.Parked($"result/{key.Value}", key));
        }

        await batch.SaveAsync(changes, Token);
        await batch.CommitAsync(Token);
    }

    private async Task CreateAndApplyAsync(OpenStore store, LinkKey key)
    {
        await using var batch = await store.Studies.BeginAsync(Token);
        var changes = new BatchChanges();
        var parked = (await batch.LoadAsync([key], Token)).Parked;
        var study = Some.Study();
        study.Version += parked.Count;
        changes.NewStudies.Add(study);
        changes.NewLinks.Add(new Link(key.Kind, key.Value, null, study.StudyId));
        changes.RemovedParked.AddRange(parked.Select(unit => unit.UnitKey));

        await batch.SaveAsync(changes, Token);
        await batch.CommitAsync(Token);
    }

    private static LinkKey AccessionOf(int message) => new(LinkKind.Accession, $"A-{message % Accessions}");
}
