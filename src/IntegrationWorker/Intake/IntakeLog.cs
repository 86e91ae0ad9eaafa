namespace IntegrationWorker.Intake;

internal static partial class IntakeLog
{
    [LoggerMessage(1001, LogLevel.Debug, "Batch of {Count} decided, {Rejected} of them rejected, in {Milliseconds} ms")]
    public static partial void BatchHandled(ILogger logger, int count, int rejected, double milliseconds);

    [LoggerMessage(1002, LogLevel.Debug, "Batch of {Count}: another worker was first, it is decided again")]
    public static partial void Conflict(ILogger logger, int count);

    [LoggerMessage(1003, LogLevel.Warning, "The store does not work ({Failure}): intake waits with {Count} messages and tries again")]
    public static partial void Held(ILogger logger, int count, string failure);

    [LoggerMessage(1004, LogLevel.Warning, "{Count} messages went back undecided: the store has not worked for {Seconds} s")]
    public static partial void Returned(ILogger logger, int count, int seconds);

    [LoggerMessage(1005, LogLevel.Warning, "A batch of {Count} failed although the store works ({Failure}): it is split")]
    public static partial void Split(ILogger logger, int count, string failure);

    [LoggerMessage(1006, LogLevel.Error, "Message {Hash} fails alone, attempt {Attempts} ({Failure}). {StackTrace}")]
    public static partial void FailsAlone(ILogger logger, string hash, int attempts, string failure, string? stackTrace);

    [LoggerMessage(1007, LogLevel.Error, "Message {Key} is given up after {Attempts} attempts: it is a dead letter now")]
    public static partial void GivenUp(ILogger logger, string key, int attempts);
}
