using Testcontainers.RabbitMq;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A broker in a container. The image is <c>TEST_RABBITMQ_IMAGE</c>, by default rabbitmq:3-management.</summary>
internal sealed class ContainerBrokerHost : IBrokerHost
{
    private const string User = "worker";
    private const string Password = "worker";

    // Fixed ports: a port chosen by the engine changes when the container starts again.
    private readonly int _port = FreePorts.Block(2);
    private readonly RabbitMqContainer _container;

    public ContainerBrokerHost(ContainerEngine engine)
    {
        var image = Environment.GetEnvironmentVariable("TEST_RABBITMQ_IMAGE");
        var builder = new RabbitMqBuilder(string.IsNullOrEmpty(image) ? "rabbitmq:3-management" : image)
            .WithUsername(User).WithPassword(Password)
            .WithPortBinding(_port, RabbitMqBuilder.RabbitMqPort)
            .WithPortBinding(_port + 1, 15672);
        _container = (engine.IsPodman ? ForPodman(builder) : builder).Build();
    }

    public Uri Amqp => new($"amqp://{User}:{Password}@{_container.Hostname}:{_port}/");

    public Uri Management => new($"http://{_container.Hostname}:{_port + 1}");

    // The engine's start waits for the broker and reports its failure itself.
    public bool HasFailed => false;

    public Task StartAsync(CancellationToken cancellationToken) => _container.StartAsync(cancellationToken);

    // Not every engine gives the process time to end when it is asked through this interface.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _container.ExecAsync(["rabbitmqctl", "-q", "stop_app"], cancellationToken);
        await _container.StopAsync(cancellationToken);
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        await _container.ExecAsync(["sh", "-c", "kill -9 $(pidof beam.smp)"], cancellationToken);
        await _container.StopAsync(cancellationToken);
    }

    public async Task ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        await _container.ExecAsync(["rabbitmqctl", "-q", .. arguments], cancellationToken);

    public ValueTask DisposeAsync() => _container.DisposeAsync();

    // Podman maps the API's default network to a bridge, which changes the machine's routing and needs more rights
    // than a build machine may give. User-mode networking with ports on the loopback address needs none.
    private static RabbitMqBuilder ForPodman(RabbitMqBuilder builder) => builder.WithCreateParameterModifier(parameters =>
    {
        parameters.HostConfig!.NetworkMode = "slirp4netns";
        foreach (var binding in parameters.HostConfig.PortBindings.Values.SelectMany(bindings => bindings))
        {
            binding.HostIP = "127.0.0.1";
        }
    });
}
