using System.Diagnostics;
using System.Globalization;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using Xunit;

namespace IntegrationWorker.Tests.Fuzzing;

/// <summary>
/// Damaged inputs of all kinds: FUZZ_INPUTS of them or, without it, for FUZZ_SECONDS, from FUZZ_SEED on. The last line counts,
/// also where the run fails. A failure names its seed, never what was read.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int UsualSeconds = 15;
    private const double Mebibyte = 1024 * 1024;

    /// <summary>Time per MiB is told as if an input had at least these: for a shorter one it is the time of a pause.</summary>
    private const int BytesMin = 16 * 1024;

    private const int Repeats = 10;

    /// <summary>After so many the rest is likely more of the same.</summary>
    private const int FailuresMax = 10;

    /// <summary>Far above what a quarter of a MiB takes, also on a machine that is busy with others.</summary>
    private static readonly TimeSpan _hang = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly List<string> _failures = [];
    private readonly long _inputsMax = Setting("FUZZ_INPUTS", 0) is > 0 and var inputs ? inputs : long.MaxValue;
    private readonly double _secondsMax = Setting("FUZZ_INPUTS", 0) > 0 ? double.MaxValue : Setting("FUZZ_SECONDS", UsualSeconds);

    private long _seed = Setting("FUZZ_SEED", 1);
    private long _startedAt = Stopwatch.GetTimestamp();
    private long _inputs;
    private long _bytes;
    private double _worst;
    private long _worstSeed;

    [Fact]
    public async Task GivenDamagedInputs_WhenReadForAWhile_ThenEachHasAnOutcomeInTime()
    {
        var began = Stopwatch.GetTimestamp();
        var loop = Task.Run(Loop, TestContext.Current.CancellationToken);

        while (await Task.WhenAny(loop, Task.Delay(500, TestContext.Current.CancellationToken)) != loop)
        {
            lock (_lock)
            {
                if (Stopwatch.GetElapsedTime(_startedAt) > _hang)
                {
                    Report(began, hangs: 1);
                    Assert.Fail($"Seed {_seed} is read for {_hang.TotalSeconds} seconds and longer.");
                }
            }
        }

        await loop;
        Report(began, hangs: 0);
        Assert.Empty(_failures);
    }

    private void Report(long began, int hangs)
    {
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_inputs} inputs ({_bytes / Mebibyte:0} MiB, damaged from {FuzzSamples.All.Count} samples, in {elapsed:0} s), "
            + $"{_failures.Count} exceptions, {hangs} hangs, worst {_worst * 1000:0} ms per MiB (seed {_worstSeed})."));
    }

    private void Loop()
    {
        // Once as they are: the time of compiling is nobody's.
        foreach (var sample in FuzzSamples.All)
        {
            FuzzSamples.Read(sample);
        }

        var began = Stopwatch.GetTimestamp();

        do
        {
            var seed = _seed;
            var input = Mutation.Make(FuzzSamples.All, seed);
            var time = Read(input, seed);

            (_inputs, _bytes) = (_inputs + 1, _bytes + input.Body.Length);
            var perMebibyte = PerMebibyte(time, input);

            if (perMebibyte > _worst)
            {
                // Again: most of what looks slow was interrupted.
                for (var attempt = 0; attempt < Repeats && perMebibyte > _worst; attempt++)
                {
                    perMebibyte = Math.Min(perMebibyte, PerMebibyte(Read(input, seed), input));
                }

                (_worst, _worstSeed) = perMebibyte > _worst ? (perMebibyte, seed) : (_worst, _worstSeed);
            }
        }
        while (_inputs < _inputsMax && _failures.Count < FailuresMax && Stopwatch.GetElapsedTime(began).TotalSeconds < _secondsMax);
    }

    private static double PerMebibyte(TimeSpan time, InboundMessage input) =>
        time.TotalSeconds / (Math.Max(input.Body.Length, BytesMin) / Mebibyte);

    private TimeSpan Read(InboundMessage input, long seed)
    {
        var start = Stopwatch.GetTimestamp();

        lock (_lock)
        {
            _startedAt = start;
        }

        var failure = FailureOf(input);
        var time = Stopwatch.GetElapsedTime(start);

        if (failure is not null)
        {
            _failures.Add($"Seed {seed} ({input.Door}): {failure}");
        }

        lock (_lock)
        {
            _seed = seed + 1;
            _startedAt = Stopwatch.GetTimestamp();
        }

        return time;
    }

    /// <summary>What is wrong with the outcome of an input; null when it has one that can be recorded.</summary>
    private static string? FailureOf(InboundMessage input)
    {
        try
        {
            return FuzzSamples.Read(input) is { Parts: [_, ..] parts } && parts.All(IsSound) ? null : "no outcome, or none that can be recorded.";
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Its text may quote what was read: kind and place say enough, the seed gives the rest.
            var place = new StackTrace(failure).GetFrames().Select(frame => frame.GetMethod()).FirstOrDefault(method =>
                method?.DeclaringType?.Namespace is { } name && (name.StartsWith("IntegrationWorker", StringComparison.Ordinal) || name == "Hl7v2"));
            return $"{failure.GetType().Name} in {place?.DeclaringType?.Name}.{place?.Name}.";
        }
    }

    private static bool IsSound(MappedPart part) =>
        part.BaseKey.Length > 0
        && part.Fingerprint.Length == 32
        && (part.Rejection is not null || part.IgnoredReason is not null || part.Units.Count > 0);

    private static long Setting(string name, long usual) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : usual;
}
