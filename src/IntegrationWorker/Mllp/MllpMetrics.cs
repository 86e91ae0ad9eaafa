using System.Diagnostics.Metrics;
using IntegrationWorker.Hosting.Metrics;

namespace IntegrationWorker.Mllp;

/// <summary>Counts connections and acknowledgements of the listeners.</summary>
internal sealed class MllpMetrics(Meter meter)
{
    /// <summary>The sender wants no acknowledgement.</summary>
    public const string None = "none";

    /// <summary>Nothing was stored: the sender gets no acknowledgement, and keeps the message.</summary>
    public const string Withheld = "withheld";

    private readonly UpDownCounter<int> _connections = meter.CreateUpDownCounter<int>(
        $"{WorkerMeter.Prefix}mllp.connections", "{connection}", "Open MLLP connections, by listener.");

    private readonly Counter<long> _acknowledgements = meter.CreateCounter<long>(
        $"{WorkerMeter.Prefix}mllp.acknowledgements", "{message}", "HL7 v2 messages answered, by listener and acknowledgement code (MSA-1).");

    public void Connected(MllpOptions listener) => _connections.Add(1, WorkerMeter.Label("listener", listener.Name));

    public void Ended(MllpOptions listener) => _connections.Add(-1, WorkerMeter.Label("listener", listener.Name));

    /// <param name="code">MSA-1, or one of the words above.</param>
    public void Answered(MllpOptions listener, string code) =>
        _acknowledgements.Add(1, WorkerMeter.Label("listener", listener.Name), WorkerMeter.Label("code", code));
}
