namespace IntegrationWorker.Hosting;

internal static partial class HostingLog
{
    [LoggerMessage(1901, LogLevel.Warning, "The store does not open ({Failure}): the worker waits and tries again")]
    public static partial void StoreIsAway(ILogger logger, string failure);

    [LoggerMessage(1902, LogLevel.Error, "A request failed in the worker itself ({Failure}). {StackTrace}")]
    public static partial void RequestFailed(ILogger logger, string failure, string? stackTrace);

    [LoggerMessage(1903, LogLevel.Information, "Kept no longer: {Count} rows deleted")]
    public static partial void Purged(ILogger logger, long count);

    [LoggerMessage(1904, LogLevel.Warning, "The job {Job} failed ({Failure}); it runs again at its next time")]
    public static partial void JobFailed(ILogger logger, string job, string failure);

    [LoggerMessage(1905, LogLevel.Warning, "The jobs do not start ({Failure}): the worker tries again")]
    public static partial void JobsDoNotStart(ILogger logger, string failure);

    [LoggerMessage(1906, LogLevel.Warning, "The schedule of the jobs cannot be read ({Failure}): they wait")]
    public static partial void ScheduleFails(ILogger logger, string failure);

    [LoggerMessage(1907, LogLevel.Information, "{Count} dead letters are superseded: newer messages have settled what they say")]
    public static partial void Superseded(ILogger logger, int count);

    [LoggerMessage(1908, LogLevel.Information, "The job {Job} is not asked for any more: it is taken off the schedule")]
    public static partial void JobRemoved(ILogger logger, string job);
}
