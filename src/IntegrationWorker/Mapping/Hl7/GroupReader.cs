using System.Collections.Concurrent;
using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding.Hl7;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>Reads the fields of one order group (or of a whole message) for the rules, and collects their warnings.</summary>
internal sealed class GroupReader(Hl7Envelope envelope, OrderGroup group, Rulebook rules)
{
    private static readonly ConcurrentDictionary<string, Hl7FieldAddress> _addresses = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<Hl7FieldAddress, string> _names = new();
    private List<string>? _unknownSequences;

    public Hl7Envelope Envelope => envelope;

    public Hl7Message Message => envelope.Message;

    public OrderGroup Group => group;

    public Source Source => envelope.Source;

    public Rulebook Rules => rules;

    public List<Notice> Warnings { get; } = [];

    /// <summary><c>""</c>, unless the source fills empty fields with it.</summary>
    public bool IsNull(Hl7Field field) => field.IsNull && !Source.IgnoreNulls;

    /// <summary>The first field at an address inside the group that says something; absent otherwise.</summary>
    public Hl7Field First(Hl7FieldAddress address)
    {
        if (address.Field == 0)
        {
            return default;
        }

        if (IsSingle(address.Segment))
        {
            return address.Of(SegmentOf(address.Segment));
        }

        foreach (var index in group.Others)
        {
            var field = address.Of(Message[index]);

            if (!field.IsAbsent)
            {
                return field;
            }
        }

        return default;
    }

    /// <summary>The address a setting names. Settings are checked at start; a wrong one reads nothing.</summary>
    public static Hl7FieldAddress Address(string text) =>
        _addresses.GetOrAdd(text, static setting => Hl7FieldAddress.TryParse(setting, out var parsed) ? parsed : default);

    /// <summary>An address as people write it, made once: the places come from the rules and the settings, so they are few.</summary>
    public static string NameOf(Hl7FieldAddress place) => _names.GetOrAdd(place, static address => address.ToString());

    /// <summary>A value as text: unescaped once, control characters and line breaks as one space, ends trimmed. Empty when blank.</summary>
    public string Text(Hl7Field field)
    {
        if (!field.HasValue)
        {
            return "";
        }

        return ShortCodes.Find(field.Raw) ?? LongText(field);
    }

    private string LongText(Hl7Field field)
    {
        var text = CleanText.Of(field.ToText(ref _unknownSequences));

        if (_unknownSequences is { Count: > 0 } unknown)
        {
            foreach (var sequence in unknown)
            {
                Warn(Notice.Of(Codes.UnknownEscape, "sequence", sequence));
            }

            unknown.Clear();
        }

        return text;
    }

    /// <summary>A code: the text of component 1.</summary>
    public string Code(Hl7Field field) => Text(field.Component(1));

    /// <summary>What is said at the first of some places that has a value; a deletion when there are only nulls; null when nothing is said.</summary>
    /// <param name="key">The metadata key the value is for: it must fit.</param>
    /// <param name="places">Whole fields (read as component 1), components or subcomponents, in the order of preference.</param>
    public Asserted? Value(string key, params ReadOnlySpan<Hl7FieldAddress> places)
    {
        string? nullAt = null;

        foreach (var place in places)
        {
            var found = IsSingle(place.Segment) ? ValueIn(SegmentOf(place.Segment), place, key, ref nullAt) : ValueInOthers(place, key, ref nullAt);

            if (found is not null)
            {
                return found;
            }
        }

        return nullAt is null ? null : new Asserted(null, nullAt);
    }

    private Asserted? ValueInOthers(Hl7FieldAddress place, string key, ref string? nullAt)
    {
        foreach (var index in group.Others)
        {
            if (ValueIn(Message[index], place, key, ref nullAt) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>A group has at most one of these.</summary>
    private static bool IsSingle(string segment) => segment is "MSH" or "PID" or "PV1" or "ORC" or "OBR";

    private Hl7Segment SegmentOf(string name) => name switch
    {
        "MSH" => Message[0],
        "PID" => group.Patient,
        "PV1" => group.Visit,
        "ORC" => group.Orc,
        _ => group.Obr,
    };

    private Asserted? ValueIn(Hl7Segment segment, Hl7FieldAddress place, string key, ref string? nullAt)
    {
        if (!segment.Is(place.Segment))
        {
            return null;
        }

        var whole = segment[place.Field];
        var field = whole.Component(Math.Max(place.Component, 1)).Subcomponent(Math.Max(place.Subcomponent, 1));

        if (IsNull(whole) || IsNull(field))
        {
            nullAt ??= NameOf(place);
            return null;
        }

        var text = Text(field);

        return text.Length > 0 && MetadataLimits.Fit(key, text, Warnings) is { } value ? new Asserted(value, NameOf(place)) : null;
    }

    /// <summary>A timestamp as metadata keeps it; null with a warning when it is none.</summary>
    public string? Time(Hl7Field field, string location)
    {
        if (Hl7DateTime.TryParse(field.Raw, out var time))
        {
            return time.ToRfc3339(Source.TimeZone, envelope.MessageOffset);
        }

        Warn(Notice.Of(Codes.InvalidTime, "location", location));
        return null;
    }

    /// <summary>Adds a warning once.</summary>
    public void Warn(Notice notice) => Warnings.AddOnce(notice);
}
