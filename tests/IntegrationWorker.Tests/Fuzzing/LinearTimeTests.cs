using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationWorker.Decoding;
using IntegrationWorker.Intake;
using Xunit;

namespace IntegrationWorker.Tests.Fuzzing;

/// <summary>Inputs that repeat one part of a sample until they are long: eight times the length may take about eight times the time.</summary>
/// <remarks>Measures time, so it runs with eng/fuzz.sh only. Quadratic work would take 64 times as long. An attempt that was interrupted is repeated before it counts.</remarks>
public sealed class LinearTimeTests(ITestOutputHelper output)
{
    private const int ShortBytes = 64 * 1024;
    private const int Growth = 8;
    private const int GrowthOfTimeMax = 3 * Growth;
    private const int Attempts = 5;

    /// <summary>Below it nothing is said about growth: collections and other threads take as long.</summary>
    private static readonly TimeSpan _noise = TimeSpan.FromMilliseconds(100);

    [Fact(Explicit = true)]
    public void GivenEverySegmentOfTheSamples_WhenRepeatedMoreAndMore_ThenTheTimeGrowsWithTheLengthOnly() =>
        CheckAll(Segments());

    [Fact(Explicit = true)]
    public void GivenEveryArrayOfTheSamples_WhenItsElementsAreRepeatedMoreAndMore_ThenTheTimeGrowsWithTheLengthOnly() =>
        CheckAll(Arrays());

    private void CheckAll(IEnumerable<(string Name, Func<int, InboundMessage> Make)> shapes)
    {
        var failures = new List<string>();
        var (count, slowest, slowestName) = (0, TimeSpan.Zero, "");

        foreach (var (name, make) in shapes)
        {
            var time = Check(name, make, failures);
            count++;
            (slowest, slowestName) = time > slowest ? (time, name) : (slowest, slowestName);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{count} shapes; the slowest, {slowestName}, took {slowest.TotalMilliseconds:0} ms for {Growth * ShortBytes / 1024} KiB."));
        Assert.Empty(failures);
        Assert.NotEqual(0, count);
    }

    private static TimeSpan Check(string name, Func<int, InboundMessage> make, List<string> failures)
    {
        var (small, large) = (make(ShortBytes), make(Growth * ShortBytes));
        var (shortest, longest) = (TimeSpan.MaxValue, TimeSpan.MaxValue);

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            shortest = Min(shortest, Read(small));
            longest = Min(longest, Read(large));

            if (longest <= (shortest * GrowthOfTimeMax) + _noise)
            {
                return longest;
            }
        }

        failures.Add(string.Create(
            CultureInfo.InvariantCulture, $"{name}: {shortest.TotalMilliseconds:0} ms, of {Growth} times the length {longest.TotalMilliseconds:0} ms."));
        return longest;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static TimeSpan Read(InboundMessage input)
    {
        var start = Stopwatch.GetTimestamp();
        Assert.NotEmpty(FuzzSamples.Read(input).Parts);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Every kind of segment in every type of message once: ORU/OBX, ORM/ORC …</summary>
    private static IEnumerable<(string Name, Func<int, InboundMessage> Make)> Segments()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);

        foreach (var sample in FuzzSamples.All.Where(sample => sample.Door == Door.Hl7v2))
        {
            var lines = Encoding.Latin1.GetString(sample.Body.Span).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

            if (lines is not [['M', 'S', 'H', '|', ..] header, _, ..] || header.Split('|') is not { Length: > 8 } fields)
            {
                continue;
            }

            foreach (var line in lines.Skip(1).Where(line => line.Length > 3))
            {
                var name = $"{fields[8].Split('^')[0]}/{line[..3]}";

                if (known.Add(name))
                {
                    var place = Array.IndexOf(lines, line);
                    yield return (name, length => With(sample, string.Join('\r', [.. lines[..place], .. Numbered(line, length), .. lines[place..]])));
                }
            }
        }
    }

    /// <summary>Repetitions that differ in their last field, or a set of them would be as small as one.</summary>
    private static IEnumerable<string> Numbered(string line, int length) =>
        Enumerable.Range(1, length / (line.Length + 8)).Select(number => string.Create(CultureInfo.InvariantCulture, $"{line}~{number}"));

    private static InboundMessage With(InboundMessage sample, string text) => sample with { Body = Encoding.Latin1.GetBytes(text) };

    /// <summary>Every array of the FHIR and command samples, by its name and the name of what it is in.</summary>
    private static IEnumerable<(string Name, Func<int, InboundMessage> Make)> Arrays()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);

        foreach (var sample in FuzzSamples.All.Where(sample => sample.Door != Door.Hl7v2 && sample.Body.Length > 0))
        {
            if (Json(sample.Body) is not JsonObject root)
            {
                continue;
            }

            foreach (var path in Paths(root).Where(path => known.Add($"{sample.Door}/{string.Concat(path.Where(character => !char.IsAsciiDigit(character)))}")))
            {
                yield return ($"{sample.Door} {path}", length => sample with { Body = Grown(sample.Body, path, length) });
            }
        }
    }

    private static IEnumerable<string> Paths(JsonNode node) => node switch
    {
        JsonArray { Count: > 0 } array => [array.GetPath(), .. array.Where(item => item is not null).SelectMany(item => Paths(item!))],
        JsonObject parent => parent.Where(member => member.Value is not null).SelectMany(member => Paths(member.Value!)),
        _ => [],
    };

    private static JsonNode? Json(ReadOnlyMemory<byte> body) => JsonNode.Parse(JsonBody.WithoutMark(body).Span);

    private static byte[] Grown(ReadOnlyMemory<byte> body, string path, int length)
    {
        var root = Json(body)!;
        var array = Arrays(root).Single(candidate => candidate.GetPath() == path);
        var element = array[0]!.ToJsonString();

        for (var size = 0; size < length; size += element.Length)
        {
            array.Add(JsonNode.Parse(element));
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static IEnumerable<JsonArray> Arrays(JsonNode node) => node switch
    {
        JsonArray array => [array, .. array.Where(item => item is not null).SelectMany(item => Arrays(item!))],
        JsonObject parent => parent.Where(member => member.Value is not null).SelectMany(member => Arrays(member.Value!)),
        _ => [],
    };
}
