using System.Globalization;

namespace IntegrationWorker.Bench.Worker;

/// <summary>What the kernel counts of a process (Linux).</summary>
/// <param name="CpuSeconds">User and system time since its start.</param>
/// <param name="PeakMiB">The largest resident memory since its start.</param>
internal sealed record ProcessFigures(double CpuSeconds, double PeakMiB)
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux of today.

    public static ProcessFigures Of(int processId)
    {
        // The name of the program, in parentheses, may hold spaces: what counts stands after it.
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = Number(fields[11]) + Number(fields[12]);
        var peak = File.ReadLines($"/proc/{processId}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));

        return new ProcessFigures(ticks / TicksPerSecond, Number(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
