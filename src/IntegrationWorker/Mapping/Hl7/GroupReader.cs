using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding.Hl7;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>Reads the fields of one order group (or of a whole message) for the rules, and collects their warnings.</summary>
internal sealed class GroupReader(Hl7Envelope envelope, OrderGroup group, Rulebook rules)
{
    private static readonly Dictionary<string, Hl7FieldAddress> _addresses = new(StringComparer.Ordinal);
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
        if (address.Segment == "ORC")
        {
            return address.Of(group.Orc);
        }

        if (address.Segment == "OBR")
        {
            return address.Of(group.Obr);
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
    public static Hl7FieldAddress Address(string text)
    {
        lock (_addresses)
        {
            if (!_addresses.TryGetValue(text, out var address))
            {
                address = Hl7FieldAddress.TryParse(text, out var parsed) ? parsed : default;
                _addresses.Add(text, address);
            }

            return address;
        }
    }

    /// <summary>A value as text: unescaped once, control characters and line breaks as one space, ends trimmed. Empty when blank.</summary>
    public string Text(Hl7Field field)
    {
        if (!field.HasValue)
        {
            return "";
        }

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
    public void Warn(Notice notice)
    {
        if (!Warnings.Exists(known => known.Code == notice.Code && SameDetails(known, notice)))
        {
            Warnings.Add(notice);
        }
    }

    private static bool SameDetails(Notice left, Notice right) =>
        (left.Details ?? new Dictionary<string, object>()).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .SequenceEqual((right.Details ?? new Dictionary<string, object>()).OrderBy(pair => pair.Key, StringComparer.Ordinal));
}
