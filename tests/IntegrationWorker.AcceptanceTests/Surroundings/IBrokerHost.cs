namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>What runs the broker. Addresses stay the same over a stop and a start, and durable content stays.</summary>
internal interface IBrokerHost : IAsyncDisposable
{
    /// <summary>AMQP address with user and password, of the virtual host <c>/</c>.</summary>
    Uri Amqp { get; }

    /// <summary>Address of the management API; same user and password.</summary>
    Uri Management { get; }

    /// <summary>Has it ended although nobody asked it to?</summary>
    bool HasFailed { get; }

    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>An orderly stop.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Runs <c>rabbitmqctl</c> on the node.</summary>
    Task ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken);

    /// <summary>No orderly stop: as if the power had gone.</summary>
    Task KillAsync(CancellationToken cancellationToken);
}
