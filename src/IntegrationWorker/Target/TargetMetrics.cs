using System.Diagnostics.Metrics;
using IntegrationWorker.Hosting.Metrics;

namespace IntegrationWorker.Target;

/// <summary>Times the calls to the reading platform.</summary>
internal sealed class TargetMetrics(Meter meter, TimeProvider time)
{
    /// <summary>The step of a call that only reads.</summary>
    public const string Read = "read";

    private readonly Histogram<double> _calls = meter.CreateHistogram(
        $"{WorkerMeter.Prefix}target.call.duration", "s", "Calls to the reading platform, by step and answer.", advice: Buckets.Seconds);

    public long Start() => time.GetTimestamp();

    /// <param name="step">The operation of a writing call, or <see cref="Read"/>.</param>
    /// <param name="started">What <see cref="Start"/> said.</param>
    public void Ended(string step, TargetAnswer answer, long started) =>
        _calls.Record(time.GetElapsedTime(started).TotalSeconds, WorkerMeter.Label("step", step), WorkerMeter.Label("answer", WordOf(answer)));

    private static string WordOf(TargetAnswer answer) => answer switch
    {
        { Failure: not null } => "failed",
        { Refusal: not null } => "refused",
        { IsConflict: true } => "conflict",
        { IsGone: true } => "absent",
        _ => "accepted",
    };
}
