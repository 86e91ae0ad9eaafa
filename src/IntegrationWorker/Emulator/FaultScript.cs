using System.Text.Json;

namespace IntegrationWorker.Emulator;

/// <summary>Which call meets which fault. The same script and the same calls give the same faults.</summary>
internal sealed class FaultScript
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Operation, string Study), int> _calls = [];
    private readonly List<(Fault Fault, int[] Met)> _faults;
    private readonly Random _random;

    public FaultScript(IEnumerable<Fault> faults, int seed = 0)
    {
        _faults = [.. faults.Select(fault => (fault, new int[1]))];
        _random = new Random(seed);
    }

    public static FaultScript None => new([]);

    /// <summary>Some line is about one study only: which one a call is about has to be known.</summary>
    public bool NamesStudies => _faults.Exists(fault => fault.Fault.Study is not null);

    /// <exception cref="FormatException">With what is wrong, for the person who wrote it.</exception>
    public static FaultScript Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var document = JsonSerializer.Deserialize<FaultFile>(json, _json) ?? throw new FormatException("The script is null.");

            if (document.Faults.SelectMany(FaultOf).FirstOrDefault() is { } wrong)
            {
                throw new FormatException(wrong);
            }

            return new FaultScript(document.Faults, document.Seed);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The script cannot be read at {e.Path ?? "$"}, line {e.LineNumber + 1}.", e);
        }
    }

    /// <summary>Counts a call and says what is to go wrong with it: the first line that fits, and any latency beside it.</summary>
    /// <param name="study">The id and the UID of the study that the call is about, as far as they are known.</param>
    public IReadOnlyList<Fault> Next(string operation, params IReadOnlyList<string> study)
    {
        lock (_lock)
        {
            foreach (var name in study.Append(""))
            {
                Count(operation, name);
                Count(EmulatedOperations.Any, name);
            }

            var met = new List<Fault>();

            foreach (var (fault, times) in _faults)
            {
                if (Fits(fault, operation, study, times[0]) && (fault.Kind == Fault.Latency || met.TrueForAll(other => other.Kind == Fault.Latency)))
                {
                    times[0]++;
                    met.Add(fault);
                }
            }

            return met;
        }
    }

    private void Count(string operation, string study) => _calls[(operation, study)] = _calls.GetValueOrDefault((operation, study)) + 1;

    private bool Fits(Fault fault, string operation, IReadOnlyList<string> study, int met) =>
        (fault.Operation == EmulatedOperations.Any || fault.Operation == operation)
        && (fault.Study is null || study.Contains(fault.Study))
        && (fault.Nth is not { } nth || nth == _calls[(fault.Operation, fault.Study ?? "")])
        && (fault.Times is not { } times || met < times)
        && (fault.Share is not { } share || _random.NextDouble() < share);

    private static IEnumerable<string> FaultOf(Fault fault)
    {
        if (!Fault.Kinds.Contains(fault.Kind) && fault.Status is not (>= 400 and <= 599))
        {
            yield return $"{fault.Kind} is no fault. One of {string.Join(", ", Fault.Kinds)}, or a status from 400 to 599, is wanted.";
        }

        if (fault.Operation != EmulatedOperations.Any && !EmulatedOperations.All.Contains(fault.Operation))
        {
            yield return $"{fault.Operation} is no operation. One of {string.Join(", ", EmulatedOperations.All)} or any is wanted.";
        }

        if (fault is { Share: < 0 or > 1 } or { Nth: < 1 } or { Times: < 1 } or { Ms: < 0 or > 600_000 })
        {
            yield return $"A number of the fault {fault.Kind} is not possible.";
        }
    }

    private sealed record FaultFile
    {
        public int Seed { get; init; }

        public IReadOnlyList<Fault> Faults { get; init; } = [];
    }
}
