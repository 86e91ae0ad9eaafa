using System.Globalization;

namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>What went wrong in a round: all lists are empty when nothing did.</summary>
internal sealed class Findings
{
    /// <summary>A study, record, event, entry of the history, dead letter or publication that is not there.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>An effect twice, or two event ids for one effect.</summary>
    public List<string> Doubled { get; } = [];

    /// <summary>What is there and is not as the answer says, or should not be there.</summary>
    public List<string> Wrong { get; } = [];

    /// <summary>Studies whose events do not count from 1 to their version.</summary>
    public List<string> Gaps { get; } = [];

    /// <summary>Studies whose events were not first published in the order of their versions.</summary>
    public List<string> OutOfOrder { get; } = [];

    /// <summary>What did not come to its end in time, or did not end as it should.</summary>
    public List<string> Stuck { get; } = [];

    /// <summary>Not a fault: a crash may repeat an event under its id.</summary>
    public int PublishedAgain { get; set; }

    public bool AreNone => Lost.Count + Doubled.Count + Wrong.Count + Gaps.Count + OutOfOrder.Count + Stuck.Count == 0;

    /// <summary>The figures, and the first of each kind.</summary>
    public override string ToString()
    {
        (string Name, List<string> All)[] kinds =
            [("lost", Lost), ("doubled", Doubled), ("wrong", Wrong), ("gaps", Gaps), ("out of order", OutOfOrder), ("stuck", Stuck)];
        var figures = string.Join(", ", kinds.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.All.Count} {kind.Name}")));
        var examples = kinds.SelectMany(kind => kind.All.Take(5).Select(each => $"\n    {kind.Name}: {each}"));

        return string.Create(CultureInfo.InvariantCulture, $"{figures}; {PublishedAgain} published again{string.Concat(examples)}");
    }
}
