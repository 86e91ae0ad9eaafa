using IntegrationWorker.Contracts;
using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Matching;

/// <summary>Which study a unit speaks of: precedence, contradictions and guards. Never guesses. docs/mapping.md §2.4, §2.6.</summary>
internal sealed class StudyMatcher(Rulebook rules, StudySet set)
{
    private const int CandidatesMax = 20;

    private static readonly LinkKind[] _numbersByRank = [LinkKind.Accession, LinkKind.Filler, LinkKind.Placer];

    public Match Find(UnitUpdate unit, Source source)
    {
        var found = Match.None;

        foreach (var identity in unit.Identities())
        {
            var match = FindOne(identity, unit, source);

            if (match.Rejection is not null)
            {
                return match;
            }

            if (match.Studies.Count == 0)
            {
                continue;
            }

            if (found.Studies.Count > 0 && !found.Studies.SequenceEqual(match.Studies))
            {
                return Match.Reject(Notice.Of(Codes.IdentityContradiction, "candidates", Ids([.. found.Studies, .. match.Studies])));
            }

            found = found.Studies.Count > 0 ? found with { Warnings = [.. found.Warnings, .. match.Warnings] } : match;
        }

        foreach (var study in found.Studies)
        {
            if (Guard(study, unit, source) is { } refusal)
            {
                return found with { Rejection = refusal };
            }
        }

        return found;
    }

    /// <summary>The studies an ADT message reaches: those of the patient that are still open, of the same visit if both name one.</summary>
    public List<Study> FindOpenOfPatient(UnitUpdate unit, Source source) =>
        [.. OfPatient(unit.PatientKeys, source).Where(study => !study.IsCancelled && study.StudyViewerStatus != ViewerStatus.Complete
            && IsSameVisit(study, unit))];

    /// <summary>All studies that are linked to one of these patient identifiers, cancelled ones included.</summary>
    public List<Study> OfPatient(IEnumerable<Identifier> patientKeys, Source source) =>
        [.. patientKeys.SelectMany(key => set.FindByNumber(LinkKind.Patient, key))
            .Where(study => MayTouch(study, source))
            .Distinct()
            .OrderBy(study => study.CreatedAt)
            .ThenBy(study => study.StudyId, StringComparer.Ordinal)];

    private Match FindOne(Identity identity, UnitUpdate unit, Source source)
    {
        if (identity.StudyId is { } studyId)
        {
            return set.Find(studyId) is { } named ? One(named, "studyId") : Match.None;
        }

        if (identity.StudyInstanceUid is { } uid)
        {
            if (set.FindByUid(uid) is { } study)
            {
                return CheckAgainstNumbers(study, identity, source);
            }

            // A UID that is unknown ends the search: its accession number must not lead to another study.
            if (!source.UidIsAdvisory && DicomUid.IsValid(uid))
            {
                return Match.None;
            }
        }

        return FindByNumbers(identity, unit, source);
    }

    /// <summary>The UID found the study; do the other numbers say another one?</summary>
    private Match CheckAgainstNumbers(Study study, Identity identity, Source source)
    {
        var byAccession = Candidates(LinkKind.Accession, identity.Accession, source);
        List<Notice> warnings = [];

        if (byAccession.Count > 0 && !byAccession.Contains(study))
        {
            if (set.HasLink(study, LinkKind.Accession))
            {
                return Match.Reject(Notice.Of(Codes.IdentityContradiction, "byUid", study.StudyId, "byAccession", Ids(byAccession)));
            }

            warnings.Add(Notice.Of(Codes.AccessionLinkedElsewhere));
        }

        return FillerElsewhere(study, identity, source, "byUid") ?? One(study, "studyInstanceUid") with { Warnings = warnings };
    }

