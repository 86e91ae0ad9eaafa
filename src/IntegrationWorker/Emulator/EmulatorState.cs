namespace IntegrationWorker.Emulator;

/// <summary>What the emulated platform holds: its studies, its script, its log of calls.</summary>
internal sealed class EmulatorState(EmulatedStudies studies, FaultScript script, Action<EmulatedCall>? onCall)
{
    // A rehearsal of days must not fill the memory.
    private const int CallsMax = 100_000;

    private readonly Lock _lock = new();
    private readonly Queue<EmulatedCall> _calls = new();
    private int _number;

    public EmulatedStudies Studies => studies;

    /// <summary>Can be replaced while calls come in.</summary>
    public FaultScript Script { get; set; } = script;

    public IReadOnlyList<EmulatedCall> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public void Log(Func<int, EmulatedCall> call)
    {
        lock (_lock)
        {
            var logged = call(++_number);
            _calls.Enqueue(logged);

            if (_calls.Count > CallsMax)
            {
                _calls.Dequeue();
            }

            onCall?.Invoke(logged);
        }
    }
}
