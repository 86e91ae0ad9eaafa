using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Hl7v2;

namespace IntegrationWorker.Bench;

/// <summary>25 fields of a decoded order, found by the library and by splitting strings.</summary>
public class ReadingBenchmarks
{
    private readonly string _text = Encoding.UTF8.GetString(InventedOrder.Body);

    private readonly Hl7Message _message = Hl7Decoder.Decode(InventedOrder.Body, defaultCharset: null).Message!;

    /// <summary>Segment, field and component; field 1 of a header is its separator.</summary>
    private static readonly (string Segment, int Field, int Component)[] Places =
    [
        ("MSH", 3, 1), ("MSH", 4, 1), ("MSH", 7, 1), ("MSH", 9, 1), ("MSH", 9, 2), ("MSH", 10, 1), ("MSH", 11, 1), ("MSH", 12, 1),
        ("PID", 3, 1), ("PID", 3, 4), ("PV1", 2, 1), ("PV1", 3, 1), ("PV1", 19, 1),
        ("ORC", 1, 1), ("ORC", 2, 1), ("ORC", 3, 1), ("ORC", 5, 1), ("ORC", 9, 1),
        ("OBR", 3, 1), ("OBR", 4, 1), ("OBR", 4, 2), ("OBR", 18, 1), ("OBR", 24, 1), ("IPC", 3, 1), ("ZDS", 1, 1),
    ];

    [Benchmark]
    public int Fields()
    {
        var characters = 0;

        foreach (var (segment, field, component) in Places)
        {
            characters += _message.Find(segment)[field].Component(component).Raw.Length;
        }

        return characters;
    }

    [Benchmark(Baseline = true)]
    public int Split()
    {
        var characters = 0;

        foreach (var (segment, field, component) in Places)
        {
            foreach (var line in _text.Split('\r'))
            {
                if (line.StartsWith(segment, StringComparison.Ordinal))
                {
                    var fields = line.Split('|');
                    var number = segment == "MSH" ? field - 1 : field;
                    var components = number < fields.Length ? fields[number].Split('~')[0].Split('^') : [];
                    characters += component <= components.Length ? components[component - 1].Length : 0;
                    break;
                }
            }
        }

        return characters;
    }

    /// <summary>Splits every line once and keeps the parts: the kindest way of splitting.</summary>
    [Benchmark]
    public int SplitOnce()
    {
        var segments = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var characters = 0;

        foreach (var line in _text.Split('\r'))
        {
            var fields = line.Split('|');
            segments.TryAdd(fields[0], fields);
        }

        foreach (var (segment, field, component) in Places)
        {
            if (segments.TryGetValue(segment, out var fields))
            {
                var number = segment == "MSH" ? field - 1 : field;
                var components = number < fields.Length ? fields[number].Split('~')[0].Split('^') : [];
                characters += component <= components.Length ? components[component - 1].Length : 0;
            }
        }

        return characters;
    }

    /// <summary>The three count the same characters, or they would not measure the same work.</summary>
    [GlobalSetup]
    public void Check()
    {
        if (Fields() != Split() || Fields() != SplitOnce())
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{Fields()}, {Split()} and {SplitOnce()} characters."));
        }
    }
}
