namespace IntegrationWorker.Store;

/// <summary>How something is read from a FHIR server.</summary>
internal enum FhirFetchKind
{
    /// <summary>One resource by its type and id.</summary>
    Read,

    /// <summary>All resources that changed since an instant.</summary>
    Search,
}

/// <summary>Something that has to be read from a FHIR server. Kept until it was read, whatever happens to the worker or the server.</summary>
internal sealed record FhirFetch
{
    /// <summary>Says what is to be read: who asks for the same again has the same id.</summary>
    public string Id => Kind == FhirFetchKind.Read ? $"read/{SourceId}/{Reference}" : $"search/{SourceId}/{SubscriptionId}";

    public required string SourceId { get; init; }

    public required FhirFetchKind Kind { get; init; }

    /// <summary>The subscription that asks; empty when none is known.</summary>
    public string SubscriptionId { get; init; } = "";

    /// <summary>Type and id: <c>ImagingStudy/1</c>; empty for a search.</summary>
    public string Reference { get; init; } = "";

    /// <summary>Searches: changes from this instant on, at the latest; null: from where the last search ended.</summary>
    public DateTimeOffset? Since { get; init; }

    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>How often it was asked for: one that is asked for again while it is being read has to be read once more.</summary>
    public long Asked { get; init; } = 1;

    /// <summary>Reads that failed.</summary>
    public int Attempts { get; init; }

    public static FhirFetch Read(string sourceId, string subscriptionId, string reference, DateTimeOffset askedAt) =>
        new() { SourceId = sourceId, Kind = FhirFetchKind.Read, SubscriptionId = subscriptionId, Reference = reference, AskedAt = askedAt };

    public static FhirFetch Search(string sourceId, string subscriptionId, DateTimeOffset? since, DateTimeOffset askedAt) =>
        new() { SourceId = sourceId, Kind = FhirFetchKind.Search, SubscriptionId = subscriptionId, Since = since, AskedAt = askedAt };
}
