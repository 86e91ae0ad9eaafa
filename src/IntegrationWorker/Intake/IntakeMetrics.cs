using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using IntegrationWorker.Access;
using IntegrationWorker.Hosting.Metrics;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Intake;

/// <summary>Counts what was decided, once for each batch after its commit.</summary>
/// <remarks>For one thread at a time: the loop of the batcher.</remarks>
internal sealed class IntakeMetrics
{
    // Whoever the messages name; as a label it would have no end.
    private const string Unknown = "unknown";

    // The keys of the HTTP side together: a key is a caller of its own.
    private const string Api = "api";

    private readonly Counter<long> _decided;
    private readonly Counter<long> _rejections;
    private readonly Histogram<int> _batchMessages;
    private readonly Histogram<double> _batchSeconds;
    private readonly Histogram<double> _messageSeconds;
    private readonly Rulebook _rules;
    private readonly TimeProvider _time;

    // Kept from batch to batch, so that counting allocates nothing.
    private readonly Dictionary<(string Source, string Outcome), int> _outcomes = [];
    private readonly Dictionary<(string Source, string Code), int> _codes = [];

    public IntakeMetrics(Meter meter, Rulebook rules, TimeProvider time)
    {
        (_rules, _time) = (rules, time);
        _decided = meter.CreateCounter<long>(
            $"{WorkerMeter.Prefix}messages.decided", "{message}", "Messages decided about and committed, by source and outcome.");
        _rejections = meter.CreateCounter<long>(
            $"{WorkerMeter.Prefix}messages.rejected", "{message}", "Rejected messages, by source and the code of their first fault.");
        _batchMessages = meter.CreateHistogram(
            $"{WorkerMeter.Prefix}batch.messages", "{message}", "Messages of a batch, which is one transaction.", advice: Buckets.Messages);
        _batchSeconds = meter.CreateHistogram(
            $"{WorkerMeter.Prefix}batch.duration", "s", "From taking a batch in hand to its commit.", advice: Buckets.Seconds);
        _messageSeconds = meter.CreateHistogram(
            $"{WorkerMeter.Prefix}message.duration", "s", "From the reception of a message to its commit.", advice: Buckets.Seconds);
    }

    /// <summary>A batch was committed.</summary>
    /// <param name="started">When it was taken in hand (<see cref="TimeProvider.GetTimestamp"/>).</param>
    public void Committed(IReadOnlyList<WaitingMessage> batch, IReadOnlyList<MessageResult> results, long started)
    {
        var now = _time.GetTimestamp();
        _batchMessages.Record(batch.Count);
        _batchSeconds.Record(_time.GetElapsedTime(started, now).TotalSeconds);

        for (var i = 0; i < batch.Count; i++)
        {
            _messageSeconds.Record(_time.GetElapsedTime(batch[i].Since, now).TotalSeconds);
            Add(results[i]);
        }

        Flush(_outcomes, _decided, "outcome");
        Flush(_codes, _rejections, "code");
    }

    private void Add(MessageResult result)
    {
        var source = result.SourceId ?? "";
        CollectionsMarshal.GetValueRefOrAddDefault(_outcomes, (source, result.Outcome), out _)++;

        if (result.IsRejected && (result.Error ?? result.Units.Find(unit => unit.Error is not null)?.Error) is { } error)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_codes, (source, error.Code), out _)++;
        }
    }

    private void Flush(Dictionary<(string Source, string Value), int> counts, Counter<long> counter, string label)
    {
        foreach (var ((source, value), count) in counts)
        {
            counter.Add(count, WorkerMeter.Label("source", NameOf(source)), WorkerMeter.Label(label, value));
        }

        counts.Clear();
    }

    private string NameOf(string source) =>
        _rules.FindSource(source) is not null ? source
        : source.StartsWith(Caller.SourcePrefix, StringComparison.Ordinal) ? Api
        : Unknown;
}
