namespace IntegrationWorker.Access;

internal static partial class AccessLog
{
    [LoggerMessage(1951, LogLevel.Warning, "There is no API key: programs on this machine need none, all others are refused. Make one: integration-worker keys create --role admin --name NAME")]
    public static partial void NoKeys(ILogger logger);

    [LoggerMessage(1952, LogLevel.Warning, "When API keys were last used cannot be written ({Failure}); it is tried again")]
    public static partial void UsesNotWritten(ILogger logger, string failure);

    [LoggerMessage(1953, LogLevel.Information, "API key {KeyId} was made by {By}: {Role}")]
    public static partial void KeyMade(ILogger logger, Guid keyId, string by, string role);

    [LoggerMessage(1954, LogLevel.Information, "API key {KeyId} was revoked by {By}")]
    public static partial void KeyRevoked(ILogger logger, Guid keyId, string by);
}
