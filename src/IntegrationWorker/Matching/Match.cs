using IntegrationWorker.Studies;

namespace IntegrationWorker.Matching;

/// <summary>What the look-up for one unit gave.</summary>
internal sealed record Match
{
    /// <summary>No study, and nothing wrong: the unit may create one or waits.</summary>
    public static readonly Match None = new();

    /// <summary>One study; several where a placer order or a patient reaches several; none.</summary>
    public IReadOnlyList<Study> Studies { get; init; } = [];

    /// <summary>The number that decided: <c>studyInstanceUid</c>, <c>accession</c>, <c>filler</c>, <c>placer</c> …; null when none did.</summary>
    public string? By { get; init; }

    /// <summary>Why the unit cannot be applied; null when it can.</summary>
    public Notice? Rejection { get; init; }

    public IReadOnlyList<Notice> Warnings { get; init; } = [];

    public static Match Reject(Notice rejection) => new() { Rejection = rejection };
}
