namespace IntegrationWorker.Bench.Worker;

/// <summary>One line of the report.</summary>
/// <param name="Name">What was measured, with the letter that docs/performance.md explains.</param>
internal sealed record Figure(string Name)
{
    public double? MessagesPerSecond { get; init; }

    /// <summary>The part of another figure of the same run that this one reaches.</summary>
    public double? Ratio { get; init; }

    /// <summary>What <see cref="Ratio"/> is a part of, and the least it has to be.</summary>
    public string? RatioOf { get; init; }

    /// <summary>Processor time of all workers, without broker and database.</summary>
    public double? CpuSecondsPer1000 { get; init; }

    public double? PeakMiB { get; init; }

    public double? DatabaseBytesPerMessage { get; init; }

    public double? P50Milliseconds { get; init; }

    public double? P99Milliseconds { get; init; }

    public double? Seconds { get; init; }
}
