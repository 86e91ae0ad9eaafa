namespace IntegrationWorker.Outbox;

internal static partial class OutboxLog
{
    [LoggerMessage(1401, LogLevel.Warning, "Events cannot be published ({Failure}): they stay in the store, the worker tries again")]
    public static partial void PublishingFails(ILogger logger, string failure);

    [LoggerMessage(1402, LogLevel.Information, "{Count} events that were left unpublished are published now")]
    public static partial void Swept(ILogger logger, int count);

    [LoggerMessage(1403, LogLevel.Warning, "The broker refused events of {Count} studies: they are published again later")]
    public static partial void Refused(ILogger logger, int count);
}
