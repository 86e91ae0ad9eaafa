using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Store;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Suite;
using IntegrationWorker.Studies;

namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>Two workers on one PostgreSQL: a result and the order that creates its study, decided about at the same instant.</summary>
public sealed class RaceTests(SharedSurroundings surroundings)
{
    private const int RacesUsual = 200;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenAResultAndItsOrder_WhenTwoWorkersDecideAtTheSameInstant_ThenTheResultNeverStaysParked()
    {
        var races = int.TryParse(Environment.GetEnvironmentVariable("CHAOS_RACES"), out var count) ? count : RacesUsual;
        await using var door = await PostgreSqlStore.CreateAsync(surroundings, _token);
        await using var other = door.Open();
        var (one, two) = (PipelineOn(door.Store), PipelineOn(other));
        var orders = Enumerable.Range(0, races).Select(_ => new InventedOrder()).ToList();
        var parkedFirst = 0;

        foreach (var order in orders)
        {
            var result = order with { Control = "RE", Status = "", ResultStatus = "F", Minute = 1 };
            using var start = new Barrier(2);
            var outcomes = await Task.WhenAll(
                Task.Run(() => DecideAsync(one, result, start), _token), Task.Run(() => DecideAsync(two, order, start), _token));
            parkedFirst += outcomes[0] == Outcomes.Parked ? 1 : 0;
        }

        var studies = await other.Reader.ListAsync(StudyFilter.All, races + 1, null, _token);
        Assert.Equal(races, studies.Count);
        Assert.All(studies, study => Assert.Equal((ViewerStatus.Complete, 2), (study.StudyViewerStatus, study.Version)));
        Assert.Equal(0, (await Contents.ReadAsync(other.Database, _token)).Parked);
        Assert.InRange(parkedFirst, 1, races - 1); // Else they did not meet: each has to win sometimes.
    }

    private static MessagePipeline PipelineOn(OpenStore store) => new(
        Hosting.Settings.WorkerSettings.Load(new WorkerSettings().ConfigFiles).Rules,
        identifier => identifier,
        store.Studies,
        new EventSettings("urn:study-update-worker:races", new HashSet<string>()),
        new NoPublisher(),
        TimeProvider.System);

    private async Task<string> DecideAsync(MessagePipeline pipeline, InventedOrder order, Barrier start)
    {
        var message = new InboundMessage { Door = Door.Hl7v2, Body = order.Bytes, ReceivedAt = TimeProvider.System.GetUtcNow() };
        start.SignalAndWait(_token);

        while (true)
        {
            try
            {
                return (await pipeline.ProcessAsync([message], _token))[0].Outcome;
            }
            catch (StoreConflictException)
            {
                // The other one was first: decided again, as the batcher does.
            }
        }
    }
}
