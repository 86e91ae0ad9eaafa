namespace IntegrationWorker.Target;

internal static partial class TargetLog
{
    [LoggerMessage(1701, LogLevel.Warning, "The reading platform cannot be worked with ({Code}): changes wait, the worker tries again")]
    public static partial void Fails(ILogger logger, string code);

    [LoggerMessage(1702, LogLevel.Information, "The reading platform works again")]
    public static partial void WorksAgain(ILogger logger);

    [LoggerMessage(1703, LogLevel.Warning, "The reading platform refused unit {Unit} of message {Key} ({Code}): it is a dead letter now")]
    public static partial void Refused(ILogger logger, int unit, string key, string code);

    [LoggerMessage(1704, LogLevel.Warning, "Bringing plans fails ({Failure}): the worker tries again")]
    public static partial void BringingFails(ILogger logger, string failure);

    [LoggerMessage(1705, LogLevel.Information, "Another worker has taken over study {StudyId}")]
    public static partial void TakenOver(ILogger logger, string studyId);

    [LoggerMessage(1706, LogLevel.Information, "Compared {Studies} studies with the reading platform: {Differences} differences")]
    public static partial void Compared(ILogger logger, long studies, int differences);

    [LoggerMessage(1707, LogLevel.Warning, "Study {StudyId} fails at the reading platform ({Code}) while others are accepted: it is tried again")]
    public static partial void FailsAlone(ILogger logger, string studyId, string code);
}
