namespace IntegrationWorker.Contracts;

/// <summary>Names on the broker that producers and consumers hold on to.</summary>
public static class BrokerNames
{
    /// <summary>Queue for raw HL7 v2 messages. The source is found by MSH-3 and MSH-4.</summary>
    public const string Hl7v2Queue = "study-updates.hl7v2";

    /// <summary>Queue for FHIR resources, bundles and notifications as raw JSON; header <see cref="SourceIdHeader"/> is required.</summary>
    public const string FhirQueue = "study-updates.fhir";

    /// <summary>Queue for commands: CloudEvents JSON with header <see cref="SourceIdHeader"/>, or a MassTransit envelope of <see cref="StudyUpdateRequested"/>.</summary>
    public const string CommandsQueue = "study-updates.commands";

    /// <summary>Exchange and queue of what the broker itself gives up (delivery limit, expiry).</summary>
    public const string DeadExchange = "study-updates.dead";

    /// <summary>Topic exchange on which <see cref="StudyUpdated"/> is published.</summary>
    public const string StudyUpdatedExchange = "study-updated";

    /// <summary>Routing key of <see cref="StudyUpdated"/>.</summary>
    public const string StudyUpdatedRoutingKey = "study.updated.v1";

    /// <summary>Content type of the events: CloudEvents in structured JSON mode.</summary>
    public const string CloudEventsContentType = "application/cloudevents+json";

    /// <summary>Header that names the configured source of a delivery.</summary>
    public const string SourceIdHeader = "source-id";

    /// <summary>Header with the idempotency key of a command; else its CloudEvents id counts.</summary>
    public const string IdempotencyKeyHeader = "idempotency-key";

    /// <summary>Header of a deliberate replay: rejected and expired units are decided again.</summary>
    public const string ReplayIdHeader = "replay-id";
}
