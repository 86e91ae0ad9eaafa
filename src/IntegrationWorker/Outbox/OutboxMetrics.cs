using System.Diagnostics.Metrics;
using IntegrationWorker.Hosting.Metrics;
using IntegrationWorker.Store;

namespace IntegrationWorker.Outbox;

/// <summary>Counts what the broker has taken of the events.</summary>
internal sealed class OutboxMetrics(Meter meter, TimeProvider time)
{
    private readonly Counter<long> _published = meter.CreateCounter<long>(
        $"{WorkerMeter.Prefix}events.published", "{event}", "Events that the broker has confirmed.");

    private readonly Counter<long> _refused = meter.CreateCounter<long>(
        $"{WorkerMeter.Prefix}events.refused", "{event}", "Events that the broker has refused; they are published again.");

    private readonly Histogram<double> _lag = meter.CreateHistogram(
        $"{WorkerMeter.Prefix}event.lag", "s", "From the change of a study to the broker's confirmation of its event.", advice: Buckets.Seconds);

    /// <param name="sent">What was given to the broker together.</param>
    /// <param name="taken">Positions of those that it has confirmed.</param>
    public void Sent(IReadOnlyList<OutboxEntry> sent, IReadOnlySet<long> taken)
    {
        var now = time.GetUtcNow();
        var confirmed = 0;

        foreach (var entry in sent)
        {
            if (taken.Contains(entry.Position))
            {
                confirmed++;
                _lag.Record(Math.Max(0, (now - entry.CreatedAt).TotalSeconds)); // Clocks are set.
            }
        }

        _published.Add(confirmed);

        if (confirmed < sent.Count)
        {
            _refused.Add(sent.Count - confirmed);
        }
    }
}
