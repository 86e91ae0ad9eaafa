using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Intake;

/// <summary>
/// Behind every door: takes what is waiting when the store becomes free and decides about it in one transaction.
/// A lone message is a batch of one and waits for nobody.
/// </summary>
internal sealed class Batcher : BackgroundService
{
    private const int ConflictsMax = 8;

    private readonly WaitingLine _waiting = new();

    // Belong to the loop of this service, as the next one does.
    private readonly BatchesAhead _ahead;

    // A part of a batch is being decided about, and further parts come before everything that waits.
    private bool _isSplitting;

    private volatile int _inHand;

    // Ends waiting of all kinds when the worker stops; the transaction in hand goes on.
    private readonly CancellationTokenSource _closing = new();

    private readonly IMessagePipeline _pipeline;
    private readonly StoreGate _gate;
    private readonly IStoreHealth _storeHealth;
    private readonly IEventPublisher _publisher;
    private readonly IntakeState _state;
    private readonly FailingMessages _failing;
    private readonly IntakeMetrics _metrics;
    private readonly IntakeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Batcher> _logger;

    public Batcher(
        IMessagePipeline pipeline,
        StoreGate gate,
        IStoreHealth storeHealth,
        IEventPublisher publisher,
        IntakeState state,
        FailingMessages failing,
        IntakeMetrics metrics,
        IOptions<IntakeOptions> options,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        ILogger<Batcher> logger)
    {
        _pipeline = pipeline;
        _gate = gate;
        _storeHealth = storeHealth;
        _publisher = publisher;
        _state = state;
        _failing = failing;
        _metrics = metrics;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _ahead = new BatchesAhead(pipeline, _waiting, failing, _options);

        // Not only when this service is stopped: the broker's deliveries are to go back before its connection ends.
        lifetime.ApplicationStopping.Register(_closing.Cancel);
    }

    /// <summary>How many messages wait for their turn, about: for those who look on.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>How many messages are being decided about or written, about.</summary>
    public int InHand => _inHand + _ahead.Messages;

    /// <summary>Hands a message over and waits for its committed outcome.</summary>
    /// <exception cref="DeliveryReturnedException">It was not decided about and nothing was written.</exception>
    public async Task<MessageResult> DecideAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        var waiting = new AwaitedMessage(message, _time.GetTimestamp());
        Enqueue(waiting);

