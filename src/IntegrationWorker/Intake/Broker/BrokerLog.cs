namespace IntegrationWorker.Intake.Broker;

internal static partial class BrokerLog
{
    [LoggerMessage(1011, LogLevel.Information, "Taking messages from {Count} queues")]
    public static partial void Taking(ILogger logger, int count);

    [LoggerMessage(1012, LogLevel.Warning, "Taking no messages: they stay in their queues until the store works again")]
    public static partial void NotTaking(ILogger logger);

    [LoggerMessage(1013, LogLevel.Warning, "The broker gave message {Key} up ({Reason}): it is decided about once more, alone")]
    public static partial void GivenUpByBroker(ILogger logger, string key, string reason);

    [LoggerMessage(1015, LogLevel.Warning, "{Count} messages lay in {Queue}: they are dead letters now")]
    public static partial void Collected(ILogger logger, int count, string queue);

    [LoggerMessage(1014, LogLevel.Warning, "The broker can be reached and the queues do not open: they are opened on another connection")]
    public static partial void OpenedAnew(ILogger logger);
}
