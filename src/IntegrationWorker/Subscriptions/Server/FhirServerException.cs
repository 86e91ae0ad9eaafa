namespace IntegrationWorker.Subscriptions.Server;

/// <summary>The server cannot be used at the moment: a failure of the surroundings, tried again later.</summary>
/// <param name="code">FHR-901 or FHR-902.</param>
/// <param name="retryAfter">What the server says of when to come again; null when it says nothing.</param>
internal sealed class FhirServerException(string code, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(code, inner)
{
    public string Code { get; } = code;

    public TimeSpan? RetryAfter => retryAfter;
}

/// <summary>The server does not let us do this, now or later, until somebody changes something: FHR-004.</summary>
internal sealed class FhirRefusedException(int status) : Exception($"FHR-004 ({status})")
{
    public int Status => status;
}
