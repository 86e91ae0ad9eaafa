using System.Diagnostics;
using System.Globalization;
using IntegrationWorker.Intake;
using Xunit;

namespace IntegrationWorker.Tests.Fuzzing;

/// <summary>
/// Damaged inputs of all kinds for a while: FUZZ_SECONDS, from FUZZ_SEED on, or FUZZ_SEED alone with zero seconds. A failure
/// names its seed, never what was read.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int UsualSeconds = 15;
    private const double Mebibyte = 1024 * 1024;

    /// <summary>Time per MiB is told as if an input had at least these: for a shorter one it is the time of a pause.</summary>
    private const int BytesMin = 16 * 1024;

    /// <summary>Far above what a quarter of a MiB takes, also on a machine that is busy with others.</summary>
    private static readonly TimeSpan _hang = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();

    private long _seed = Setting("FUZZ_SEED", 1);
    private long _startedAt = Stopwatch.GetTimestamp();

    [Fact]
    public async Task GivenDamagedInputs_WhenReadForAWhile_ThenEachHasAnOutcomeInTime()
    {
        var loop = Task.Run(Loop, TestContext.Current.CancellationToken);

        while (await Task.WhenAny(loop, Task.Delay(500, TestContext.Current.CancellationToken)) != loop)
        {
            lock (_lock)
            {
                Assert.True(Stopwatch.GetElapsedTime(_startedAt) < _hang, $"Seed {_seed} is read for {_hang.TotalSeconds} seconds and longer.");
            }
        }

        await loop;
    }

    private void Loop()
    {
        var seconds = Setting("FUZZ_SECONDS", UsualSeconds);

        // Once as they are: the time of compiling is nobody's.
        foreach (var sample in FuzzSamples.All)
        {
            FuzzSamples.Read(sample);
        }

        var began = Stopwatch.GetTimestamp();
        var (inputs, bytes, worst, worstSeed) = (0L, 0L, 0.0, 0L);

        do
        {
            var seed = _seed;
            var input = Mutation.Make(FuzzSamples.All, seed);
            var time = Read(input, seed);

            (inputs, bytes) = (inputs + 1, bytes + input.Body.Length);
            var perMebibyte = time.TotalSeconds / (Math.Max(input.Body.Length, BytesMin) / Mebibyte);

            if (perMebibyte > worst)
            {
                // Once more: most of what looks slow was interrupted.
                perMebibyte = Math.Min(perMebibyte, Read(input, seed).TotalSeconds / (Math.Max(input.Body.Length, BytesMin) / Mebibyte));
                (worst, worstSeed) = perMebibyte > worst ? (perMebibyte, seed) : (worst, worstSeed);
            }
        }
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds);

        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{FuzzSamples.All.Count} samples, {inputs} inputs of {bytes / Mebibyte:0.0} MiB in {elapsed:0} s: {inputs / elapsed:0} a second; "
            + $"the slowest took {worst:0.00} s for a MiB (seed {worstSeed})."));
    }

    private TimeSpan Read(InboundMessage input, long seed)
    {
        var start = Stopwatch.GetTimestamp();

        lock (_lock)
        {
            _startedAt = start;
        }

        var sound = IsSound(input, seed);
        var time = Stopwatch.GetElapsedTime(start);
        Assert.True(sound, $"Seed {seed} ({input.Door}) has no outcome, or none that can be recorded.");

        lock (_lock)
        {
            _seed = seed + 1;
            _startedAt = Stopwatch.GetTimestamp();
        }

        return time;
    }

    private static bool IsSound(InboundMessage input, long seed)
    {
        try
        {
            return FuzzSamples.Read(input) is { Parts: [_, ..] parts }
                && parts.All(part => part.BaseKey.Length > 0
                    && part.Fingerprint.Length == 32
                    && (part.Rejection is not null || part.IgnoredReason is not null || part.Units.Count > 0));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Its text may quote what was read: kind and place say enough, the seed gives the rest.
            var place = new StackTrace(failure).GetFrames().Select(frame => frame.GetMethod()).FirstOrDefault(method =>
                method?.DeclaringType?.Namespace is { } name && (name.StartsWith("IntegrationWorker", StringComparison.Ordinal) || name == "Hl7v2"));
            Assert.Fail($"Seed {seed} ({input.Door}): {failure.GetType().Name} in {place?.DeclaringType?.Name}.{place?.Name}.");
            return false;
        }
    }

    private static long Setting(string name, long usual) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : usual;
}
