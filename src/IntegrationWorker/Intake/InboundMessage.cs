using IntegrationWorker.StudyApi.Requests;

namespace IntegrationWorker.Intake;

/// <summary>What kind of body a door lets in; decides which decoder reads it.</summary>
internal enum Door
{
    Hl7v2,
    Fhir,
    Command,

    /// <summary>A write through the study API, read at the door.</summary>
    StudyApi,
}

/// <summary>One delivery as it came through a door.</summary>
internal sealed record InboundMessage
{
    public required Door Door { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The source that the door, the queue or the header <c>source-id</c> names; null when the message itself has to say.</summary>
    public string? SourceId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Headers by lower-case name: <c>content-type</c>, <c>fhir-interaction</c>, <c>idempotency-key</c> and whatever else came.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = EmptyHeaders;

    /// <summary>The delivery's correlation id, or null.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The delivery's message id, or null.</summary>
    public string? DeliveryId { get; init; }

    /// <summary>A write through the study API; null for messages.</summary>
    public StudyRequest? Request { get; init; }

    /// <summary>A deliberate replay: rejected and expired units are decided again. Null for ordinary deliveries.</summary>
    public string? ReplayId { get; init; }

    /// <summary>The dead letter that is replayed: what fails again belongs to it and makes no further one. Null for everything else.</summary>
    public string? CaseId { get; init; }

    /// <summary>An edited dead letter: the key of the message as it came, which cannot take effect once this one has. Null for everything else.</summary>
    public string? ReplacedKey { get; init; }

    private static readonly Dictionary<string, string> EmptyHeaders = [];
}
