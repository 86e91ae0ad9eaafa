using System.Diagnostics;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.Bench.Worker;

/// <summary>A broker and a database that hold a number of studies, and the workers that take orders about them.</summary>
internal sealed class Site : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);

    private readonly VirtualHost _host;
    private readonly AmqpClient _client;
    private readonly TemporaryFolder _keys = new("bench-keys");
    private int _nextStep = 1;

    private Site(VirtualHost host, AmqpClient client, string database)
    {
        _host = host;
        _client = client;
        Database = database;
    }

    /// <summary>Connection string.</summary>
    public string Database { get; }

    public Uri Broker => _host.Uri;

    /// <summary>Sets a site up, with its studies made by a worker out of their first orders.</summary>
    public static async Task<Site> OpenAsync(Bench bench, int studies, CancellationToken cancellationToken)
    {
        var host = await bench.VirtualHostAsync(cancellationToken);
        await Bench.DeclareEventQueueAsync(host.Uri, cancellationToken);
        var client = await AmqpClient.ConnectAsync(host.Uri, cancellationToken);
        var site = new Site(host, client, await bench.DatabaseAsync(cancellationToken));

        await using var worker = await site.StartWorkerAsync(cancellationToken);
        await client.PublishAllAsync(Bench.InputQueue, Enumerable.Range(0, studies).Select(SiteOrder.First), cancellationToken);
        await site.WaitForEventsAsync(studies, cancellationToken);
        return site;
    }

    public Task<WorkerProcess> StartWorkerAsync(CancellationToken cancellationToken) => WorkerProcess.StartAsync(Settings, cancellationToken);

    /// <summary>Orders that wait, then workers that start: until every event is in the queue of its reader.</summary>
    public async Task<Figure> DrainAsync(string name, int messages, int studies, int workers, CancellationToken cancellationToken)
    {
        await SendAsync(messages, studies, cancellationToken);
        var bytes = await Bench.DatabaseBytesAsync(Database, cancellationToken);
        var events = await EventsAsync(cancellationToken);
        var running = new List<WorkerProcess>();

        try
        {
            for (var i = 0; i < workers; i++)
            {
                running.Add(await WorkerProcess.StartUnreadyAsync(Settings));
            }

            // From the first message that is taken: the start itself is a figure of its own.
            await WaitAsync(async () => await EventsAsync(cancellationToken) > events, cancellationToken);
            var started = Stopwatch.GetTimestamp();
            var early = await EventsAsync(cancellationToken) - events;
            await WaitForEventsAsync(events + messages, cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            await WaitAsync(async () => await _client.CountAsync(Bench.InputQueue, cancellationToken) == 0, cancellationToken);
            ProcessFigures[] figures = [.. running.Select(worker => ProcessFigures.Of(worker.ProcessId))];

            return new Figure(name)
            {
                MessagesPerSecond = (messages - early) / seconds,
                CpuSecondsPer1000 = figures.Sum(each => each.CpuSeconds) * 1000 / messages,
                PeakMiB = figures.Max(each => each.PeakMiB),
                DatabaseBytesPerMessage = (await Bench.DatabaseBytesAsync(Database, cancellationToken) - bytes) / (double)messages,
            };
        }
        finally
        {
            foreach (var worker in running)
            {
                await worker.DisposeAsync();
            }
        }
    }

    /// <summary>From the publication of an order to the arrival of its event, one after the other at an even rate.</summary>
    public async Task<Figure> LatencyAsync(string name, int perSecond, int seconds, int studies, CancellationToken cancellationToken)
    {
        await using var worker = await StartWorkerAsync(cancellationToken);
        await using var subscription = await _client.SubscribeAsync(cancellationToken);
        await WarmUpAsync(subscription, studies, cancellationToken);

        var messages = perSecond * seconds;
        var sent = new Dictionary<string, long>();
        var took = new List<double>(messages);
        var receiving = Task.Run(
            async () =>
            {
                while (took.Count < messages)
                {
                    var arrived = await subscription.NextAsync(cancellationToken);
                    var at = Stopwatch.GetTimestamp();
                    lock (sent)
                    {
                        took.Add(Stopwatch.GetElapsedTime(sent[SentKey(arrived)], at).TotalMilliseconds);
                    }
                }
            },
            cancellationToken);

        var step = TakeSteps(messages, studies);
        var publishing = new List<Task>();
        var begin = Stopwatch.GetTimestamp();

        for (var i = 0; i < messages; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond) - Stopwatch.GetElapsedTime(begin);
            if (due > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(due, cancellationToken);
            }

            lock (sent)
            {
                sent[$"B{i % studies:D7}-{step + (i / studies)}"] = Stopwatch.GetTimestamp();
            }

            publishing.Add(_client.PublishAsync(Bench.InputQueue, SiteOrder.Change(i % studies, step + (i / studies)), cancellationToken));
        }

        await Task.WhenAll(publishing);
        await receiving;
        took.Sort();
        return new Figure(name) { P50Milliseconds = took[took.Count / 2], P99Milliseconds = took[took.Count * 99 / 100] };
    }

    /// <summary>From the start of the process to /health/ready.</summary>
    public async Task<Figure> StartTimeAsync(string name, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await using var worker = await StartWorkerAsync(cancellationToken);
        return new Figure(name) { Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds };
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
        _keys.Dispose();
    }

    // Key of the message that caused the event, without its namespace.
    private static string SentKey(ReceivedMessage arrived)
    {
        var key = arrived.Json.GetProperty("data").GetProperty("origin").GetProperty("messageKey").GetString()!;
        return key[(key.LastIndexOf('/') + 1)..];
    }

    private async Task WarmUpAsync(Subscription subscription, int studies, CancellationToken cancellationToken)
    {
        const int messages = 2000;
        await SendAsync(messages, studies, cancellationToken);

        for (var i = 0; i < messages; i++)
        {
            await subscription.NextAsync(cancellationToken);
        }
    }

    private async Task SendAsync(int messages, int studies, CancellationToken cancellationToken)
    {
        await _client.PublishAllAsync(Bench.InputQueue, SiteOrder.Changes(messages, studies, TakeSteps(messages, studies)), cancellationToken);
    }

    // The first of the steps that these messages take, above all that were taken before.
    private int TakeSteps(int messages, int studies)
    {
        var first = _nextStep;
        _nextStep += (messages / studies) + 1;
        return first;
    }

    private WorkerSettings Settings => new() { Broker = Broker, Postgres = Database, KeyFile = _keys.PathOf("keys.json") };

    private async Task<long> EventsAsync(CancellationToken cancellationToken) =>
        await _client.CountAsync(Bench.EventQueue, cancellationToken) ?? 0;

    private Task WaitForEventsAsync(long events, CancellationToken cancellationToken) =>
        WaitAsync(async () => await EventsAsync(cancellationToken) >= events, cancellationToken);

    private static Task WaitAsync(Func<Task<bool>> condition, CancellationToken cancellationToken) =>
        Patience.UntilAsync(condition, () => "what was awaited.", _patience, cancellationToken);
}
