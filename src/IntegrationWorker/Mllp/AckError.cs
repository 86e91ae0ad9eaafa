using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mllp;

/// <summary>One reason of a negative answer, as it goes into ERR. Holds nothing of what the message says.</summary>
/// <param name="Code">A code of docs/codes.json; empty where the broker is away, which is no fault of a message.</param>
/// <param name="Text">For people.</param>
/// <param name="Hl7Code">Table 0357.</param>
/// <param name="Segment">Where it stands; empty when the whole message is meant.</param>
/// <param name="Sequence">Which of the segments with this name, from 1.</param>
internal sealed record AckError(string Code, string Text, string Hl7Code, string Segment = "", int Sequence = 1, int Field = 0, int Component = 0)
{
    public static AckError StoreAway { get; } = new(Codes.DatabaseDown, CodeTexts.Of(Codes.DatabaseDown), "207");

    public static AckError BrokerAway { get; } = new("", "The message queue does not take messages. Send the message again later.", "207");

    /// <param name="unit">The unit that failed, from 1; its number is that of its first group. 1 for the message.</param>
    public static AckError Of(Notice notice, int unit)
    {
        var error = new AckError(notice.Code, CodeTexts.Of(notice), Table0357(notice.Code));
        var place = PlaceOf(notice);

        return Hl7FieldAddress.TryParse(place, out var address)
            ? error with
            {
                Segment = address.Segment,
                Sequence = address.Segment is "MSH" or "PID" ? 1 : Math.Max(unit, 1),
                Field = address.Field,
                Component = address.Component,
            }
            : error with { Segment = place?.Length == 3 ? place : "" };
    }

    /// <summary>The meaning of <see cref="Hl7Code"/>.</summary>
    public string Hl7Text => Hl7Code switch
    {
        "100" => "Segment sequence error",
        "101" => "Required field missing",
        "102" => "Data type error",
        "200" => "Unsupported message type",
        "203" => "Unsupported version id",
        "204" => "Unknown key identifier",
        "205" => "Duplicate key identifier",
        _ => "Application internal error",
    };

    private static string Table0357(string code) => code switch
    {
        Codes.NotHl7 or Codes.BatchEnvelope or Codes.SegmentMissing => "100",
        Codes.HeaderFieldEmpty => "101",
        Codes.BadDelimiters or Codes.Undecodable or Codes.TooLarge or Codes.InvalidUid => "102",
        Codes.UnsupportedType => "200",
        Codes.NotVersion2 => "203",
        Codes.KeyReused => "205",
        Codes.UnknownSender or Codes.UnknownSource => "204",
        _ when code.StartsWith("IDN-", StringComparison.Ordinal) => "204",
        _ => "207",
    };

    private static string? PlaceOf(Notice notice) => notice.Code switch
    {
        Codes.BadDelimiters => "MSH-2",
        Codes.Undecodable => "MSH-18",
        Codes.HeaderFieldEmpty => notice.Details?.GetValueOrDefault("field")?.ToString(),
        Codes.SegmentMissing => notice.Details?.GetValueOrDefault("missing")?.ToString(),
        Codes.NotVersion2 => "MSH-12",
        Codes.UnknownSender or Codes.UnknownSource => "MSH-3",
        Codes.UnsupportedType => "MSH-9",
        Codes.KeyReused => "MSH-10",
        _ => notice.Location,
    };
}
