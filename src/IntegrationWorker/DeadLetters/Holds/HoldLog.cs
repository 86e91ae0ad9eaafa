namespace IntegrationWorker.DeadLetters.Holds;

internal static partial class HoldLog
{
    [LoggerMessage(1605, LogLevel.Information, "{Count} messages of source {SourceId} waited behind a dead letter that is settled: they are decided about")]
    public static partial void Released(ILogger logger, int count, string sourceId);

    [LoggerMessage(1606, LogLevel.Warning,
        "{Messages} messages of {Studies} studies wait behind dead letters, the first of them for {Minutes} minutes: settle or skip those (dead-letters list --held)")]
    public static partial void WaitTooLong(ILogger logger, long messages, int studies, int minutes);

    [LoggerMessage(1607, LogLevel.Warning, "What waits behind dead letters goes on waiting: the store does not work ({Failure})")]
    public static partial void StoreIsAway(ILogger logger, string failure);
}
