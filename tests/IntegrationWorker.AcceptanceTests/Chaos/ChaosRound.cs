using System.Data.Common;
using IntegrationWorker.AcceptanceTests.Journeys;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Hosting;
using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Store;
using RabbitMQ.Client.Exceptions;

namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>
/// One round: messages come in parts, and while the workers are at a part something dies or is cut. Then all is brought
/// back, and what the store holds and what was published is compared with the answer of the pure code.
/// </summary>
internal sealed class ChaosRound : IAsyncDisposable
{
    private const string Queue = "study-updates.hl7v2";
    private const string Exchange = "study-updated";
    private const string EventQueue = "chaos.events";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    private readonly ChaosSite _site;
    private readonly ChaosPlan _plan;
    private readonly Random _random;
    private readonly TemporaryFolder _folder = new("chaos");
    private readonly VirtualHost _host;
    private readonly string? _connectionString;
    private readonly Database _database;
    private readonly List<ChaosWorker> _workers = [];

    private ChaosRound(ChaosSite site, ChaosPlan plan, VirtualHost host, string? connectionString)
    {
        (_site, _plan, _host, _connectionString) = (site, plan, host, connectionString);
        _random = new Random(plan.Seed);
        _database = ChaosSite.Open(connectionString, _folder.PathOf("worker.db"));
    }

    public static async Task<Findings> RunAsync(ChaosSite site, ChaosPlan plan, CancellationToken cancellationToken)
    {
        var host = await site.Broker.CreateVirtualHostAsync(cancellationToken);
        var connectionString = plan.IsPostgres ? await site.Postgres.CreateDatabaseAsync(cancellationToken) : null;
        await using var round = new ChaosRound(site, plan, host, connectionString);

        return await round.RunAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await _database.DisposeAsync();

        if (_connectionString is not null)
        {
            await _site.Postgres.DropDatabaseAsync(_connectionString, CancellationToken.None);
        }

        await _host.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<Findings> RunAsync(CancellationToken cancellationToken)
    {
        await using (var client = await AmqpClient.ConnectAsync(_host.Uri, cancellationToken))
        {
            await client.BindQuorumQueueAsync(EventQueue, Exchange, cancellationToken);
        }

        for (var i = 0; i < _plan.Workers; i++)
        {
            _workers.Add(await ChaosWorker.StartAsync(SettingsOfWorkers(), i == 0 ? _plan.CrashAt : null));
        }

        await AnyReadyAsync(cancellationToken);
        var messages = Lives.Of(_random);
        var answer = await AnswerAsync(messages, cancellationToken);
        await DisturbAsync(messages, cancellationToken);

        return await ConcludeAsync(answer, cancellationToken);
    }

    private WorkerSettings SettingsOfWorkers() => new()
    {
        Broker = _site.Through(_host.Uri),
        Postgres = _connectionString is null ? null : _site.Through(_connectionString),
        SqliteFile = _folder.PathOf("worker.db"),
        KeyFile = _folder.PathOf("keys.json"),
        Environment = new Dictionary<string, string?> { ["Intake__BatchMessagesMax"] = $"{_plan.BatchMessagesMax}" },
    };

    /// <summary>The same messages through the same rules, in memory, with nothing that could die.</summary>
    private async Task<Contents> AnswerAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        var store = new MemoryStudyStore();
        var rules = Hosting.Settings.WorkerSettings.Load(SettingsOfWorkers().ConfigFiles).Rules;
        using var hasher = new PatientHasher(ProtectionKeyFile.ReadOrCreate(_folder.PathOf("keys.json")));
        var pipeline = new MessagePipeline(
            rules, hasher.Hash, store, new EventSettings("urn:study-update-worker:default", new HashSet<string>()), new NoPublisher(), TimeProvider.System);
        var inbound = messages.Select(body => new InboundMessage { Door = Door.Hl7v2, Body = body, ReceivedAt = TimeProvider.System.GetUtcNow() });

        foreach (var batch in inbound.Chunk(64))
        {
            await pipeline.ProcessAsync(batch, cancellationToken);
        }

        return Contents.Of(store.Tables);
    }

    private async Task DisturbAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        var parts = messages.Chunk((messages.Count / (_plan.Disturbances.Count + 1)) + 1).ToList();

