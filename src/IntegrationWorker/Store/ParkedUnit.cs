using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>A unit that waits for its study. docs/mapping.md §2.6.</summary>
internal sealed record ParkedUnit
{
    /// <summary><see cref="UnitUpdate.UnitKey"/>: unique.</summary>
    public required string UnitKey { get; init; }

    /// <summary>Key of the message record whose outcome the unit's re-application replaces.</summary>
    public required string MessageKey { get; init; }

    public required UnitUpdate Unit { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The numbers it waits under.</summary>
    public required IReadOnlyList<LinkKey> Keys { get; init; }

    /// <summary>The message as it came: a dead letter needs it if the study never comes. Encrypted by the store.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Headers of the delivery as JSON. Encrypted by the store.</summary>
    public required byte[] Headers { get; init; }

    /// <summary>The door it came through: <c>hl7v2</c>, <c>fhir</c> or <c>command</c>.</summary>
    public required string Door { get; init; }
}
