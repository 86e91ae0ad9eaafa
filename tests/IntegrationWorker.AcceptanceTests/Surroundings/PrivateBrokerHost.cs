using System.Globalization;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A rabbitmq-server as a child process, by <c>eng/rabbitmq.sh</c>, with data in a temporary folder.</summary>
internal sealed class PrivateBrokerHost : IBrokerHost
{
    private const int PortsPerBroker = 10;
    private readonly TemporaryFolder _folder = new("rabbitmq");
    private readonly int _port = FreePorts.Block(PortsPerBroker);
    private ChildProcess? _process;

    public Uri Amqp => new($"amqp://guest:guest@127.0.0.1:{_port}/");

    public Uri Management => new($"http://127.0.0.1:{_port + 1}");

    public bool HasFailed => _process?.HasExited == true;

    private string DataFolder => _folder.PathOf("broker");

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _process = await ChildProcess.StartAsync(
            Repository.PathOf("eng", "rabbitmq.sh"), ["start", DataFolder, $"tests{_port}", _port.ToString(CultureInfo.InvariantCulture)]);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_process is null)
        {
            return;
        }

        await _process.StopAsync(TimeSpan.FromSeconds(60));
        await _process.DisposeAsync();
        _process = null;
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        var node = await File.ReadAllTextAsync(Path.Combine(DataFolder, "pid"), cancellationToken);
        ChildProcess.Kill(int.Parse(node, CultureInfo.InvariantCulture));

        // The script sees its node end, takes the port mapper along and ends too.
        await _process!.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        await _process.DisposeAsync();
        _process = null;
    }

    public async Task ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await using var control = await ChildProcess.StartAsync(Repository.PathOf("eng", "rabbitmq.sh"), ["ctl", DataFolder, .. arguments]);
        await control.WaitAsync(Patience.Usual, cancellationToken);

        if (control.ExitCode != 0)
        {
            throw new InvalidOperationException($"rabbitmqctl failed. {control.Output}\n{control.Errors}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _folder.Dispose();
    }

    public override string ToString() =>
        _process is null ? "not started" : $"{(_process.HasExited ? "ended" : "running")}\n{_process.Output}\n{_process.Errors}";
}
