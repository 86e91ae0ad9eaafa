namespace IntegrationWorker.Subscriptions;

internal static partial class SubscriptionLog
{
    [LoggerMessage(1801, LogLevel.Warning, "The FHIR server of {Source} cannot be asked ({Code}): {Count} things wait, it is tried again")]
    public static partial void ServerIsAway(ILogger logger, string source, string code, int count);

    [LoggerMessage(1802, LogLevel.Information, "The FHIR server of {Source} answers again")]
    public static partial void ServerIsBack(ILogger logger, string source);

    [LoggerMessage(1803, LogLevel.Warning, "{Source}, subscription {Subscription}: events {First} to {Last} were not received ({Code})")]
    public static partial void GapNoticed(ILogger logger, string source, string subscription, long first, long last, string code);

    [LoggerMessage(1804, LogLevel.Information, "{Source}, subscription {Subscription}: events {First} to {Last} are made good ({By})")]
    public static partial void GapClosed(ILogger logger, string source, string subscription, long first, long last, string by);

    [LoggerMessage(1805, LogLevel.Error, "{Source}, subscription {Subscription}: the server does not let us make good what is missing ({Code})")]
    public static partial void RecoveryRefused(ILogger logger, string source, string subscription, string code);

    [LoggerMessage(1806, LogLevel.Error, "{Source}, subscription {Subscription}: the server says it is {Status} ({Code})")]
    public static partial void Off(ILogger logger, string source, string subscription, string status, string code);

    [LoggerMessage(1807, LogLevel.Error, "{Source}, subscription {Subscription}: nothing was heard for three heartbeats ({Code}); the server is asked")]
    public static partial void Silent(ILogger logger, string source, string subscription, string code);

    [LoggerMessage(1808, LogLevel.Warning, "The work for the FHIR server of {Source} failed ({Failure}); it goes on")]
    public static partial void WorkFailed(ILogger logger, string source, string failure);

    [LoggerMessage(1809, LogLevel.Warning, "A request to the hook of {Source} was refused: it does not show the secret of a subscription")]
    public static partial void HookRefused(ILogger logger, string source);
}
