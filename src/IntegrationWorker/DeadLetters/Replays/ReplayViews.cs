using System.Text.Json;
using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters.Replays;

/// <summary>A replay job.</summary>
/// <param name="State"><c>running</c>, <c>paused</c>, <c>stopped</c> (by itself), <c>cancelled</c> or <c>done</c>.</param>
/// <param name="Rejected">Rejected again, or failed.</param>
/// <param name="Changed">Those that changed a study.</param>
/// <param name="Outcomes">Counts by outcome; null in a list.</param>
internal sealed record ReplayJobView(
    string Id, DateTimeOffset CreatedAt, string Who, string Why, string Selection, int Rate, int StopPercent, bool Canary, string State, string? Reason,
    long Total, long Done, long Rejected, long Changed, DateTimeOffset? EndedAt, IReadOnlyDictionary<string, long>? Outcomes)
{
    public static ReplayJobView Of(ReplayJob job, IReadOnlyDictionary<string, long>? outcomes) => new(
        job.Id, job.CreatedAt, job.Who, job.Why, job.Selection, job.Rate, job.StopPercent, job.HasCanary, job.State, job.Reason, job.Total, job.Done,
        job.Rejected, job.Changed, job.EndedAt, outcomes);
}

/// <summary>One dead letter of a job with its receipt.</summary>
/// <param name="Outcome">Null: not replayed yet.</param>
internal sealed record ReplayItemView(long Position, string DeadLetterId, string? Outcome, JsonElement? Receipt)
{
    public static ReplayItemView Of(ReplayedItem item) =>
        new(item.Position, item.DeadLetterId, item.Outcome, item.Receipt is { } receipt ? JsonElement.Parse(receipt) : null);
}

/// <summary>What a job would do.</summary>
internal sealed class ReplayForecast
{
    public long Total { get; private set; }

    /// <summary>How many would have each outcome; rejections with their code: <c>rejected IDN-002</c>.</summary>
    public SortedDictionary<string, long> Outcomes { get; } = new(StringComparer.Ordinal);

    /// <summary>How many would change a study.</summary>
    public long Changing { get; private set; }

    /// <summary>How often each field would be changed.</summary>
    public SortedDictionary<string, long> Fields { get; } = new(StringComparer.Ordinal);

    public long Events { get; private set; }

    /// <summary>The first ones of them.</summary>
    public List<Receipt> Samples { get; } = [];

    public void Add(IReadOnlyList<CaseOutcome> outcomes, int samplesMax)
    {
        foreach (var receipt in outcomes.Select(outcome => outcome.Receipt))
        {
            Total++;
            Count(Outcomes, receipt.Code is null ? receipt.Outcome : $"{receipt.Outcome} {receipt.Code}");
            Changing += receipt.Changed.Count > 0 ? 1 : 0;
            Events += receipt.Changed.Count(change => change.EventId is not null);

            foreach (var field in receipt.Changed.SelectMany(change => change.Fields))
            {
                Count(Fields, field);
            }

            if (Samples.Count < samplesMax)
            {
                Samples.Add(receipt);
            }
        }
    }

    private static void Count(SortedDictionary<string, long> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;
}
