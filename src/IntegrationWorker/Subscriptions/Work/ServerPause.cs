using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Subscriptions.Work;

/// <summary>A server that cannot be used is left alone for a while: longer each time, or as long as it says.</summary>
internal sealed class ServerPause(FhirServer server, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _until;
    private int _failures;

    public bool IsOn => time.GetUtcNow() < _until;

    public bool HasFailed => _failures > 0;

    /// <returns>How long it is left alone.</returns>
    public TimeSpan Fails(FhirServerException failure, int waiting)
    {
        lock (_lock)
        {
            // Several requests that were under way together fail once.
            if (!IsOn)
            {
                if (_failures == 0)
                {
                    SubscriptionLog.ServerIsAway(logger, server.SourceId, failure.Code, waiting);
                }

                var own = RetryLadder.Pause(_failures++);
                _until = time.GetUtcNow() + (failure.RetryAfter > own ? failure.RetryAfter.Value : own);
            }

            return _until - time.GetUtcNow();
        }
    }

    public void Works()
    {
        lock (_lock)
        {
            if (_failures > 0 && !IsOn)
            {
                SubscriptionLog.ServerIsBack(logger, server.SourceId);
                _failures = 0;
            }
        }
    }
}
