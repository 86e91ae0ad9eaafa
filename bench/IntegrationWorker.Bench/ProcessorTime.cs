using System.Globalization;

namespace IntegrationWorker.Bench;

/// <summary>
/// Processor time and allocation per operation: on a machine that does other things as well, the time on the clock says little.
/// </summary>
internal static class ProcessorTime
{
    private const int Rounds = 5;
    private const int Operations = 20_000;

    public static void Print()
    {
        var (mapping, reading) = (new MappingBenchmarks(), new ReadingBenchmarks());
        mapping.Check();
        reading.Check();

        Print("ReadOrder", mapping.ReadOrder);
        Print("Fields", reading.Fields);
        Print("Split", reading.Split);
        Print("SplitOnce", reading.SplitOnce);
    }

    /// <summary>The best of some rounds; the ones before it warm up.</summary>
    private static void Print(string name, Func<int> operation)
    {
        var (best, allocated) = (double.MaxValue, 0L);

        for (var round = 0; round < Rounds; round++)
        {
            var before = (Time: Environment.CpuUsage.TotalTime, Bytes: GC.GetAllocatedBytesForCurrentThread());

            for (var count = 0; count < Operations; count++)
            {
                operation();
            }

            best = Math.Min(best, (Environment.CpuUsage.TotalTime - before.Time).TotalMicroseconds / Operations);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before.Bytes) / Operations;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-10} {best,8:0.00} µs of processor time {allocated,8} B"));
    }
}
