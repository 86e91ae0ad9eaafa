using System.Threading.Channels;
using IntegrationWorker.Hosting;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Store;

namespace IntegrationWorker.Outbox;

/// <summary>
/// Publishes events right after their commit, and sweeps up what was left: by a crash, by a broker that was away,
/// or because an older event of the study had to go first.
/// </summary>
internal sealed class OutboxPublisher(
    IOutboxStore outbox, EventChannel channel, StoreGate gate, OutboxMetrics metrics, TimeProvider time, ILogger<OutboxPublisher> logger)
    : BackgroundService, IEventPublisher, ISurrounding
{
    // Enough for the batches that commit while one is being published. When it is full, intake waits for room.
    private const int HandedOverMax = 64;

    private const int PublishMax = 1024;

    // Younger rows are in the hands of whoever committed them.
    private static readonly TimeSpan _sweepOlderThan = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _sweepEvery = TimeSpan.FromSeconds(2);

    // How soon those that wait for room find out that the broker went away in the meantime.
    private static readonly TimeSpan _roomPatience = TimeSpan.FromSeconds(1);

    // An older event of the study is in the hands of another worker, which is a moment away from publishing it; or the sweep has found
    // something, and there may be more.
    private static readonly TimeSpan _lookAgainAfter = TimeSpan.FromMilliseconds(25);

    private readonly Channel<(IReadOnlyList<OutboxEntry> Events, long Since)> _handedOver =
        Channel.CreateBounded<(IReadOnlyList<OutboxEntry>, long)>(new BoundedChannelOptions(HandedOverMax) { SingleReader = true });

    private List<(OutboxEntry Entry, long Since)> _heldBack = [];

    private volatile string? _reason = "The broker is being reached.";

    public string Name => "broker";

    public string? Reason => _reason ?? (channel.Blocked is { } blocked ? $"The broker takes no messages from anybody ({blocked}): they wait until it has room again." : null);

    public void Offer(IReadOnlyList<OutboxEntry> events)
    {
        if (events.Count > 0)
        {
            _handedOver.Writer.TryWrite((events, time.GetTimestamp()));
        }
    }

    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (Reason is null)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(_roomPatience);

            try
            {
                await _handedOver.Writer.WaitToWriteAsync(timeout.Token);
                return;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Perhaps the broker takes nothing any more.
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Nothing is lost by ending here; but the last events need not wait for the next start.
        _handedOver.Writer.TryComplete();

        if (ExecuteTask is { } work && _reason is null)
        {
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromSeconds(5), cancellationToken));
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backOff = new BackOff(time);

        while (!stoppingToken.IsCancellationRequested && !_handedOver.Reader.Completion.IsCompleted)
        {
            try
            {
                await channel.OpenAsync(stoppingToken);
                _reason = null;
                await gate.WaitAsync(stoppingToken);
                backOff = new BackOff(time);
                await PublishAllAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                _reason = channel.IsOpen ? null : BrokerFailureText.Explain(failure);

                if (backOff.IsFirst)
                {
                    OutboxLog.PublishingFails(logger, SurroundingsFailure.Describe(failure));
                }

                LeaveToTheSweep();
                await backOff.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await channel.CloseAsync();
    }

    private async Task PublishAllAsync(CancellationToken stoppingToken)
    {
        var nextSweep = time.GetTimestamp();
        var isSweeping = false;

        while (true)
        {
            // However busy: what is left to the sweep holds back every later event of its study.
            if (time.GetElapsedTime(nextSweep) >= TimeSpan.Zero)
            {
                isSweeping = await SweepAsync(stoppingToken);
                nextSweep = isSweeping ? time.GetTimestamp() : time.GetTimestamp() + (long)(_sweepEvery.TotalSeconds * time.TimestampFrequency);
            }

            if (!await WaitAsync(isSweeping, stoppingToken))
            {
                return;
            }

            if (Take() is { Count: > 0 } entries)
            {
                await PublishAsync(await HoldBackAsync(entries, stoppingToken), stoppingToken);
            }
        }
    }

    // False: the worker stops and nothing is left.
    private async Task<bool> WaitAsync(bool isSweeping, CancellationToken stoppingToken)
    {
        if (_handedOver.Reader.TryPeek(out _))
        {
            return true;
        }

        channel.ThrowIfClosed();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        timeout.CancelAfter(isSweeping || _heldBack.Count > 0 ? _lookAgainAfter : _sweepEvery);

        try
        {
            return await _handedOver.Reader.WaitToReadAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            return true;
        }
    }

    private List<(OutboxEntry Entry, long Since)> Take()
    {
        // Those held back do not count: new events never wait for the events of other studies.
        var entries = _heldBack;
        var max = entries.Count + PublishMax;
        _heldBack = [];

        while (entries.Count < max && _handedOver.Reader.TryRead(out var committed))
        {
            entries.AddRange(committed.Events.Select(entry => (entry, committed.Since)));
        }

        return entries;
    }

    // Nothing was older when it was committed, and nobody sweeps it up yet.
    private bool MayGo((OutboxEntry Entry, long Since) handedOver) =>
        handedOver.Entry.IsNext && time.GetElapsedTime(handedOver.Since) < _sweepOlderThan / 2;

    // Those that may be published. Whoever has the older event may have died: what has waited for too long is left to the sweep. What is no
    // longer pending was swept already.
    private async Task<List<OutboxEntry>> HoldBackAsync(List<(OutboxEntry Entry, long Since)> entries, CancellationToken stoppingToken)
    {
        List<OutboxEntry> events = [.. entries.Select(each => each.Entry)];

        if (entries.TrueForAll(MayGo))
        {
            return events;
        }

        var pending = await outbox.FindPendingAsync(events, stoppingToken);
        _heldBack =
        [
            .. entries.Where(each =>
                pending.TryGetValue(each.Entry.Position, out var mayGo) && !mayGo && time.GetElapsedTime(each.Since) < _sweepOlderThan),
        ];

        return events.FindAll(entry => pending.GetValueOrDefault(entry.Position));
    }

    // While the broker is away nobody waits for room, and the memory of what was handed over is not kept for it.
    private void LeaveToTheSweep()
    {
        _heldBack = [];

        while (_handedOver.Reader.TryRead(out _))
        {
        }
    }

    private async Task<bool> SweepAsync(CancellationToken stoppingToken)
    {
        var entries = await outbox.TakeUnpublishedAsync(_sweepOlderThan, PublishMax, stoppingToken);

        if (entries.Count > 0)
        {
            OutboxLog.Swept(logger, entries.Count);
            await PublishAsync(entries, stoppingToken);
        }

        return entries.Count > 0;
    }

    // One event of a study at a time: a later one never goes out before the broker has taken the earlier one. All are marked
    // together, so that what a batch has published goes away as a whole.
    private async Task PublishAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken stoppingToken)
    {
        var published = new List<long>(entries.Count);
        var refused = new HashSet<string>(StringComparer.Ordinal);

        try
        {
            foreach (var wave in Waves.Of(entries))
            {
                var sent = refused.Count == 0 ? wave : [.. wave.Where(entry => !refused.Contains(entry.StudyId))];
                CrashPoint.Reach(CrashPoint.BeforePublish);
                var taken = await channel.PublishAsync(sent, stoppingToken);
                published.AddRange(taken);
                metrics.Sent(sent, taken);
                refused.UnionWith(sent.Where(entry => !taken.Contains(entry.Position)).Select(entry => entry.StudyId));
            }
        }
        finally
        {
            CrashPoint.Reach(CrashPoint.BeforeMark);
            await outbox.MarkPublishedAsync(published, stoppingToken);
        }

        if (refused.Count > 0)
        {
            OutboxLog.Refused(logger, refused.Count);
        }
    }
}
