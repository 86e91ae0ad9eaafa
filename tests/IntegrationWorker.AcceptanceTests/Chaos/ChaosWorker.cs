using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Hosting;

namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>A worker that is started again when it has died. It dies by itself once, where it was told to.</summary>
internal sealed class ChaosWorker : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _environment;
    private readonly WorkerProcess _process;
    private bool _isGone;

    private ChaosWorker(WorkerProcess process, Dictionary<string, string?> environment) => (_process, _environment) = (process, environment);

    public bool HasEnded => _isGone || _process.HasExited;

    public string Output => _process.Output;

    public static async Task<ChaosWorker> StartAsync(WorkerSettings settings, string? crashAt)
    {
        var environment = new Dictionary<string, string?>(settings.Environment);

        if (crashAt is not null)
        {
            environment[CrashPoint.Variable] = crashAt;
        }

        return new ChaosWorker(await WorkerProcess.StartUnreadyAsync(settings with { Environment = environment }), environment);
    }

    public async Task StartIfEndedAsync()
    {
        if (!_isGone && _process.HasExited)
        {
            _environment.Remove(CrashPoint.Variable);
            await KillAsync();
        }

        if (_isGone)
        {
            await _process.StartAsync();
            _isGone = false;
        }
    }

    public async Task KillAsync()
    {
        if (!_isGone)
        {
            await _process.KillAsync();
            _isGone = true;
        }
    }

    /// <returns>False when it did not end in time and was killed.</returns>
    public async Task<bool> StopAsync()
    {
        if (_isGone)
        {
            return true;
        }

        _isGone = true;
        return await _process.StopAsync();
    }

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken) => !HasEnded && await _process.IsReadyAsync(cancellationToken);

    /// <summary>What it says of itself, for a round that does not come to its end.</summary>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken) =>
        HasEnded ? $"ended\n{Output}" : $"{await _process.ReadinessAsync(cancellationToken)}\n{Output}";

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
