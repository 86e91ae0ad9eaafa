using System.Collections.Concurrent;
using IntegrationWorker.Contracts;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.StudyApi.Requests;
using StudyReference = IntegrationWorker.StudyApi.Requests.StudyReference;

namespace IntegrationWorker.Emulator;

/// <summary>The studies of the emulated platform, in memory. Its rules are those of docs/study-api.md; its ids are its own.</summary>
internal sealed class EmulatedStudies(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, EmulatedStudy> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _idByUid = new(StringComparer.Ordinal);

    public EmulatedStudy? Find(string studyId) => _byId.GetValueOrDefault(studyId);

    public EmulatedStudy? FindByUid(string uid) => _idByUid.TryGetValue(uid, out var id) ? Find(id) : null;

    public IReadOnlyList<EmulatedStudy> List(StudyFilter filter, string? after, int max) =>
        [.. _byId.Values
            .Where(study => IsWanted(study, filter) && string.CompareOrdinal(study.StudyId, after ?? "") > 0)
            .OrderBy(study => study.StudyId, StringComparer.Ordinal)
            .Take(max)];

    public EmulatedChange Create(StudyCreation request)
    {
        lock (_lock)
        {
            if (_idByUid.ContainsKey(request.StudyInstanceUid))
            {
                return EmulatedChange.Refused(Notice.Of(Codes.StoreRefused, "detail", "a study with this UID exists", "location", "/studyInstanceUid"));
            }

            var now = time.GetUtcNow();
            var study = new EmulatedStudy
            {
                StudyId = $"stu_{Guid.NewGuid():N}",
                StudyInstanceUid = request.StudyInstanceUid,
                StudyDescription = request.StudyDescription,
                Severity = request.Severity,
                AssignedTo = request.AssignedTo,
                OrgId = request.OrgId,
                Metadata = request.Metadata,
                CreatedAt = now,
                UpdatedAt = now,
            };
            _byId[study.StudyId] = study;
            _idByUid[study.StudyInstanceUid] = study.StudyId;
            return new EmulatedChange(study, ["studyInstanceUid"], null);
        }
    }

    /// <param name="ifMatch">The ETag that the caller expects, or null.</param>
    /// <param name="faults">Those that change what the call does.</param>
    public EmulatedChange Patch(string studyId, StudyPatch patch, string? ifMatch, IReadOnlyList<Fault> faults) => Change(studyId, study =>
    {
        if (ifMatch is not null && ifMatch != $"\"{study.Version}\"")
        {
            return (study, Notice.Of(Codes.VersionMismatch, "actual", study.Version, "expected", ifMatch));
        }

        var forgets = faults.Any(fault => fault.Kind == Fault.AssignedToDropped);
        var metadata = Merge(study.Metadata, patch, faults.Any(fault => fault.Kind == Fault.MetadataReplace));

        if (faults.Any(fault => fault.Kind == Fault.KeysKept))
        {
            study.Metadata.Where(pair => !metadata.ContainsKey(pair.Key)).ToList().ForEach(pair => metadata[pair.Key] = pair.Value);
        }

        var refusal = metadata.Count > MetadataLimits.PairsMax ? Notice.Of(Codes.TooManyPairs, "count", metadata.Count, "location", "/metadata") : null;

        return (study with
        {
            StudyDescription = patch.StudyDescription ?? study.StudyDescription,
            Severity = patch.Severity ?? study.Severity,
            StudyViewerStatus = patch.StudyViewerStatus ?? study.StudyViewerStatus,
            AssignedTo = patch.AssignedTo is { } assigned && !forgets ? assigned.Value : study.AssignedTo,
            OrgId = patch.OrgId is { } org ? org.Value : study.OrgId,
            Metadata = metadata,
        }, refusal);
    });

    public EmulatedChange Cancel(StudyReference reference) => Change(IdOf(reference), study =>
        (study.CancelledAt is null ? study with { CancelledAt = time.GetUtcNow() } : study, null));

    public EmulatedChange Uncancel(StudyReference reference) => Change(IdOf(reference), study =>
        (study with { CancelledAt = null }, study.CancelledAt is null ? Notice.Of(Codes.StoreRefused, "detail", "the study is not cancelled") : null));

    /// <summary>The study leaves the platform.</summary>
    public bool Remove(string studyId)
    {
        lock (_lock)
        {
            return _byId.TryRemove(studyId, out var study) && _idByUid.TryRemove(study.StudyInstanceUid, out _);
        }
    }

    private EmulatedChange Change(string? studyId, Func<EmulatedStudy, (EmulatedStudy Study, Notice? Refusal)> change)
    {
        lock (_lock)
        {
            if (studyId is null || !_byId.TryGetValue(studyId, out var before))
            {
                return EmulatedChange.Refused(Notice.Of(Codes.NotFound));
            }

            var (after, refusal) = change(before);

            if (refusal is not null)
            {
                return EmulatedChange.Refused(refusal);
            }

            var changed = before.DifferencesTo(after);

            if (changed.Count > 0)
            {
                after = _byId[studyId] = after with { UpdatedAt = time.GetUtcNow(), Version = before.Version + 1 };
            }

            return new EmulatedChange(after, changed, null);
        }
    }

    private string? IdOf(StudyReference reference) => reference.StudyId ?? _idByUid.GetValueOrDefault(reference.StudyInstanceUid ?? "");

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> before, StudyPatch patch, bool replaces)
    {
        var isEmptied = patch.ClearsMetadata || (replaces && patch.Metadata.Count > 0);
        var merged = isEmptied ? [] : new Dictionary<string, string>(before, StringComparer.Ordinal);

        foreach (var (key, value) in patch.Metadata)
        {
            if (value is null)
            {
                merged.Remove(key);
            }
            else
            {
                merged[key] = value;
            }
        }

        return merged;
    }

    private static bool IsWanted(EmulatedStudy study, StudyFilter filter) =>
        (filter.AssignedTo is not { } assigned || (assigned.Length == 0 ? study.AssignedTo is null : study.AssignedTo == assigned))
        && (filter.Severity is not { } severity || study.Severity == severity)
        && (filter.DescriptionContains is not { } part || study.StudyDescription.Contains(part, StringComparison.OrdinalIgnoreCase))
        && (filter.IsCancelled is not { } cancelled || study.CancelledAt is not null == cancelled)
        && (filter.StudyViewerStatus is not { } status || study.StudyViewerStatus == status);
}

/// <summary>What a writing call did.</summary>
/// <param name="Study">As it is now; null when it was refused.</param>
/// <param name="Changed">Names of what is another value than before; empty when nothing is.</param>
internal sealed record EmulatedChange(EmulatedStudy? Study, IReadOnlyList<string> Changed, Notice? Refusal)
{
    public static EmulatedChange Refused(Notice refusal) => new(null, [], refusal);
}
