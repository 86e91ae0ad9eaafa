using System.Net;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>The built worker as a process of its own, as it runs at a site.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new("worker");
    private readonly int _port = FreePorts.One();
    private readonly WorkerSettings _settings;
    private ChildProcess? _process;
    private string _earlierOutput = "";

    private WorkerProcess(WorkerSettings settings)
    {
        _settings = settings;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}"), Timeout = Patience.Usual };
    }

    /// <summary>A client of this worker's own address.</summary>
    public HttpClient Http { get; }

    /// <summary>The temporary folder of this worker: its SQLite file and its key, unless the settings say otherwise.</summary>
    public string Folder => _folder.FullName;

    public int ProcessId => Running.Id;

    public bool HasExited => Running.HasExited;

    public int ExitCode => Running.ExitCode;

    /// <summary>Everything the worker wrote since the first start: standard output, then errors.</summary>
    public string Output => $"{_earlierOutput}{_process?.Output}\n{_process?.Errors}";

    private ChildProcess Running => _process ?? throw new InvalidOperationException("The worker is not started.");

    /// <summary>Starts a worker and waits until it is ready.</summary>
    public static async Task<WorkerProcess> StartAsync(WorkerSettings settings, CancellationToken cancellationToken)
    {
        var worker = await StartUnreadyAsync(settings);
        try
        {
            await worker.WaitUntilReadyAsync(cancellationToken);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a worker without waiting: for one that cannot become ready, or must refuse to start.</summary>
    public static async Task<WorkerProcess> StartUnreadyAsync(WorkerSettings settings)
    {
        var worker = new WorkerProcess(settings);
        await worker.StartAsync();
        return worker;
    }

    /// <summary>Runs one verb with the settings of a worker, to its end.</summary>
    public static async Task<VerbResult> RunVerbAsync(
        WorkerSettings settings, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await using var worker = new WorkerProcess(settings);
        return await worker.RunVerbAsync(arguments, cancellationToken);
    }

    /// <summary>Runs one verb beside this worker, with its settings and on its store.</summary>
    public async Task<VerbResult> RunVerbAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await using var verb = await ChildProcess.StartAsync(
            Repository.WorkerProgram, [.. arguments, .. ConfigArguments], Variables, _folder.FullName);
        await verb.WaitAsync(Patience.Usual, cancellationToken);
        return new VerbResult(verb.ExitCode, verb.Output, verb.Errors);
    }

    public async Task StartAsync() =>
        _process = await ChildProcess.StartAsync(Repository.WorkerProgram, ["run", .. ConfigArguments], Variables, _folder.FullName);

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => WaitForHealthAsync(HttpStatusCode.OK, cancellationToken);

    /// <summary>Until the worker itself says that its surroundings have failed.</summary>
    public Task WaitUntilNotReadyAsync(CancellationToken cancellationToken) =>
        WaitForHealthAsync(HttpStatusCode.ServiceUnavailable, cancellationToken);

    /// <summary>Waits for a worker that ends by itself.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => Running.WaitAsync(Patience.Usual, cancellationToken);

    /// <summary>An orderly stop (SIGTERM).</summary>
    /// <returns>False when it did not end in time and was killed.</returns>
    public async Task<bool> StopAsync()
    {
        var orderly = await Running.StopAsync(TimeSpan.FromSeconds(40));
        await ForgetAsync();
        return orderly;
    }

    /// <summary>The process is gone at once (SIGKILL).</summary>
    public async Task KillAsync()
    {
        await Running.KillAsync();
        await ForgetAsync();
    }

    /// <summary>Starts again on the same data, the same address and the same settings, after a stop or a kill.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        await StartAsync();
        await WaitUntilReadyAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Http.Dispose();
        _folder.Dispose();
    }

    private IEnumerable<string> ConfigArguments => _settings.ConfigFiles.SelectMany(file => (string[])["--config", file]);

    private IReadOnlyDictionary<string, string?> Variables => _settings.ToEnvironment(_folder.FullName, _port);

    /// <summary>The answer of <c>/health/ready</c>, or why there is none.</summary>
    public async Task<string> ReadinessAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return await response.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return e.GetType().Name;
        }
    }

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken) => await HealthAsync(cancellationToken) == HttpStatusCode.OK;

    private Task WaitForHealthAsync(HttpStatusCode wanted, CancellationToken cancellationToken) => Patience.UntilAsync(
        async () =>
        {
            if (Running.HasExited)
            {
                throw new InvalidOperationException($"The worker ended with exit code {Running.ExitCode}.\n{Output}");
            }

            return await HealthAsync(cancellationToken) == wanted;
        },
        () => $"/health/ready answers {(int)wanted}.\n{Output}",
        cancellationToken);

    private async Task<HttpStatusCode?> HealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private async Task ForgetAsync()
    {
        _earlierOutput = $"{Output}\n";
        await _process!.DisposeAsync();
        _process = null;
    }
}