        for (var i = 0; i < parts.Count; i++)
        {
            var publishing = PublishAsync(parts[i], cancellationToken);

            if (i < _plan.Disturbances.Count)
            {
                await Task.Delay(_random.Next(120), cancellationToken);
                await DoAsync(_plan.Disturbances[i], cancellationToken);
            }

            await publishing;
            await AnyReadyAsync(cancellationToken);
        }
    }

    private async Task DoAsync(Disturbance disturbance, CancellationToken cancellationToken)
    {
        var worker = _workers[_random.Next(_workers.Count)];

        switch (disturbance)
        {
            case Disturbance.KillWorker:
                await worker.KillAsync();
                break;
            case Disturbance.StopWorker:
                await worker.StopAsync();
                break;
            case Disturbance.PauseBroker:
                await _site.ToBroker.PauseAsync(TimeSpan.FromMilliseconds(_random.Next(200, 1500)), cancellationToken);
                break;
            case Disturbance.CutBroker:
                _site.ToBroker.Cut();
                break;
            case Disturbance.CutBrokerInAMessage:
                _site.ToBroker.CutAfter(_random.Next(100, 40_000));
                break;
            case Disturbance.RestartBroker:
                await _site.Broker.RestartAsync(cancellationToken);
                break;
            case Disturbance.PauseDatabase:
                await _site.ToDatabase.PauseAsync(TimeSpan.FromMilliseconds(_random.Next(200, 1500)), cancellationToken);
                break;
            case Disturbance.CutDatabase:
                _site.ToDatabase.Cut();
                break;
            case Disturbance.CutDatabaseInAStatement:
                _site.ToDatabase.CutAfter(_random.Next(100, 40_000));
                break;
            case Disturbance.RestartDatabase:
                await _site.Postgres.RestartAsync(cancellationToken);
                break;
            default:
                await _site.Postgres.KillAsync(cancellationToken);
                await _site.Postgres.StartAsync(cancellationToken);
                break;
        }
    }

    // A sender that was cut off sends again what was not confirmed.
    private async Task PublishAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        var confirmed = 0;

        while (confirmed < messages.Count)
        {
            try
            {
                await using var client = await AmqpClient.ConnectAsync(_host.Uri, cancellationToken);

                foreach (var few in messages.Skip(confirmed).Chunk(20).ToList())
                {
                    await client.PublishAllAsync(Queue, few, cancellationToken);
                    confirmed += few.Length;
                }
            }
            catch (Exception e) when (e is RabbitMQClientException or IOException)
            {
                await Task.Delay(200, cancellationToken);
            }
        }
    }

    private Task AnyReadyAsync(CancellationToken cancellationToken) => Patience.UntilAsync(
        async () =>
        {
            await ReviveAsync();
            var ready = await Task.WhenAll(_workers.Select(worker => worker.IsReadyAsync(cancellationToken)));
            return ready.Contains(true);
        },
        () => $"a worker is ready ({_plan}).\n{_workers[0].Output}",
        _patience,
        cancellationToken);

    private async Task ReviveAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.StartIfEndedAsync();
        }
    }

    private async Task<Findings> ConcludeAsync(Contents answer, CancellationToken cancellationToken)
    {
        var stuck = new List<string>();

        if (!await IsInTimeAsync(() => IsDoneAsync(answer, cancellationToken), cancellationToken))
        {
            stuck.Add($"records or events were not complete in time{await DescribeWorkersAsync(cancellationToken)}");
        }

        await using var client = await AmqpClient.ConnectAsync(_host.Uri, cancellationToken);

        // What comes again is decided about too, and changes nothing: only without workers the queue tells how much there is.
        for (var isEmpty = false; !isEmpty;)
        {
            await ReviveAsync();
            isEmpty = await IsInTimeAsync(async () => await client.CountAsync(Queue, cancellationToken) == 0, cancellationToken);
            stuck.AddRange(isEmpty ? [] : ["messages stay in the queue"]);

            foreach (var worker in _workers.Where(worker => !worker.HasEnded))
            {
                stuck.AddRange(await worker.StopAsync() ? [] : ["a worker did not stop when asked to"]);
            }

            isEmpty = stuck.Count > 0 || await client.CountAsync(Queue, cancellationToken) == 0;
        }

        var published = (await client.TakeAllAsync(EventQueue, cancellationToken)).Select(StudyEvent.Of).ToList();
        var findings = new Judge(answer, await Contents.ReadAsync(_database, cancellationToken), published).Compare();
        findings.Stuck.AddRange(stuck);

        return findings;
    }

    private async Task<string> DescribeWorkersAsync(CancellationToken cancellationToken) => string.Concat(
        await Task.WhenAll(_workers.Select(async worker => $"\n{await worker.DescribeAsync(cancellationToken)}")));

    private async Task<bool> IsDoneAsync(Contents answer, CancellationToken cancellationToken)
    {
        await ReviveAsync();

        try
        {
            var (records, unpublished, parked) = (0L, 0L, 0L);
            await using var session = await _database.ReadAsync(cancellationToken);
            session.Add(new Statement("select count(*) from messages"), [], reader => records = reader.GetInt64(0));
            session.Add(new Statement("select count(*) from outbox_unpublished"), [], reader => unpublished = reader.GetInt64(0));
            session.Add(new Statement("select count(*) from parked"), [], reader => parked = reader.GetInt64(0));
            await session.RunAsync(cancellationToken);

            return records >= answer.Records.Count && unpublished == 0 && parked == answer.Parked;
        }
        catch (DbException)
        {
            return false; // Connections of the pool are older than the database's last start.
        }
    }

    private static async Task<bool> IsInTimeAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        try
        {
            await Patience.UntilAsync(condition, () => "", _patience, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
