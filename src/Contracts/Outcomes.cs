namespace IntegrationWorker.Contracts;

/// <summary>The outcomes of a unit and of a message. Every unit ends in exactly one.</summary>
public static class Outcomes
{
    /// <summary>A study was created; an event was published.</summary>
    public const string Created = "created";

    /// <summary>At least one study field changed; an event was published.</summary>
    public const string Applied = "applied";

    /// <summary>Only the link or procedure index changed; no event.</summary>
    public const string Linked = "linked";

    /// <summary>All values were so already.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>All that differs is older than what is known.</summary>
    public const string Superseded = "superseded";

    /// <summary>The message was processed before; its recorded outcome is returned.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>Deliberately not used; the reason says why.</summary>
    public const string Ignored = "ignored";

    /// <summary>Waits for its study.</summary>
    public const string Parked = "parked";

    /// <summary>Cannot be applied; a dead letter with a code was written.</summary>
    public const string Rejected = "rejected";

    /// <summary>From the worst to the best: the outcome of a message is the first of these that one of its units has.</summary>
    public static IReadOnlyList<string> WorstFirst { get; } =
        [Rejected, Parked, Created, Applied, Linked, Superseded, Unchanged, Ignored, Duplicate];

    /// <summary>The outcome of the whole: the worst of its parts. <see cref="Ignored"/> when there are none.</summary>
    public static string WorstOf(IEnumerable<string> outcomes)
    {
        var worst = int.MaxValue;

        foreach (var outcome in outcomes)
        {
            for (var rank = 0; rank < WorstFirst.Count && rank < worst; rank++)
            {
                if (WorstFirst[rank] == outcome)
                {
                    worst = rank;
                }
            }
        }

        return worst == int.MaxValue ? Ignored : WorstFirst[worst];
    }
}
