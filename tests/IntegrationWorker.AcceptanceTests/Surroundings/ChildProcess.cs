using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A program started by the tests. It ends with them, also when they are killed.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SigQuit = 3;
    private const int SigKill = 9;
    private const int SigTerm = 15;

    // The kernel sends the death signal when the *thread* that started the child ends, and threads of the pool
    // come and go. So one thread, which lives as long as the tests, starts them all.
    private static readonly BlockingCollection<Action> Starts = StartThread();

    private readonly Process _process;
    private readonly BoundedText _output = new();
    private readonly BoundedText _errors = new();

    private ChildProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.Add(line.Data);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Output => _output.ToString();

    public string Errors => _errors.ToString();

    public static async Task<ChildProcess> StartAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo("setpriv")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Repository.Root,
        };

        // setpriv becomes the program: the process id stays.
        foreach (var argument in (string[])["--pdeathsig", "TERM", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var child = new ChildProcess(process);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                process.Start();
                started.SetResult();
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        await started.Task;

        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Asks the program to end (SIGTERM) and waits; kills it when it does not.</summary>
    /// <returns>False when it had to be killed.</returns>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        Signal(_process, SigTerm);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(patience);
            return true;
        }
        catch (TimeoutException)
        {
            await KillAsync();
            return false;
        }
    }

    public async Task KillAsync()
    {
        Signal(_process, SigKill);
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for the end; all output has been collected then.</summary>
    public Task WaitAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        _process.WaitForExitAsync(cancellationToken).WaitAsync(patience, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync(TimeSpan.FromSeconds(20));
        }

        _process.Dispose();
    }

    /// <summary>Kills any process by its id.</summary>
    public static void Kill(int processId) => _ = SendSignal(processId, SigKill);

    public static void Quit(int processId) => _ = SendSignal(processId, SigQuit);

    private static void Signal(Process process, int signal)
    {
        if (!process.HasExited)
        {
            _ = SendSignal(process.Id, signal);
        }
    }

    private static BlockingCollection<Action> StartThread()
    {
        var starts = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "Starts child processes" };
        thread.Start();
        return starts;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
