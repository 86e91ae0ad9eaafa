using System.Diagnostics.Metrics;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace IntegrationWorker.AcceptanceTests.Store;

/// <summary>The database ends a batch because of another one: provoked by a trigger that fails as a deadlock does.</summary>
public sealed class PostgreSqlConflictTests(SharedSurroundings surroundings) : IAsyncLifetime
{
    private const int Orders = 8;

    private static readonly Meter _meter = new("IntegrationWorker.AcceptanceTests");

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly List<InventedOrder> _orders = [.. Enumerable.Range(0, Orders).Select(_ => new InventedOrder())];

    private PostgreSqlStore _store = null!;
    private Batcher _batcher = null!;
    private IntakeState _state = null!;
    private NoLifetime _lifetime = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await PostgreSqlStore.CreateAsync(surroundings, _token);
        _lifetime = new NoLifetime();
        _state = new IntakeState(TimeProvider.System);
        var gate = new StoreGate();
        gate.Open();
        var options = Options.Create(new IntakeOptions());
        var rules = Hosting.Settings.WorkerSettings.Load(new WorkerSettings().ConfigFiles).Rules;
        var pipeline = new MessagePipeline(
            rules,
            identifier => identifier,
            _store.Store.Studies,
            new EventSettings("urn:study-update-worker:conflicts", new HashSet<string>()),
            new NoPublisher(),
            TimeProvider.System);
        var failing = new FailingMessages(_store.Store.DeadLetters, _state, options, TimeProvider.System, NullLogger<FailingMessages>.Instance);
        _batcher = new Batcher(
            pipeline,
            gate,
            _store.Store.Health,
            new NoPublisher(),
            _state,
            failing,
            new IntakeMetrics(_meter, rules, TimeProvider.System),
            options,
            _lifetime,
            TimeProvider.System,
            NullLogger<Batcher>.Instance);
        await pipeline.ProcessAsync([.. _orders.Select(MessageOf)], _token);
    }

    public async ValueTask DisposeAsync()
    {
        await _batcher.StopAsync(_token);
        _batcher.Dispose();
        _lifetime.Dispose();
        await _store.DisposeAsync();
    }

    [Theory]
    [InlineData("40P01")] // deadlock_detected
    [InlineData("40001")] // serialization_failure
    public async Task GivenADatabaseThatEndsABatchThreeTimes_WhenDecidedAbout_ThenItIsTriedAgainWhole(string state)
    {
        await RunAsync($"""
            create sequence provoked;
            create function provoke() returns trigger language plpgsql as $$ begin
                if nextval('provoked') <= 3 then raise exception 'provoked' using errcode = '{state}'; end if;
                return null;
            end $$;
            create trigger provoke after update on studies for each statement execute function provoke();
            """);

        await ChangeAllAsync();

        Assert.Equal(4L, await RunAsync("select last_value from provoked"));
    }

    [Fact]
    public async Task GivenADatabaseThatEndsEveryBatchOfSeveral_WhenDecidedAbout_ThenItIsSplitUntilEachCommits()
    {
        await RunAsync("""
            create function provoke() returns trigger language plpgsql as $$ begin
                if (select count(*) from changed) > 1 then raise exception 'provoked' using errcode = '40P01'; end if;
                return null;
            end $$;
            create trigger provoke after update on studies referencing new table as changed for each statement execute function provoke();
            """);

        await ChangeAllAsync();
    }

    // Enqueued before the batcher starts: one batch.
    private async Task ChangeAllAsync()
    {
        var decided = _orders
            .Select(order => _batcher.DecideAsync(MessageOf(order with { Control = "XO", Priority = "S", Minute = 1 }), _token))
            .ToList();
        await _batcher.StartAsync(_token);

        var results = await Task.WhenAll(decided).WaitAsync(Patience.Usual, _token);

        Assert.All(results, result => Assert.Equal(Outcomes.Applied, result.Outcome));
        Assert.Null(_state.Reason);
        Assert.All(await _store.Store.Reader.ListAsync(IntegrationWorker.Store.StudyFilter.All, 100, null, _token), study => Assert.Equal(2, study.Version));
    }

    private static InboundMessage MessageOf(InventedOrder order) =>
        new() { Door = Door.Hl7v2, Body = order.Bytes, ReceivedAt = TimeProvider.System.GetUtcNow() };

    private async Task<object?> RunAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_store.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(_token);
    }

    /// <summary>A host that never ends.</summary>
    private sealed class NoLifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _never = new();

        public CancellationToken ApplicationStarted => _never.Token;

        public CancellationToken ApplicationStopping => _never.Token;

        public CancellationToken ApplicationStopped => _never.Token;

        public void StopApplication()
        {
        }

        public void Dispose() => _never.Dispose();
    }
}
