using System.Security.Cryptography;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping;

/// <summary>One delivery, read: what it says, independent of anything stored. The output of the pure decoders and mappers.</summary>
internal sealed class MappedMessage
{
    public required InboundMessage Inbound { get; init; }

    /// <summary>Empty when no source could be found.</summary>
    public string SourceId { get; init; } = "";

    /// <summary><c>ORM^O01</c>, <c>ImagingStudy</c>, <c>Bundle/heartbeat</c>, <c>study.update.requested.v1</c>; empty when it could not be read.</summary>
    public string MessageType { get; init; } = "";

    /// <summary>Warnings about the whole message.</summary>
    public List<Notice> Warnings { get; init; } = [];

    /// <summary>
    /// What is decided and recorded under one key each. One for an HL7 message or a command; one per resource for FHIR.
    /// Never empty: a message that says nothing has one part that is ignored or rejected.
    /// </summary>
    public required IReadOnlyList<MappedPart> Parts { get; init; }

    /// <summary>What a subscription notification says of itself; null for everything else.</summary>
    public Notification? Notification { get; init; }

    /// <summary>
    /// What a rest-hook without a payload says has changed: <c>ImagingStudy/1</c>, or the empty text for something; null for everything else.
    /// </summary>
    public string? ChangedReference { get; init; }
}

/// <summary>The part of a message that has a key, a fingerprint and a record of its own.</summary>
internal sealed class MappedPart
{
    /// <summary>The idempotency key without generation. docs/mapping.md §5.1.</summary>
    public required string BaseKey { get; init; }

    /// <summary>32 bytes. §5.2.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary>MSH-7; null when there is none.</summary>
    public DateTimeOffset? MessageTime { get; init; }

    /// <summary>Key used again with other content is a new generation at once (FHIR). §5.3.</summary>
    public bool ReuseIsNewGeneration { get; init; }

    /// <summary>How long ago the key must have been used to count as a restarted counter; null: never. §5.3.</summary>
    public TimeSpan? ReuseAfter { get; init; }

    public List<UnitUpdate> Units { get; init; } = [];

    /// <summary>Nothing of the part can be used.</summary>
    public Notice? Rejection { get; init; }

    /// <summary>The part is deliberately not used: a reason of §1.3.</summary>
    public string? IgnoredReason { get; init; }

    /// <summary>The key of a message that is too damaged, or of too unknown a sender, to have one of its own.</summary>
    public static string RawKey(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);

        return "raw/" + Convert.ToHexStringLower(hash[..16]);
    }

    /// <summary>A part that is rejected under its raw key.</summary>
    public static MappedPart RejectedRaw(ReadOnlySpan<byte> body, Notice rejection) => new()
    {
        BaseKey = RawKey(body),
        Fingerprint = SHA256.HashData(body),
        Rejection = rejection,
    };
}

/// <summary>The status entry of a FHIR subscription notification. docs/mapping.md §7.</summary>
internal sealed record Notification
{
    public required string SubscriptionId { get; init; }

    /// <summary><c>handshake</c>, <c>heartbeat</c>, <c>event-notification</c>, <c>query-status</c> or <c>query-event</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>events-since-subscription-start</c>; null when not sent.</summary>
    public long? EventsSince { get; init; }

    /// <summary>Numbers of the events in this notification.</summary>
    public IReadOnlyList<long> EventNumbers { get; init; } = [];

    /// <summary>Status of the subscription as the server says it: <c>active</c>, <c>error</c>, <c>off</c> …</summary>
    public string? Status { get; init; }

    /// <summary>The server's time of the latest event, else of sending; null when it says none.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>It tells of events without saying of what: what has changed on the server has to be searched.</summary>
    public bool SaysOnlyThat { get; init; }

    /// <summary>References that have to be read from the server before their event can be used, with their event numbers.</summary>
    public IReadOnlyList<(string Reference, long? EventNumber)> ToFetch { get; init; } = [];
}
