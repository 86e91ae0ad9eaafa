namespace IntegrationWorker.DeadLetters.Replays;

internal static partial class ReplayLog
{
    [LoggerMessage(1601, LogLevel.Information, "Replay job {Id} is driven from here: {Done} of {Total} done")]
    public static partial void Driven(ILogger logger, string id, long done, long total);

    [LoggerMessage(1602, LogLevel.Information, "Replay job {Id} is {State}: {Done} of {Total} done, {Rejected} rejected again")]
    public static partial void Left(ILogger logger, string id, string state, long done, long total, long rejected);

    [LoggerMessage(1603, LogLevel.Warning, "Replays wait: the store does not work ({Failure})")]
    public static partial void Waits(ILogger logger, string failure);

    [LoggerMessage(1604, LogLevel.Error, "Replaying dead letter {Id} failed in the worker itself ({Failure}). {StackTrace}")]
    public static partial void Failed(ILogger logger, string id, string failure, string? stackTrace);
}
