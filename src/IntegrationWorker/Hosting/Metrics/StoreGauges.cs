using System.Diagnostics.Metrics;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Store;
using IntegrationWorker.Target;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Hosting.Metrics;

/// <summary>What waits in the store. The same on every worker of one database; nothing while the database does not answer.</summary>
internal sealed class StoreGauges
{
    private readonly StoreWatch _store;
    private readonly TimeProvider _time;

    public StoreGauges(Meter meter, StoreWatch store, IOptions<BrokerOptions> broker, IOptions<TargetOptions> target, TimeProvider time)
    {
        (_store, _time) = (store, time);
        Counts(meter, "dead_letters.open", "{dead_letter}", "Open dead letters, by code.", "code", figures => figures.OpenDeadLetters);
        Count(meter, "units.parked", "{unit}", "Units that wait for their study.", figures => figures.Parked);
        Count(meter, "units.held", "{unit}", "Units that wait behind a dead letter of their study.", figures => figures.Held);
        Age(meter, "units.held.age", "How long the first of those waits.", figures => figures.HeldSince);
        Counts(meter, "subscription.gaps", "{gap}", "Open gaps in the event numbers of FHIR subscriptions, by source.", "source", figures => figures.OpenGaps);
        Counts(meter, "fhir.fetches", "{fetch}", "What is still to be read from FHIR servers, by source.", "source", figures => figures.Fetches);

        // Without a broker events stay in the store to be read: nothing is late.
        if (broker.Value.IsRabbitMq)
        {
            Count(meter, "events.unpublished", "{event}", "Events that are not published yet.", figures => figures.Unpublished);
            Age(meter, "events.unpublished.age", "How old the oldest of those is.", figures => figures.UnpublishedSince);
        }

        if (target.Value.IsRemote)
        {
            Count(meter, "target.plans", "{plan}", "Changes that are still to be brought to the reading platform.", figures => figures.Plans);
        }
    }

    private void Count(Meter meter, string name, string unit, string what, Func<StoreFigures, long> count) =>
        meter.CreateObservableGauge($"{WorkerMeter.Prefix}{name}", () => Known(figures => new Measurement<long>(count(figures))), unit, what);

    private void Counts(
        Meter meter, string name, string unit, string what, string label, Func<StoreFigures, IReadOnlyDictionary<string, long>> counts) =>
        meter.CreateObservableGauge(
            $"{WorkerMeter.Prefix}{name}",
            () => _store.Latest is { } figures
                ? counts(figures).Select(pair => new Measurement<long>(pair.Value, WorkerMeter.Label(label, pair.Key)))
                : [],
            unit,
            what);

    private void Age(Meter meter, string name, string what, Func<StoreFigures, DateTimeOffset?> since) =>
        meter.CreateObservableGauge(
            $"{WorkerMeter.Prefix}{name}",
            () => Known(figures => new Measurement<double>(since(figures) is { } at ? Math.Max(0, (_time.GetUtcNow() - at).TotalSeconds) : 0)),
            "s",
            what);

    private IEnumerable<Measurement<T>> Known<T>(Func<StoreFigures, Measurement<T>> measure)
        where T : struct =>
        _store.Latest is { } figures ? [measure(figures)] : [];
}