        return await waiting.Outcome.WaitAsync(cancellationToken);
    }

    /// <summary>The order of these calls is the order in which messages are decided about.</summary>
    public void Enqueue(WaitingMessage waiting)
    {
        if (!_waiting.TryEnter(waiting))
        {
            waiting.Return("The worker is stopping.");
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Close();
        await _closing.CancelAsync();

        // What is waiting is decided about, unless the host's patience ends first.
        if (ExecuteTask is { } work)
        {
            await Task.WhenAny(work, Task.Delay(Timeout.Infinite, cancellationToken));
        }

        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _closing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _gate.WaitAsync(_closing.Token);

            while (await WaitForWorkAsync(stoppingToken))
            {
                await _publisher.WaitForRoomAsync(_closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                var batch = _ahead.Next ?? await TakeAsync();
                _inHand = batch.Count;
                await DecideAsync(batch, stoppingToken);
                _inHand = 0;
                await RecoverAsync();
                await RetryFailingAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested || _closing.IsCancellationRequested)
        {
            // The end.
        }
        finally
        {
            _waiting.Close();
            await _ahead.LetGoAsync();
            ReturnWaiting("The worker is stopping.");
            _failing.ReturnAll();
        }
    }

    // After a batch went back undecided: nothing is taken before the store works again.
    private async Task RecoverAsync()
    {
        var backOff = new BackOff(_time);

        while (_state.HasReturned)
        {
            try
            {
                await _storeHealth.CheckAsync(_closing.Token);
                _state.Works();
            }
            catch (Exception failure) when (!_closing.IsCancellationRequested)
            {
                _state.Fails(failure);
                ReturnWaiting("The store does not answer.");
                await backOff.WaitAsync(_closing.Token);
            }
        }
    }

    // False: the doors are closed and nothing waits any more.
    private async Task<bool> WaitForWorkAsync(CancellationToken stoppingToken)
    {
        if (_ahead.Next is not null)
        {
            return true;
        }

        if (_waiting.Count > 0 || _failing.NextAttemptIn() is not { } untilRetry)
        {
            return await _waiting.WaitAsync(stoppingToken);
        }

        if (untilRetry > TimeSpan.Zero)
        {
            using var timeout = new CancellationTokenSource(untilRetry, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, timeout.Token);

            try
            {
                return await _waiting.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                // A failing message has its turn.
            }
        }

        return true;
    }

    private async Task<List<WaitingMessage>> TakeAsync()
    {
        var batch = new List<WaitingMessage>();
        var bytes = _ahead.Fill(batch, 0);

        if (_options.BatchWaitMs > 0 && batch.Count > 0 && batch.Count < _options.BatchMessagesMax && !_closing.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_options.BatchWaitMs), _time, CancellationToken.None);
            _ahead.Fill(batch, bytes);
        }

        return batch;
    }

    private async Task DecideAsync(List<WaitingMessage> batch, CancellationToken stoppingToken)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var backOff = new BackOff(_time);

        for (var conflicts = 0; ; )
        {
            try
            {
                await CommitAsync(batch, stoppingToken);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                Return(batch, "The worker is stopping.");
                throw;
            }
            catch (StoreConflictException) when (++conflicts <= ConflictsMax)
            {
                IntakeLog.Conflict(_logger, batch.Count);
            }
            catch (StoreConflictException conflict)
            {
                // Fewer messages want fewer locks: no failure of the surroundings, whatever lies beneath.
                await SplitAsync(batch, conflict, stoppingToken);
                return;
            }
            catch (Exception failure)
            {
                if (!await IsOfSurroundingsAsync(failure, stoppingToken))
                {
                    await SplitAsync(batch, failure, stoppingToken);
                    return;
                }

                if (!await HoldAsync(batch, backOff, failure))
                {
                    return;
                }
            }
        }
    }

    private async Task CommitAsync(List<WaitingMessage> batch, CancellationToken stoppingToken)
    {
        try
        {
            await CommitOpenAsync(batch, stoppingToken);
        }
        catch
        {
            // Only now: what is started ahead may wait for what this batch had locked.
            await _ahead.LetGoAsync();
            throw;
        }
    }

    private async Task CommitOpenAsync(List<WaitingMessage> batch, CancellationToken stoppingToken)
    {
        var began = _time.GetTimestamp();
        var started = _ahead.Take(batch) ?? await StartAsync(batch, stoppingToken);
        await using var open = await started.Opening;
        var committing = started.CommitAsync(stoppingToken);

        // Parts of a batch that was halved start nothing: further parts come before everything that waits.
        if (!_isSplitting)
        {
            await _ahead.StartFurtherAsync(started, committing, stoppingToken, _closing.Token);
        }

        _ahead.ReadAhead(committing);
        await committing;
        _state.Works();

        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Complete(open.Results[i]);
        }

        _metrics.Committed(batch, open.Results, began);
        IntakeLog.BatchHandled(
            _logger, batch.Count, open.Results.Count(result => result.IsRejected), _time.GetElapsedTime(began).TotalMilliseconds);
    }

    private async Task<StartedBatch> StartAsync(List<WaitingMessage> batch, CancellationToken stoppingToken)
    {
        // What they hold could be what this one waits for, for ever.
        await _ahead.LetGoAsync();
        var started = _ahead.Start(batch, before: null, stoppingToken);
        _ahead.ReadAhead(started.Opening);

        return started;
    }

    // What is not plainly a failure of the database may still be one: the store is asked.
    private async Task<bool> IsOfSurroundingsAsync(Exception failure, CancellationToken stoppingToken)
    {
        if (SurroundingsFailure.Is(failure))
        {
            return true;
        }

        try
        {
            await _storeHealth.CheckAsync(stoppingToken);
            return false;
        }
        catch (Exception) when (!stoppingToken.IsCancellationRequested)
        {
            return true;
        }
    }

    // True: try again. False: the messages went back.
    private async Task<bool> HoldAsync(List<WaitingMessage> batch, BackOff backOff, Exception failure)
    {
        _state.Fails(failure);

        if (backOff.Elapsed >= TimeSpan.FromSeconds(_options.HoldSeconds))
        {
            IntakeLog.Returned(_logger, batch.Count, _options.HoldSeconds);
            _state.Returned();
            Return(batch, "The store does not answer.");
            return false;
        }

        if (backOff.IsFirst)
        {
            IntakeLog.Held(_logger, batch.Count, SurroundingsFailure.Describe(failure));
        }

        try
        {
            await backOff.WaitAsync(_closing.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            Return(batch, "The worker is stopping.");
            return false;
        }
    }

    private async Task SplitAsync(List<WaitingMessage> batch, Exception failure, CancellationToken stoppingToken)
    {
        if (batch is [var alone])
        {
            if (alone.Message.Request is not null)
            {
                alone.Fail(failure); // Somebody waits for the answer, and asks again if they want to.
                return;
            }

            await _failing.AddAsync(alone, failure, stoppingToken);
            return;
        }

        IntakeLog.Split(_logger, batch.Count, SurroundingsFailure.Describe(failure));
        var half = batch.Count / 2;
        var isPart = _isSplitting;
        _isSplitting = true;

        try
        {
            await DecideAsync(batch[..half], stoppingToken);
            await DecideAsync(batch[half..], stoppingToken);
        }
        finally
        {
            _isSplitting = isPart;
        }
    }

    private async Task RetryFailingAsync(CancellationToken stoppingToken)
    {
        while (_failing.TakeDue() is { } due)
        {
            await DecideAsync([due], stoppingToken);
        }
    }

    private void ReturnWaiting(string reason)
    {
        while (_waiting.TryTake(out var waiting))
        {
            waiting.Return(reason);
        }
    }

    private static void Return(List<WaitingMessage> batch, string reason)
    {
        foreach (var waiting in batch)
        {
            waiting.Return(reason);
        }
    }
}
