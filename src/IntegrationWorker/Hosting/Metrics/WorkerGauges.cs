using System.Diagnostics.Metrics;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Intake.Broker;
using Polly.CircuitBreaker;

namespace IntegrationWorker.Hosting.Metrics;

/// <summary>What this worker has in hand, and whether it can work. Looked at when somebody scrapes.</summary>
internal sealed class WorkerGauges
{
    private readonly StoreGate _gate;
    private readonly StoreWatch _store;
    private readonly IntakeState _intake;
    private readonly IReadOnlyList<ISurrounding> _surroundings;

    public WorkerGauges(
        Meter meter,
        Batcher batcher,
        FailingMessages failing,
        IntakeState intake,
        StoreGate gate,
        StoreWatch store,
        IEnumerable<ISurrounding> surroundings,
        CircuitBreakerStateProvider? breaker = null)
    {
        (_gate, _store, _intake, _surroundings) = (gate, store, intake, [.. surroundings]);
        Gauge(meter, "messages.waiting", "{message}", "Messages in this worker that wait for their turn.", () => batcher.Waiting);
        Gauge(meter, "messages.in_hand", "{message}", "Messages that are being decided about or written.", () => batcher.InHand);
        Gauge(meter, "messages.failing", "{message}", "Messages that keep failing alone and are tried again.", () => failing.Count);
        Gauge(meter, "intake.paused", null, "1: no messages are taken, because the store or the broker does not work.", () => IsPaused ? 1 : 0);
        meter.CreateObservableGauge($"{WorkerMeter.Prefix}dependency.up", Dependencies, null, "1: the dependency works; 0: it does not.");

        if (breaker is not null)
        {
            Gauge(
                meter,
                "target.breaker.open",
                null,
                "1: the reading platform has failed again and again and is left alone for a while.",
                () => breaker.CircuitState is CircuitState.Closed ? 0 : 1);
        }
    }

    private bool StoreWorks => _gate.IsOpen && _store.Answers && _intake.Reason is null;

    private bool IsPaused => !StoreWorks || _surroundings.Any(surrounding => surrounding is QueueIntake { Reason: not null });

    // Several parts of the worker need the broker: it works when it works for all of them.
    private IEnumerable<Measurement<int>> Dependencies() =>
    [
        new(StoreWorks ? 1 : 0, WorkerMeter.Label("dependency", "store")),
        .. _surroundings.GroupBy(surrounding => surrounding.Name).Select(parts =>
            new Measurement<int>(parts.All(part => part.Reason is null) ? 1 : 0, WorkerMeter.Label("dependency", parts.Key))),
    ];

    private static void Gauge(Meter meter, string name, string? unit, string what, Func<int> value) =>
        meter.CreateObservableGauge($"{WorkerMeter.Prefix}{name}", value, unit, what);
}
