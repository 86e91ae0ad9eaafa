namespace IntegrationWorker.Subscriptions.Server;

/// <summary>One server of <c>FhirServers</c>: where what its notifications only name is read from.</summary>
internal sealed record FhirServer
{
    public const string Section = "FhirServers";
    public const string UsualCriteria = "ImagingStudy";

    /// <summary>The source whose server it is; of kind <c>fhir</c>.</summary>
    public required string SourceId { get; init; }

    /// <summary>Base address, with a slash at its end.</summary>
    public required Uri BaseUrl { get; init; }

    public FhirAuth Auth { get; init; } = FhirAuth.None;

    /// <summary>What is searched when no subscription says otherwise.</summary>
    public string Criteria { get; init; } = UsualCriteria;

    public IReadOnlyList<FhirSubscription> Subscriptions { get; init; } = [];

    /// <summary>How long missing events may still come by themselves. Default one minute.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often everything that has changed is searched, whatever was notified; zero: never. Default a quarter of an hour.</summary>
    public TimeSpan ReconcileEvery { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long one answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Resources of one page of a search.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>What a subscription is about, as searches; of an unknown one: all that is known of the server.</summary>
    public IReadOnlyList<string> CriteriaOf(string subscriptionId) =>
        Subscriptions.FirstOrDefault(each => each.Id == subscriptionId && subscriptionId.Length > 0) is { } subscription
            ? [subscription.Criteria ?? Criteria]
            : [.. Subscriptions.Select(each => each.Criteria ?? Criteria).DefaultIfEmpty(Criteria).Distinct(StringComparer.Ordinal)];
}

/// <summary>A subscription on the server.</summary>
/// <param name="Id">Its id there; null until it is registered, or when it is not known.</param>
/// <param name="Secret">What the server has to show at the hook; null: none.</param>
/// <param name="Criteria">The search that finds what it is about; null: that of the server.</param>
/// <param name="Heartbeat">How often it says that it is alive; null: it does not.</param>
internal sealed record FhirSubscription(string? Id, string? Secret, string? Criteria, TimeSpan? Heartbeat);

/// <summary>How the worker shows a FHIR server who it is.</summary>
internal enum FhirAuthKind
{
    None,

    /// <summary>A token that does not change.</summary>
    Bearer,

    /// <summary>OAuth 2.0 client credentials with a secret (RFC 6749 §4.4).</summary>
    ClientCredentials,

    /// <summary>SMART backend services: client credentials with a signed JWT (RFC 7523).</summary>
    SmartBackend,
}

/// <param name="Token">Bearer: the token.</param>
/// <param name="TokenUrl">Where tokens are given out; null: the server is asked.</param>
/// <param name="KeyFile">SMART: PEM file with the private key; RSA signs RS384, P-384 signs ES384.</param>
/// <param name="KeyId">SMART: <c>kid</c> of the key; null: none is said.</param>
internal sealed record FhirAuth(
    FhirAuthKind Kind, string? Token = null, Uri? TokenUrl = null, string? ClientId = null, string? ClientSecret = null,
    string? KeyFile = null, string? KeyId = null, string? Scope = null)
{
    public static readonly FhirAuth None = new(FhirAuthKind.None);
}

/// <summary>The servers of the settings.</summary>
internal sealed class FhirServers(IReadOnlyList<FhirServer> all)
{
    public IReadOnlyList<FhirServer> All => all;

    public FhirServer? Find(string sourceId) => all.FirstOrDefault(server => server.SourceId == sourceId);
}
