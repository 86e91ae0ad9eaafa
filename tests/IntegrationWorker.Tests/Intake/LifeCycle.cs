using FsCheck;
using FsCheck.Fluent;
using IntegrationWorker.Intake;

namespace IntegrationWorker.Tests.Intake;

/// <summary>What one message of a life-cycle says. Failures name these and never what the message says.</summary>
internal enum LifeEvent
{
    AddedOn,
    Changed,
    Described,
    Prioritized,
    Held,
    Scheduled,
    Unscheduled,
    Assigned,
    Unassigned,
    Cancelled,
    Reinstated,
    Preliminary,
    Final,
    Corrected,
    Documented,
}

/// <summary>
/// The messages of one source about one study, each with a time of its own: an order, and what becomes of it. Either with
/// cancels or with results, since a cancel that meets a final result depends on the order of arrival (docs/mapping.md §6.4).
/// </summary>
/// <param name="Events">By clock; the order comes before them.</param>
/// <param name="Procedures">Which examination of the study each of them is about: 1 or 2.</param>
/// <param name="Arrival">Places by clock in the order of arrival; some come more than once.</param>
internal sealed record LifeCycle(LifeEvent[] Events, int[] Variants, int[] Procedures, int[] Arrival)
{
    private const int EventsMax = 19;

    private static readonly LifeEvent[] _always =
        [LifeEvent.Changed, LifeEvent.Described, LifeEvent.Prioritized, LifeEvent.Held, LifeEvent.Scheduled, LifeEvent.Unscheduled, LifeEvent.Assigned, LifeEvent.Unassigned];

    private static readonly LifeEvent[] _cancels = [LifeEvent.Cancelled, LifeEvent.Cancelled, LifeEvent.Reinstated, LifeEvent.Reinstated];

    private static readonly LifeEvent[] _results = [LifeEvent.Preliminary, LifeEvent.Final, LifeEvent.Corrected, LifeEvent.Documented];

    private static readonly string[] _priorities = ["R", "A", "S", ""];

    /// <summary>Shrinks by leaving messages out.</summary>
    public static Arbitrary<LifeCycle> Any() => Arb.From(
        from kinds in Gen.Elements<LifeEvent[]>([.. _always, .. _cancels], [.. _always, .. _results])
        from count in Gen.Choose(0, EventsMax)
        from events in Gen.Elements(kinds).ArrayOf(count)
        from variants in Gen.Choose(0, 4).ArrayOf(count + 1)
        from second in kinds.Contains(LifeEvent.Cancelled) ? Gen.Constant(EventsMax) : Gen.Choose(0, EventsMax)
        from procedures in Gen.Choose(1, 2).ArrayOf(count)
        from doubles in Gen.Choose(0, count).ListOf()
        from arrival in Gen.Shuffle(Enumerable.Range(0, count + 1).Concat(doubles.Take(5)).ToArray())
        select new LifeCycle(
            [.. events.Select((kind, place) => place == second ? LifeEvent.AddedOn : kind)],
            variants,
            [.. procedures.Select((procedure, place) => place < second ? 1 : place == second ? 2 : procedure)],
            arrival),
        Shrink);

    public IReadOnlyList<InboundMessage> ByClock() => [.. Arrival.Distinct().Order().Select(MessageAt)];

    public IReadOnlyList<InboundMessage> AsTheyCame() => [.. Arrival.Select(MessageAt)];

    public override string ToString() => string.Join(", ", Arrival.Select(place => place == 0 ? "0 Ordered" : $"{place} {Events[place - 1]} {Procedures[place - 1]}"));

    private static IEnumerable<LifeCycle> Shrink(LifeCycle whole) => Enumerable.Range(0, whole.Arrival.Length)
        .Select(left => whole with { Arrival = [.. whole.Arrival.Where((_, place) => place != left)] })
        .Where(smaller => whole.Orders().All(smaller.Arrival.Contains));

    /// <summary>Where the procedures are ordered: what is said of them rests on it.</summary>
    private IEnumerable<int> Orders() =>
        Arrival.Where(place => place == 0 || Events[place - 1] == LifeEvent.AddedOn);

    private InboundMessage MessageAt(int place)
    {
        var (id, minute, variant) = ($"C{place}", 10 * place, Variants[place]);
        var priority = _priorities[variant % 4];
        var filler = $"F{(place == 0 ? 1 : Procedures[place - 1])}^RIS";

        return (place == 0 ? (LifeEvent?)null : Events[place - 1]) switch
        {
            null => Messages.NewOrder(id, minute, 1, priority: priority),
            LifeEvent.AddedOn => Messages.NewOrder(id, minute, 1, description: "CT also", priority: priority, filler: filler),
            LifeEvent.Changed => Order(id, minute, filler, variant == 0 ? "XO/SC" : "XO/IP", $"CT {place}", priority),
            LifeEvent.Described => Order(id, minute, filler, "SC/", $"MR {place}", null),
            LifeEvent.Prioritized => Order(id, minute, filler, "SC/", null, priority),
            LifeEvent.Held => Order(id, minute, filler, "HD/", null, null, "LABS"),
            LifeEvent.Scheduled => Messages.Appointment(id, minute, variant % 2 == 0 ? "S12" : "S13", filler),
            LifeEvent.Unscheduled => Messages.Appointment(id, minute, variant % 2 == 0 ? "S15" : "S26", filler),
            LifeEvent.Assigned => Order(id, minute, filler, "SC/", null, null, reader: variant % 2 == 0 ? "R1" : "R2"),
            LifeEvent.Unassigned => Order(id, minute, filler, "SC/", null, null, reader: "\"\""),
            LifeEvent.Cancelled => Order(id, minute, filler, variant % 2 == 0 ? "CA/CA" : "DC/DC", null, null, "DUP"),
            LifeEvent.Reinstated => Order(id, minute, filler, "XO/SC", variant % 2 == 0 ? null : $"CT {place}", null),
            LifeEvent.Preliminary => Messages.Result(id, minute, "P", filler),
            LifeEvent.Final => Messages.Result(id, minute, "F", filler),
            LifeEvent.Corrected => Messages.Result(id, minute, "C", filler),
            _ => Messages.Document(id, minute, filler),
        };
    }

    private static InboundMessage Order(
        string id, int minute, string filler, string control, string? description, string? priority, string? reason = null, string? reader = null)
    {
        var segments = Messages.OrderSegments(control, Messages.Uid(1), "A1", filler, null, "P1", description, priority, Messages.At(minute)).Select(segment =>
            segment.StartsWith("ORC", StringComparison.Ordinal) && reason is not null ? $"{segment}|||||||{reason}"
            : segment.StartsWith("OBR", StringComparison.Ordinal) && reader is not null ? $"{segment}||||||||||||||{reader}"
            : segment);

        return Messages.V2(id, minute, "ORM^O01", [.. segments]);
    }
}
