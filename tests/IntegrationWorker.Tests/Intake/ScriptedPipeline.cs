using System.Text;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Intake;

/// <summary>A way of a message that fails as it is told to, and remembers what it has committed.</summary>
internal sealed class ScriptedPipeline : IMessagePipeline
{
    private readonly Lock _lock = new();
    private readonly List<IReadOnlyList<string>> _committed = [];

    /// <summary>Asked for every batch: what it fails with, or null.</summary>
    public Func<IReadOnlyList<string>, Exception?> Fails { get; set; } = _ => null;

    /// <summary>While it is set, batches wait for it.</summary>
    public TaskCompletionSource? Barrier { get; set; }

    public IReadOnlyList<IReadOnlyList<string>> Committed
    {
        get
        {
            lock (_lock)
            {
                return [.. _committed];
            }
        }
    }

    public MappedMessage Read(InboundMessage inbound) => new() { Inbound = inbound, Parts = [] };

    public async Task<IReadOnlyList<MessageResult>> ProcessAsync(IReadOnlyList<MappedMessage> batch, CancellationToken cancellationToken)
    {
        if (Barrier is { } barrier)
        {
            await barrier.Task.WaitAsync(cancellationToken);
        }

        var bodies = batch.Select(message => Encoding.UTF8.GetString(message.Inbound.Body.Span)).ToList();

        if (Fails(bodies) is { } failure)
        {
            throw failure;
        }

        lock (_lock)
        {
            _committed.Add(bodies);
        }

        return [.. bodies.Select(body => new MessageResult { MessageKey = body, Outcome = "applied" })];
    }
}
