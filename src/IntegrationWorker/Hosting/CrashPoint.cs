using System.Diagnostics;

namespace IntegrationWorker.Hosting;

/// <summary>
/// Places where tests let the worker die at once, as a power cut would: <c>INTEGRATION_WORKER_CRASH_AT=after-commit:3</c>
/// kills the process when that place is reached for the third time. Without the variable nothing happens.
/// </summary>
internal static class CrashPoint
{
    public const string Variable = "INTEGRATION_WORKER_CRASH_AT";

    /// <summary>Everything is read, nothing is written.</summary>
    public const string AfterClaim = "after-claim";

    /// <summary>Everything is written, nothing is committed.</summary>
    public const string BeforeCommit = "before-commit";

    /// <summary>The batch is committed; neither events nor senders know.</summary>
    public const string AfterCommit = "after-commit";

    /// <summary>Events are about to go to the broker.</summary>
    public const string BeforePublish = "before-publish";

    /// <summary>The broker has the events; the store does not know.</summary>
    public const string BeforeMark = "before-mark";

    /// <summary>A message is decided about; its sender does not know.</summary>
    public const string BeforeAck = "before-ack";

    /// <summary>A writing call to the reading platform is about to go out; the store knows.</summary>
    public const string BeforeCall = "before-call";

    /// <summary>The platform has answered a writing call; the store does not know.</summary>
    public const string AfterCall = "after-call";

    /// <summary>All calls of a plan are through; neither event nor history are written.</summary>
    public const string BeforeConclusion = "before-conclusion";

    /// <summary>Event and history of a plan are committed; its study is still leased.</summary>
    public const string AfterConclusion = "after-conclusion";

    private static readonly (string? Name, int Count) _wanted = Parse(Environment.GetEnvironmentVariable(Variable));

    private static int _reached;

    public static void Reach(string name)
    {
        if (name == _wanted.Name && Interlocked.Increment(ref _reached) == _wanted.Count)
        {
            using var process = Process.GetCurrentProcess();
            process.Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    private static (string? Name, int Count) Parse(string? text) =>
        text?.Split(':') is [var name, var count] && int.TryParse(count, out var number) ? (name, number) : (null, 0);
}
