using IntegrationWorker.Contracts;
using IntegrationWorker.Outbox;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>What an ended plan comes to: the outcome of its unit, and the event that tells it. Pure.</summary>
internal static class PlanOutcome
{
    /// <summary>The outcome of the unit, as the record tells it from now on.</summary>
    public static UnitResult ResultOf(PlanEnd end, string studyId)
    {
        var document = end.Plan.Document;
        var decided = document.Result;
        var isSome = end.Made.Count > 0;
        var lifecycle = end.Made.Any(change => change.Field == FieldNames.IsCancelled) ? document.Lifecycle : null;
        var result = new UnitResult
        {
            Unit = decided.Unit,
            MessageKey = document.Unit.MessageKey,
            Outcome = end.Error is not null ? Outcomes.Rejected
                : isSome ? (end.Adopted is null && document.Creates ? Outcomes.Created : Outcomes.Applied)
                : end.Review.HeldBack.Any(held => held.Verdict == Verdict.Older) ? Outcomes.Superseded
                : Outcomes.Unchanged,
            Error = end.Error,
            Warnings = [.. decided.Warnings],
            StudyId = studyId,
            ResolvedBy = end.Adopted is null ? decided.ResolvedBy : "studyInstanceUid",
            SourceTime = decided.SourceTime,
            Effective = isSome
                ? new EffectiveUpdate(
                    document.Creates && end.Adopted is null, document.Creates && end.Adopted is null ? document.StudyInstanceUid : null, end.Made, lifecycle)
                : null,
            Superseded = [.. decided.Superseded],
            EchoSuppressed = [.. decided.EchoSuppressed],
            HeldByAuthority = [.. decided.HeldByAuthority],
            Groups = decided.Groups,
            EventNumber = decided.EventNumber,
            EventId = isSome ? StudyIds.OfEvent(end.Plan.UnitKey, studyId) : null,
            Held = [.. document.Held],
        };

        foreach (var (change, verdict, theirsAt) in end.Review.HeldBack)
        {
            var list = verdict switch
            {
                Verdict.Older => result.Superseded,
                Verdict.Echo => result.EchoSuppressed,
                _ => result.HeldByAuthority,
            };
            list.Add(change.Field);
            result.Held.Add(new HeldBack(change.Field, ReasonOf(verdict), change.Current, change.Location, PlanReviewRule.WriteOf(studyId, theirsAt).Key));
        }

        if (end.KeysKept.Count > 0)
        {
            result.Warnings.Add(Notice.Of(Codes.KeysKept, "keys", end.KeysKept.Select(field => field[FieldNames.MetadataPrefix.Length..]).ToArray()));
        }

        return result;
    }

    /// <param name="result">With the id of an event.</param>
    public static byte[] EventOf(PlanEnd end, UnitResult result, EventSettings events, DateTimeOffset now)
    {
        var document = end.Plan.Document;

        // The shell that the event names; its values are in the result.
        var study = new Study
        {
            StudyId = result.StudyId!,
            StudyInstanceUid = document.StudyInstanceUid,
            Version = document.Version,
            CreatedAt = now,
            UpdatedAt = now,
            CreatedBy = document.Unit.SourceId,
            State = new StudyState(),
        };

        return new StudyUpdatedWriter(events.Source, events.SensitiveKeys).Write(result.EventId!, study, document.Unit, result, document.OriginKind, now);
    }

    public static string ReasonOf(Verdict verdict) => verdict switch
    {
        Verdict.Older => "older",
        Verdict.Echo => "echo",
        _ => "authority",
    };

    /// <summary>What the platform was seen to hold at the end; null when it does not show the study.</summary>
    public static SeenStudy? SeenAfter(PlanEnd end) => end.Remote is { } remote ? SeenStudy.Of(remote, TheirsAfter(end, remote)) : null;

    /// <summary>What of the platform is still somebody's there: all that we have not written since.</summary>
    private static Dictionary<string, DateTimeOffset> TheirsAfter(PlanEnd end, RemoteStudy remote)
    {
        var theirs = new Dictionary<string, DateTimeOffset>(end.Seen?.Theirs ?? new Dictionary<string, DateTimeOffset>(), StringComparer.Ordinal);

        foreach (var change in end.Review.Theirs)
        {
            theirs[change.Field] = remote.UpdatedAt;
        }

        foreach (var (change, _, at) in end.Review.HeldBack)
        {
            theirs[change.Field] = at;
        }

        foreach (var change in end.Made)
        {
            theirs.Remove(change.Field);
        }

        return theirs;
    }
}
