using System.Diagnostics.Metrics;

namespace IntegrationWorker.Hosting.Metrics;

/// <summary>Upper bounds of histograms. They are part of what users hold on to: a changed bound breaks their queries.</summary>
internal static class Buckets
{
    /// <summary>Durations in seconds: a commit takes milliseconds, a batch that is held takes minutes.</summary>
    public static InstrumentAdvice<double> Seconds { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    /// <summary>Messages of a batch, up to the largest <c>Intake:BatchMessagesMax</c>.</summary>
    public static InstrumentAdvice<int> Messages { get; } = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    };
}
