using Hl7v2;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>One order group: an ORC with its OBR and what follows, or an OBR alone. Indices into the message. docs/mapping.md §2.5.</summary>
internal sealed class OrderGroup(Hl7Message message, int number)
{
    /// <summary>How many segments before an OBR further OBRs of the same ORC take over: enough for any order, and a bound on what a hostile message costs.</summary>
    private const int InheritedMax = 100;

    public int Number => number;

    /// <summary>0, where MSH stands, when the group has none; so are the other indices.</summary>
    public int OrcIndex { get; set; }

    /// <summary>A cancel may be an ORC alone.</summary>
    public int ObrIndex { get; set; }

    /// <summary>The PID that the group stands under.</summary>
    public int PatientIndex { get; set; }

    /// <summary>The PV1 of that patient.</summary>
    public int VisitIndex { get; set; }

    /// <summary>TQ1, IPC, ZDS, PRT, ROL, OBX and whatever else stands in the group.</summary>
    public List<int> Others { get; } = [];

    public Hl7Segment Orc => OrcIndex == 0 ? default : message[OrcIndex];

    public Hl7Segment Obr => ObrIndex == 0 ? default : message[ObrIndex];

    public Hl7Segment Patient => PatientIndex == 0 ? default : message[PatientIndex];

    public Hl7Segment Visit => VisitIndex == 0 ? default : message[VisitIndex];

    /// <summary>The whole message as one group: for messages that have no order groups.</summary>
    public static OrderGroup Whole(Hl7Message message)
    {
        var group = new OrderGroup(message, 1)
        {
            OrcIndex = IndexIn(message, "ORC"),
            ObrIndex = IndexIn(message, "OBR"),
            PatientIndex = IndexIn(message, "PID"),
            VisitIndex = IndexIn(message, "PV1"),
        };

        for (var index = 1; index < message.Count; index++)
        {
            group.Others.Add(index);
        }

        return group;
    }

    /// <summary>The groups of a message in order. A further OBR under the same ORC is a further group that inherits the ORC.</summary>
    public static List<OrderGroup> Of(Hl7Message message)
    {
        var groups = new List<OrderGroup>();
        OrderGroup? current = null;
        List<int>? beforeObr = null;
        var patient = 0;
        var visit = 0;

        for (var index = 0; index < message.Count; index++)
        {
            var segment = message[index];

            if (segment.Is("PID"))
            {
                // Another patient of the same message: nothing of the one before carries over, the order control neither.
                (patient, visit, current) = (index, 0, null);
                beforeObr?.Clear();
            }
            else if (segment.Is("PV1") && current is null)
            {
                visit = index;
            }
            else if (segment.Is("ORC"))
            {
                current = Add(groups, message, patient, visit);
                current.OrcIndex = index;
                beforeObr?.Clear();
            }
            else if (segment.Is("OBR"))
            {
                if (current is null || current.ObrIndex > 0)
                {
                    var inherited = current?.OrcIndex ?? 0;
                    current = Add(groups, message, patient, visit);
                    current.OrcIndex = inherited;
                    current.Others.AddRange(beforeObr ?? []);
                }

                current.ObrIndex = index;
            }
            else if (current is not null)
            {
                current.Others.Add(index);

                if (current.ObrIndex == 0 && (beforeObr ??= []).Count < InheritedMax)
                {
                    beforeObr.Add(index); // A TQ1 between ORC and OBR belongs to the order, so to each of its OBRs.
                }
            }
        }

        return groups;
    }

    private static int IndexIn(Hl7Message message, string segment) => Math.Max(message.IndexOf(segment), 0);

    private static OrderGroup Add(List<OrderGroup> groups, Hl7Message message, int patient, int visit)
    {
        var group = new OrderGroup(message, groups.Count + 1) { PatientIndex = patient, VisitIndex = visit };
        groups.Add(group);
        return group;
    }
}
