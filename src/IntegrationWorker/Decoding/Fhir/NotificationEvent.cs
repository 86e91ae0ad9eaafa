namespace IntegrationWorker.Decoding.Fhir;

/// <summary>One event of a notification.</summary>
/// <param name="Number">Null when not sent.</param>
/// <param name="Focus">The resource it is about; null for an empty payload.</param>
/// <param name="Timestamp">When it happened, as sent; null when not sent.</param>
internal sealed record NotificationEvent(long? Number, string? Focus, string? Timestamp = null);
