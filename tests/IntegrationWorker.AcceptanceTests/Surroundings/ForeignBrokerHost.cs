namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A broker that somebody else runs: <c>TEST_RABBITMQ_URI</c>, management on <c>TEST_RABBITMQ_MANAGEMENT</c> or port 15672.</summary>
internal sealed class ForeignBrokerHost(Uri amqp) : IBrokerHost
{
    public Uri Amqp => amqp;

    public Uri Management { get; } = new(
        Environment.GetEnvironmentVariable("TEST_RABBITMQ_MANAGEMENT") ?? $"http://{amqp.Host}:15672");

    public bool HasFailed => false;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("TEST_RABBITMQ_URI names a broker that the tests do not own: it is not stopped.");

    public Task KillAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);

    public Task ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) => StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
