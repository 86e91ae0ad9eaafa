using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters.Replays;

/// <summary>What is to be replayed, and how carefully.</summary>
internal sealed record ReplayRequest
{
    public const int RateUsual = 500;
    public const int RateMax = 100_000;
    public const int StopPercentUsual = 20;
    public const int IdsMax = 10_000;

    /// <summary>Only these dead letters; null for all that the rest lets pass.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary>The name of a saved filter, which says which dead letters; then nothing else here does. Null for none.</summary>
    public string? Filter { get; init; }

    /// <summary>Those that failed alike: an id of the groups.</summary>
    public string? Group { get; init; }

    public string? Code { get; init; }

    public string? SourceId { get; init; }

    /// <summary>Received at this instant or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Received before this instant.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary><c>open</c>, or <c>any</c>: resolved and superseded ones too, which proves that nothing changes.</summary>
    public string Status { get; init; } = DeadLetterStatus.Open;

    public string Why { get; init; } = "";

    /// <summary>Dead letters per second at most, which is reached step by step; 0: as fast as the store takes them.</summary>
    public int Rate { get; init; } = RateUsual;

    /// <summary>The job stops when more of the last hundred than these per cent are rejected again; 100: never.</summary>
    public int StopPercent { get; init; } = StopPercentUsual;

    /// <summary>One, then ten are tried before the rest.</summary>
    public bool Canary { get; init; } = true;

    /// <summary>Only says what would come of it; nothing is written.</summary>
    public bool DryRun { get; init; }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Fault() =>
        Status is not (DeadLetterStatus.Open or "any") ? "status is open or any."
        : Rate is < 0 or > RateMax ? $"rate is a number from 0 to {RateMax}."
        : StopPercent is < 0 or > 100 ? "stopPercent is a number from 0 to 100."
        : Filter is not null && this is not { Ids: null, Group: null, Code: null, SourceId: null, From: null, Until: null }
            ? "A filter says which dead letters: ids, group, code, sourceId, from and until are left out then."
        : Ids is { Count: 0 or > IdsMax } ? $"ids holds 1 to {IdsMax} ids."
        : null;

    /// <summary>In a line, for people.</summary>
    public string Describe()
    {
        (string Name, string? Value)[] parts =
        [
            ("filter", Filter), ("ids", Ids?.Count.ToString()), ("group", Group), ("code", Code), ("source", SourceId), ("from", From?.ToString("u")),
            ("until", Until?.ToString("u")), ("status", Status),
        ];

        return string.Join(' ', parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={part.Value}"));
    }
}
