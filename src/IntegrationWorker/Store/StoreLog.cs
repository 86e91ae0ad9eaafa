namespace IntegrationWorker.Store;

internal static partial class StoreLog
{
    [LoggerMessage(1301, LogLevel.Information, "The store is ready: {Provider}")]
    public static partial void Ready(ILogger logger, string provider);
}