    private Match FindByNumbers(Identity identity, UnitUpdate unit, Source source)
    {
        for (var rank = 0; rank < _numbersByRank.Length; rank++)
        {
            var kind = _numbersByRank[rank];
            var candidates = Candidates(kind, NumberOf(identity, kind), source);

            if (candidates.Count == 0)
            {
                continue;
            }

            candidates = Narrow(candidates, identity, rank + 1, source);
            var by = NameOf(kind);

            if (candidates.Count > 1)
            {
                return kind == LinkKind.Placer && source.PlacerFanOut && unit.Kind == UnitKind.Order
                    ? new Match { Studies = candidates, By = by }
                    : Match.Reject(Ambiguous(by, candidates));
            }

            var study = candidates[0];
            var contradiction = kind == LinkKind.Accession ? FillerElsewhere(study, identity, source, "byAccession") : null;

            return contradiction ?? One(study, by) with
            {
                Warnings = identity.StudyInstanceUid is null ? [] : [Notice.Of(Codes.UidUnknown, "by", by)],
            };
        }

        return identity.FhirResource is { } resource && set.FindByNumber(LinkKind.FhirResource, resource) is [var only]
            ? One(only, "fhirId")
            : Match.None;
    }

    /// <summary>The next numbers in rank choose among several candidates, where they can.</summary>
    private List<Study> Narrow(List<Study> candidates, Identity identity, int fromRank, Source source)
    {
        for (var rank = fromRank; rank < _numbersByRank.Length && candidates.Count > 1; rank++)
        {
            var kind = _numbersByRank[rank];
            var both = candidates.Intersect(Candidates(kind, NumberOf(identity, kind), source)).ToList();
            candidates = both.Count > 0 ? both : candidates;
        }

        return candidates;
    }

    /// <summary>The filler's own number is linked to other studies only: the message contradicts what is known.</summary>
    private Match? FillerElsewhere(Study study, Identity identity, Source source, string by)
    {
        var byFiller = Candidates(LinkKind.Filler, identity.Filler, source);

        return byFiller.Count > 0 && !byFiller.Contains(study)
            ? Match.Reject(Notice.Of(Codes.IdentityContradiction, by, study.StudyId, "byFiller", Ids(byFiller)))
            : null;
    }

    private List<Study> Candidates(LinkKind kind, Identifier? number, Source source)
    {
        if (number is null)
        {
            return [];
        }

        var found = set.FindByNumber(kind, number);

        // A number that nobody vouches for counts only at home.
        return number.Issuer is null ? found.FindAll(study => MayTouch(study, source)) : found;
    }

    private Notice? Guard(Study study, UnitUpdate unit, Source source) =>
        !MayTouch(study, source) ? Notice.Of(Codes.OtherOrganization)
        : !source.PatientGuardWarns && IsAnotherPatient(study, unit) ? Notice.Of(Codes.PatientMismatch)
        : null;

    private static bool MayTouch(Study study, Source source) =>
        source.OrgIds.Count == 0 || study.OrgId is null || source.OrgIds.Contains(study.OrgId);

    /// <summary>Message and study have a patient authority in common, and no identifier of a common authority is equal.</summary>
    private bool IsAnotherPatient(Study study, UnitUpdate unit)
    {
        var common = false;

        foreach (var link in set.LinksOf(study))
        {
            if (link.Kind is not (LinkKind.Patient or LinkKind.FormerPatient))
            {
                continue;
            }

            foreach (var key in unit.PatientKeys)
            {
                if (!rules.IsSameIssuer(link.Issuer, key.Issuer))
                {
                    continue;
                }

                if (link.Value == key.Value)
                {
                    return false;
                }

                common = true;
            }
        }

        return common;
    }

    private bool IsSameVisit(Study study, UnitUpdate unit) =>
        unit.VisitKey is null
        || !set.HasLink(study, LinkKind.Visit)
        || set.LinksOf(study).Any(link => link.Kind == LinkKind.Visit && link.Value == unit.VisitKey);

    private static Notice Ambiguous(string by, List<Study> candidates) => new(Codes.Ambiguous, new Dictionary<string, object>
    {
        ["by"] = by,
        ["n"] = candidates.Count,
        ["candidates"] = Ids(candidates.Take(CandidatesMax)),
    });

    private static Identifier? NumberOf(Identity identity, LinkKind kind) => kind switch
    {
        LinkKind.Accession => identity.Accession,
        LinkKind.Filler => identity.Filler,
        _ => identity.Placer,
    };

    private static string NameOf(LinkKind kind) => kind switch
    {
        LinkKind.Accession => "accession",
        LinkKind.Filler => "filler",
        _ => "placer",
    };

    private static string[] Ids(IEnumerable<Study> studies) => [.. studies.Select(study => study.StudyId).Distinct()];

    private static Match One(Study study, string by) => new() { Studies = [study], By = by };
}
