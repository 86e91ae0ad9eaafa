using System.Text;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

/// <summary>A way of a message that fails as it is told to, and remembers what it has committed.</summary>
internal sealed class ScriptedPipeline : IMessagePipeline
{
    private readonly Lock _lock = new();
    private readonly List<IReadOnlyList<string>> _saved = [];
    private readonly List<IReadOnlyList<string>> _committed = [];
    private readonly List<string> _steps = [];

    private int _open;
    private int _opened;
    private int _saving;

    /// <summary>Asked for every batch: what it fails with, or null.</summary>
    public Func<IReadOnlyList<string>, Exception?> Fails { get; set; } = _ => null;

    /// <summary>While it is set, batches wait for it.</summary>
    public TaskCompletionSource? Barrier { get; set; }

    /// <summary>While it is set, saving waits for it.</summary>
    public TaskCompletionSource? SaveBarrier { get; set; }

    public IReadOnlyList<IReadOnlyList<string>> Saved => CopyOf(_saved);

    public IReadOnlyList<IReadOnlyList<string>> Committed => CopyOf(_committed);

    /// <summary>What was saved and committed, in order: <c>save a b</c>, <c>commit a b</c>.</summary>
    public IReadOnlyList<string> Steps
    {
        get
        {
            lock (_lock)
            {
                return [.. _steps];
            }
        }
    }

    public MappedMessage Read(InboundMessage inbound) => new() { Inbound = inbound, Parts = [] };

    /// <summary>Whether a batch may be opened while the one before is written. Batches that want the same wait for each other.</summary>
    public bool OpensAhead { get; set; }

    public int BatchesAheadMax => OpensAhead ? 2 : 0;

    /// <summary>How many batches were opened.</summary>
    public int OpenedCount => Volatile.Read(ref _opened);

    /// <summary>How many were open at the same time, at most.</summary>
    public int OpenAtOnceMax { get; private set; }

    /// <summary>How many were being saved at the same time, at most.</summary>
    public int SavingAtOnceMax { get; private set; }

    /// <summary>How many are open at the moment.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    public Task<IOpenBatch> OpenAsync(IReadOnlyList<MappedMessage> batch, CancellationToken cancellationToken)
    {
        var bodies = batch.Select(message => Encoding.UTF8.GetString(message.Inbound.Body.Span)).ToList();

        lock (_lock)
        {
            _opened++;
            Assert.True(++_open <= (OpensAhead ? 3 : 1), "A transaction more than there may be.");
            OpenAtOnceMax = Math.Max(OpenAtOnceMax, _open);
        }

        return Task.FromResult<IOpenBatch>(new Open(this, bodies));
    }

    private List<IReadOnlyList<string>> CopyOf(List<IReadOnlyList<string>> batches)
    {
        lock (_lock)
        {
            return [.. batches];
        }
    }

    private sealed class Open(ScriptedPipeline pipeline, List<string> bodies) : IOpenBatch
    {
        public IReadOnlyList<MessageResult> Results { get; } =
            [.. bodies.Select(body => new MessageResult { MessageKey = body, Outcome = "applied" })];

        public async Task SaveAsync(CancellationToken cancellationToken)
        {
            lock (pipeline._lock)
            {
                pipeline.SavingAtOnceMax = Math.Max(pipeline.SavingAtOnceMax, ++pipeline._saving);
            }

            if (pipeline.SaveBarrier is { } barrier)
            {
                await barrier.Task.WaitAsync(cancellationToken);
            }

            lock (pipeline._lock)
            {
                pipeline._saving--;
                pipeline._saved.Add(bodies);
                pipeline._steps.Add($"save {string.Join(' ', bodies)}");
            }
        }

        public async Task CommitAsync(CancellationToken cancellationToken)
        {
            if (pipeline.Barrier is { } barrier)
            {
                await barrier.Task.WaitAsync(cancellationToken);
            }

            if (pipeline.Fails(bodies) is { } failure)
            {
                throw failure;
            }

            lock (pipeline._lock)
            {
                pipeline._committed.Add(bodies);
                pipeline._steps.Add($"commit {string.Join(' ', bodies)}");
            }
        }

        public ValueTask DisposeAsync()
        {
            lock (pipeline._lock)
            {
                pipeline._open--;
            }

            return ValueTask.CompletedTask;
        }
    }
}
