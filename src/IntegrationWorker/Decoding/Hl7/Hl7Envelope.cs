using System.Text;
using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Decoding.Hl7;

/// <summary>The head of an HL7 v2 message: who sent it, what it is, its key, its times. docs/mapping.md §1.1, §5.1.</summary>
internal sealed class Hl7Envelope
{
    /// <summary>5 MiB: reports with embedded documents are below it, and a message is held in memory whole.</summary>
    public const int BodyBytesMax = 5 * 1024 * 1024;

    public required InboundMessage Inbound { get; init; }

    public required Hl7Message Message { get; init; }

    public required Source Source { get; init; }

    /// <summary><c>ORM</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>O01</c>.</summary>
    public required string Trigger { get; init; }

    public required string BaseKey { get; init; }

    public required byte[] Fingerprint { get; init; }

    /// <summary>MSH-7; null when empty or unreadable.</summary>
    public Hl7DateTime? MessageTime { get; init; }

    /// <summary>Offset that counts for fields without one, when the sender was outside the zone of the source.</summary>
    public TimeSpan? MessageOffset { get; init; }

    public List<Notice> Warnings { get; } = [];

    public string MessageType => field ??= $"{Type}^{Trigger}";

    /// <summary>Reads the head, with the checks in their order: size, MSH, delimiters, character set, sender, MSH-9/10, version, key.</summary>
    /// <param name="rejected">The rejected message when false is returned.</param>
    public static bool TryRead(InboundMessage inbound, Rulebook rules, out Hl7Envelope? envelope, out MappedMessage? rejected)
    {
        envelope = null;
        rejected = null;
        var body = inbound.Body.Span;

        if (body.Length > BodyBytesMax)
        {
            rejected = Reject(inbound, "", "", Notice.Of(Codes.TooLarge, "size", body.Length, "limit", BodyBytesMax));
            return false;
        }

        var fixedSource = inbound.SourceId is { } id ? rules.FindSource(id) : null;

        if (inbound.SourceId is not null && fixedSource is not { Kind: "hl7v2" })
        {
            rejected = Reject(inbound, "", "", Notice.Of(Codes.UnknownSource, "id", inbound.SourceId));
            return false;
        }

        var decoded = Decode(body, fixedSource, rules);

        if (decoded.Message is not { } message)
        {
            rejected = Reject(inbound, fixedSource?.SourceId ?? "", "", OfFault(decoded));
            return false;
        }

        var header = message[0];
        var application = Name(header[3]);
        var facility = Name(header[4]);
        var source = FindSource(fixedSource, application, facility, rules);
        var (type, trigger) = TypeOf(header);
        var messageType = trigger.Length > 0 ? $"{type}^{trigger}" : type;

        if (source is null)
        {
            rejected = Reject(inbound, "", messageType, Notice.Of(Codes.UnknownSender, "application", application, "facility", facility));
            return false;
        }

        if (Missing(type, header) is { } missing)
        {
            rejected = Reject(inbound, source.SourceId, messageType, Notice.Of(Codes.HeaderFieldEmpty, "field", missing));
            return false;
        }

        var version = header[12].Component(1).Raw.Trim();

        if (!IsVersion2(version))
        {
            rejected = Reject(inbound, source.SourceId, messageType, Notice.Of(Codes.NotVersion2, "version", version.ToString()));
            return false;
        }

        envelope = Create(inbound, message, source, type, trigger, application, facility);

        if (decoded.Utf8Overrode)
        {
            envelope.Warnings.Add(Notice.Of(Codes.CharsetMisdeclared, "charset", decoded.Charset));
        }

        return true;
    }

    private static Hl7Envelope Create(
        InboundMessage inbound, Hl7Message message, Source source, string type, string trigger, string application, string facility)
    {
        var header = message[0];
        Hl7DateTime? messageTime = Hl7DateTime.TryParse(header[7].Component(1).Raw, out var time) ? time : null;

        return new Hl7Envelope
        {
            Inbound = inbound,
            Message = message,
            Source = source,
            Type = type,
            Trigger = trigger,
            BaseKey = KeyOf(message, source, application, facility),
            Fingerprint = Digest(message, source, blankMessageTime: true),
            MessageTime = messageTime,
            MessageOffset = messageTime?.OffsetOutside(source.TimeZone),
        };
    }

