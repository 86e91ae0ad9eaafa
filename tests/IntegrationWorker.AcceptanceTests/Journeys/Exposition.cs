using System.Globalization;
using System.Text.RegularExpressions;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>What Prometheus would read from <c>/metrics</c>, in its text format 0.0.4.</summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, double> _samples = [];
    private readonly HashSet<string> _families = [];

    private Exposition(string text) => Text = text;

    public string Text { get; }

    public IEnumerable<string> Families => _families;

    public static async Task<Exposition> ReadAsync(WorkerProcess worker, CancellationToken cancellationToken)
    {
        using var response = await worker.Http.GetAsync(new Uri("/metrics", UriKind.Relative), cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {text}");
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);

        return Parse(text);
    }

    /// <summary>Reads again and again until something is so: figures of the store are looked at every few seconds.</summary>
    public static async Task<Exposition> UntilAsync(WorkerProcess worker, Func<Exposition, bool> condition, string what, CancellationToken cancellationToken)
    {
        Exposition? last = null;
        await Patience.UntilAsync(
            async () => condition(last = await ReadAsync(worker, cancellationToken)), () => $"{what}. /metrics says:\n{last?.Text}", cancellationToken);

        return last!;
    }

    /// <summary>The value of a series, its labels in the order of the alphabet: <c>name{a="1",b="2"}</c>. Null when there is none.</summary>
    public double? Value(string series) => _samples.TryGetValue(series, out var value) ? value : null;

    /// <summary>Every series of a name, with its value.</summary>
    public IReadOnlyList<string> Series(string name) =>
        [.. _samples.Where(sample => sample.Key.Split('{')[0] == name).Select(sample => $"{sample.Key} {sample.Value}").Order(StringComparer.Ordinal)];

    private static Exposition Parse(string text)
    {
        var exposition = new Exposition(text);

        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
            {
                exposition.AddComment(line);
            }
            else
            {
                exposition.AddSample(line);
            }
        }

        return exposition;
    }

    private void AddComment(string line)
    {
        var type = TypeLine.Match(line);

        if (type.Success)
        {
            Assert.True(_families.Add(type.Groups["name"].Value), $"Told twice: {line}");
        }
    }

    private void AddSample(string line)
    {
        var sample = SampleLine.Match(line);
        Assert.True(sample.Success, $"Not a sample: {line}");
        var name = sample.Groups["name"].Value;
        Assert.True(_families.Contains(name) || _families.Contains(Suffix.Replace(name, "")), $"Its type was not told before: {line}");
        var labels = sample.Groups["label"].Captures.Select(label => label.Value).Order(StringComparer.Ordinal).ToList();
        var series = labels.Count == 0 ? name : $"{name}{{{string.Join(',', labels)}}}";
        Assert.True(
            _samples.TryAdd(series, double.Parse(sample.Groups["value"].Value.Replace("+Inf", "Infinity"), CultureInfo.InvariantCulture)), $"Twice: {line}");
    }

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$")]
    private static partial Regex TypeLine { get; }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{((?<label>[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\.)*"),?)*\})? (?<value>[^ ]+)( [0-9]+)?$""")]
    private static partial Regex SampleLine { get; }

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix { get; }
}
