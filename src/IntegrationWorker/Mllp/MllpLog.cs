namespace IntegrationWorker.Mllp;

internal static partial class MllpLog
{
    [LoggerMessage(1021, LogLevel.Information, "Listening on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(1022, LogLevel.Debug, "Connection {Connection} from {Peer} to {Address}")]
    public static partial void Connected(ILogger logger, string connection, string? peer, string address);

    [LoggerMessage(1023, LogLevel.Debug, "Connection {Connection} has ended: {Answered} messages answered, {Skipped} bytes outside frames")]
    public static partial void Ended(ILogger logger, string connection, long answered, long skipped);

    [LoggerMessage(1024, LogLevel.Warning, "Connection {Connection} from {Peer} is closed: a frame was not complete after {Seconds} s")]
    public static partial void FrameTooSlow(ILogger logger, string connection, string? peer, double seconds);

    [LoggerMessage(1025, LogLevel.Information, "Connection {Connection} from {Peer} is closed: no message for {Seconds} s")]
    public static partial void Idle(ILogger logger, string connection, string? peer, double seconds);

    [LoggerMessage(1026, LogLevel.Warning, "Connection {Connection} from {Peer} is closed: its answers are not taken")]
    public static partial void AnswersNotTaken(ILogger logger, string connection, string? peer);

    [LoggerMessage(1027, LogLevel.Warning, "Connection {Connection} from {Peer}: {Count} frames without an end; they were not taken and not answered")]
    public static partial void Unended(ILogger logger, string connection, string? peer, long count);

    [LoggerMessage(1028, LogLevel.Error, "Connection {Connection} from {Peer} is closed: the worker itself failed ({Failure}). {StackTrace}")]
    public static partial void Failed(ILogger logger, string connection, string? peer, string failure, string? stackTrace);

    [LoggerMessage(1029, LogLevel.Information, "{Address} has new certificates")]
    public static partial void CertificatesRead(ILogger logger, string address);

    [LoggerMessage(1030, LogLevel.Warning, "The new certificates of {Address} cannot be read ({Failure}): the earlier ones stay in use")]
    public static partial void CertificatesUnreadable(ILogger logger, string address, string failure);

    [LoggerMessage(1031, LogLevel.Warning, "A sender was refused at {Address}: its certificate does not hold ({Errors})")]
    public static partial void SenderRefused(ILogger logger, string address, string errors);
}