    /// <summary>The default character set is the source's, and the source stands in the body: read once without, again where it matters.</summary>
    private static Hl7Decoded Decode(ReadOnlySpan<byte> body, Source? fixedSource, Rulebook rules)
    {
        if (fixedSource is not null)
        {
            return Hl7Decoder.Decode(body, fixedSource.DefaultCharset);
        }

        var decoded = Hl7Decoder.Decode(body, null);

        if (decoded.Fault is not (Hl7ReadFault.None or Hl7ReadFault.CharacterSet) || !rules.HasDefaultCharsets)
        {
            return decoded;
        }

        // MSH-3 and MSH-4 are ASCII in practice; Latin-1 reads every byte, which is enough to find the sender.
        var probe = decoded.Message ?? (Hl7Message.TryParse(Encoding.Latin1.GetString(body), Encoding.Latin1, out var latin, out _) ? latin : null);

        return probe is not null && rules.FindSender(Name(probe[0][3]), Name(probe[0][4]))?.DefaultCharset is { } charset
            ? Hl7Decoder.Decode(body, charset)
            : decoded;
    }

    private static Source? FindSource(Source? fixedSource, string application, string facility, Rulebook rules)
    {
        if (fixedSource is null)
        {
            return rules.FindSender(application, facility);
        }

        var namesAnother = (application.Length > 0 || facility.Length > 0)
            && fixedSource.SendingApplication is not null
            && (application != fixedSource.SendingApplication || facility != (fixedSource.SendingFacility ?? ""));

        return namesAnother ? null : fixedSource;
    }

    private static string? Missing(string type, Hl7Segment header) =>
        type.Length == 0 ? "MSH-9" : header[10].HasValue && !header[10].Raw.Trim().IsEmpty ? null : "MSH-10";

    private static bool IsVersion2(ReadOnlySpan<char> version) =>
        version.IsEmpty || version is "2" || (version.StartsWith("2.") && version.Length > 2 && char.IsAsciiDigit(version[2]));

    private static string KeyOf(Hl7Message message, Source source, string application, string facility)
    {
        var header = message[0];
        var sender = $"hl7/{MessageKeys.Escape(application)}/{MessageKeys.Escape(facility)}/";
        var controlId = MessageKeys.Escape(header[10].Raw.Trim());

        return source.Idempotency switch
        {
            IdempotencyStrategy.ControlIdAndTime => $"{sender}{controlId}@{header[7].Raw}",
            IdempotencyStrategy.Content => $"{sender}sha256:{Convert.ToHexStringLower(Digest(message, source, blankMessageTime: false))}",
            _ => sender + controlId,
        };
    }

    private static byte[] Digest(Hl7Message message, Source source, bool blankMessageTime)
    {
        List<Hl7FieldAddress>? exclude = null;

        foreach (var text in source.FingerprintExclude)
        {
            if (Hl7FieldAddress.TryParse(text, out var address))
            {
                (exclude ??= []).Add(address);
            }
        }

        return Hl7Canonical.Hash(message, blankMessageTime, exclude);
    }

    /// <summary>MSH-9.2 empty: from MSH-9.3 (<c>ORU_R01</c>), else the usual trigger of ORM and ORU.</summary>
    private static (string Type, string Trigger) TypeOf(Hl7Segment header)
    {
        var field = header[9];
        var type = Code(field.Component(1));
        var trigger = Code(field.Component(2));

        if (trigger.Length == 0)
        {
            var structure = field.Component(3).Raw;
            var underscore = structure.IndexOf('_');
            trigger = underscore >= 0 ? structure[(underscore + 1)..].Trim().ToString() : type switch
            {
                "ORM" => "O01",
                "ORU" => "R01",
                _ => "",
            };
        }

        return (type, trigger);
    }

    private static string Code(Hl7Field field) => field.HasValue ? ShortCodes.Find(field.Raw) ?? field.Raw.Trim().ToString() : "";

    private static string Name(Hl7Field field)
    {
        var first = field.Component(1);
        var name = first.HasValue ? first : field.Component(2);
        return ShortCodes.Find(name.Raw) ?? name.ToText().Trim();
    }

    private static Notice OfFault(in Hl7Decoded decoded) => decoded.Fault switch
    {
        Hl7ReadFault.Delimiters => Notice.Of(Codes.BadDelimiters),
        Hl7ReadFault.CharacterSet => Notice.Of(Codes.Undecodable, "charset", decoded.Charset),
        Hl7ReadFault.Batch => Notice.Of(Codes.BatchEnvelope),
        _ => Notice.Of(Codes.NotHl7),
    };

    private static MappedMessage Reject(InboundMessage inbound, string sourceId, string messageType, Notice rejection) => new()
    {
        Inbound = inbound,
        SourceId = sourceId,
        MessageType = messageType,
        Parts = [MappedPart.RejectedRaw(inbound.Body.Span, rejection)],
    };
}
