using System.Buffers.Text;
using System.Text;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi;

/// <summary>Which studies to list.</summary>
internal sealed record StudyQuery
{
    public const int LimitUsual = 20;
    public const int LimitMax = 100;

    /// <summary>A user id; <c>null</c> as a word for studies nobody is assigned to.</summary>
    public string? AssignedTo { get; init; }

    public string? Severity { get; init; }

    /// <summary>A part of the description.</summary>
    public string? StudyDescription { get; init; }

    public bool? IsCancelled { get; init; }

    public string? StudyViewerStatus { get; init; }

    public string? ExpressCustomerId { get; init; }

    /// <summary>An accession number, exactly.</summary>
    public string? Accession { get; init; }

    /// <summary>A filler order number, exactly.</summary>
    public string? FillerOrderNumber { get; init; }

    /// <summary>A placer order number, exactly.</summary>
    public string? PlacerOrderNumber { get; init; }

    /// <summary>Of the number; null: whatever its issuer.</summary>
    public string? Issuer { get; init; }

    public int? Limit { get; init; }

    /// <summary>From the page before; opaque.</summary>
    public string? Cursor { get; init; }

    /// <summary>The number that studies are looked up by; null: they are listed.</summary>
    public LinkKey? Number =>
        Accession is not null ? new LinkKey(LinkKind.Accession, Accession)
        : FillerOrderNumber is not null ? new LinkKey(LinkKind.Filler, FillerOrderNumber)
        : PlacerOrderNumber is not null ? new LinkKey(LinkKind.Placer, PlacerOrderNumber)
        : null;

    public StudyFilter Filter => new()
    {
        AssignedTo = AssignedTo == "null" ? "" : AssignedTo,
        Severity = Severity,
        DescriptionContains = StudyDescription,
        IsCancelled = IsCancelled,
        StudyViewerStatus = StudyViewerStatus,
        ExpressCustomerId = ExpressCustomerId,
    };

    public IEnumerable<ProblemError> Faults()
    {
        if (Limit is < 1 or > LimitMax)
        {
            yield return new ProblemError("limit", "out-of-range", $"Write a number from 1 to {LimitMax}.");
        }

        if (Severity is not (null or "normal" or "high" or "stat"))
        {
            yield return new ProblemError("severity", "unknown-value", "Write normal, high or stat.");
        }

        if (StudyViewerStatus is not (null or "incomplete" or "complete"))
        {
            yield return new ProblemError("studyViewerStatus", "unknown-value", "Write incomplete or complete.");
        }

        if (Cursor is not null && ReadCursor(Cursor) is null)
        {
            yield return new ProblemError("cursor", "unknown-value", "Use the cursor of the page before.");
        }

        foreach (var (name, value) in ((string, string?)[])[("assignedTo", AssignedTo is "null" ? null : AssignedTo), ("expressCustomerId", ExpressCustomerId)])
        {
            if (value is not null && !StudyIds.IsId(name == "assignedTo" ? "usr" : "cus", value))
            {
                yield return new ProblemError(name, "unknown-value", "Write an id: three letters, an underscore and 32 hex digits.");
            }
        }

        if (Issuer is not null && Number is null)
        {
            yield return new ProblemError("issuer", "not-alone", "An issuer goes with an accession or order number.");
        }

        if (Number is not null && (CountOfNumbers > 1 || Cursor is not null || Limit is not null || Filter != StudyFilter.All))
        {
            yield return new ProblemError("", "not-together", "A number is looked up by itself, with its issuer only.");
        }
    }

    private int CountOfNumbers => ((string?[])[Accession, FillerOrderNumber, PlacerOrderNumber]).Count(number => number is not null);

    public static string WriteCursor(string studyId) => Convert.ToBase64String(Encoding.ASCII.GetBytes(studyId));

    /// <summary>The study id in a cursor, or null.</summary>
    public static string? ReadCursor(string cursor) =>
        Base64.IsValid(cursor) && Encoding.ASCII.GetString(Convert.FromBase64String(cursor)) is { } id && StudyIds.IsId("stu", id)
            ? id
            : null;
}

/// <summary>A page of studies.</summary>
/// <param name="Cursor">For the next page; null on the last one.</param>
internal sealed record StudyPage(IReadOnlyList<StudyResource> Studies, bool HasMore, string? Cursor);
