using IntegrationWorker.Contracts;
using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Matching;

/// <summary>Decides about one unit: finds its study, applies it, lets it create one, or lets it wait. Pure. docs/mapping.md §2.6, §2.7.</summary>
internal sealed class UnitDecider(Rulebook rules, StudySet set, HoldBook holds, IUnitRecorder recorder)
{
    /// <summary>Why a unit is parked that waits behind a rejected one.</summary>
    public const string Held = "held";

    public const int WaitingPerKeyMax = 100;
    public static readonly TimeSpan ParkedFor = TimeSpan.FromDays(14);

    private readonly StudyMatcher _matcher = new(rules, set);
    private readonly StudyApplier _applier = new(rules);

    /// <param name="unit">With its final message key.</param>
    /// <param name="delivery">Kept with a unit that has to wait.</param>
    /// <param name="reapplied">Waiting units of earlier messages that this one set free are added here.</param>
    public UnitResult Decide(UnitUpdate unit, Source source, Delivery delivery, List<UnitResult> reapplied)
    {
        var result = ResultOf(unit);

        if (source.HoldsOnRejection && HoldOn(unit, source, delivery) is { } hold)
        {
            return Wait(unit, source, hold, result, delivery);
        }

        if (unit.Rejection is { } rejection)
        {
            return Reject(result, rejection);
        }

        if (unit.IgnoredReason is { } reason)
        {
            return Ignore(result, reason);
        }

        switch (unit.Kind)
        {
            case UnitKind.PatientUpdate:
                return UpdatePatient(unit, source, result, delivery);
            case UnitKind.PatientMerge:
                return MergePatient(unit, source, result, delivery);
            default:
                DecideStudy(unit, source, result, delivery, reapplied);
                return result;
        }
    }

    /// <summary>A unit that waited behind a rejected one has its turn.</summary>
    /// <param name="source">Null when it is configured no longer.</param>
    /// <param name="delivery">The one it came with.</param>
    /// <param name="reapplied">As in <see cref="Decide"/>.</param>
    public void Release(HeldUnit held, Source? source, Delivery delivery, List<UnitResult> reapplied)
    {
        var unit = held.Unit.Unit;
        holds.Release(held);
        var result = source is not null
            ? Decide(unit, source, delivery, reapplied)
            : Reject(ResultOf(unit), Notice.Of(Codes.UnknownSource, "id", unit.SourceId));

        Replace(held.Unit, source, result, delivery);
    }

    /// <summary>A unit has failed: where its source wants so, later ones of the same study wait until its dead letter is settled.</summary>
    /// <param name="failed">What became of it; null when its message was refused whole.</param>
    public void HoldBehind(UnitResult? failed, UnitUpdate unit, Source source, Delivery delivery, string deadLetterId)
    {
        if (!source.HoldsOnRejection)
        {
            return;
        }

        // Of several studies only those that refused it.
        var uids = failed?.Studies is { } studies
            ? studies.Where(one => one.Error is not null).Select(one => one.Study?.StudyInstanceUid).OfType<string>()
            : UidsOf(unit, source);

        foreach (var uid in uids)
        {
            holds.Begin(new Hold(source.SourceId, uid, deadLetterId, delivery.Now));
        }
    }

    /// <summary>Units of one message that turn out to speak of the same study become one. docs/mapping.md §2.5.</summary>
    public List<UnitUpdate> Join(List<UnitUpdate> units, Source source, Func<IReadOnlyList<UnitUpdate>, UnitUpdate> combine)
    {
        if (units.Count < 2)
        {
            return units;
        }

        var joined = new List<List<UnitUpdate>>();
        var byStudy = new Dictionary<string, List<UnitUpdate>>(StringComparer.Ordinal);

        foreach (var unit in units)
        {
            var studyId = StudyOf(unit, source);

            if (studyId is not null && byStudy.TryGetValue(studyId, out var same))
            {
                same.Add(unit);
                continue;
            }

            List<UnitUpdate> alone = [unit];
            joined.Add(alone);

            if (studyId is not null)
            {
                byStudy.Add(studyId, alone);
            }
        }

        return [.. joined.Select(same => same.Count == 1 ? same[0] : combine(same))];
    }

    /// <summary>A study is there that no message made: it gets its numbers, and what waits under them is applied.</summary>
    public void Welcome(Study study, IReadOnlyList<(LinkKind Kind, Identifier Number)> numbers, Delivery delivery)
    {
        set.AddStudy(study);

        foreach (var (kind, number) in numbers.Where(number => number.Kind is not (LinkKind.StudyId or LinkKind.StudyInstanceUid)))
        {
            set.AddLink(study, kind, number);
        }

        WakeUp([.. numbers.Select(number => new LinkKey(number.Kind, number.Number.Value))], study, delivery, []);
    }

    /// <summary>The hold that the unit has to wait behind. What a person asks for, and what is no statement about a study, waits for nothing.</summary>
    private Hold? HoldOn(UnitUpdate unit, Source source, Delivery delivery)
    {
        if (unit.Terms is not null || unit.IgnoredReason is not null || delivery.Inbound.ReplayId is not null)
        {
            return null;
        }

        foreach (var uid in UidsOf(unit, source))
        {
            if (holds.Find(source.SourceId, uid) is { } hold)
            {
                return hold;
            }
        }

        return null;
    }

    /// <summary>The studies the unit speaks of by all that is known: of one that is not there yet, the UID the unit names. None when it cannot be said.</summary>
    private IEnumerable<string> UidsOf(UnitUpdate unit, Source source)
    {
        // By numbers that cannot be right nobody knows which study is meant.
        if (unit.Kind is UnitKind.PatientUpdate or UnitKind.PatientMerge || unit.Rejection?.Code.StartsWith("IDN-", StringComparison.Ordinal) == true)
        {
            return [];
        }

        var match = _matcher.Find(unit, source);

        return match.Studies.Count > 0 ? match.Studies.Select(study => study.StudyInstanceUid)
            : match.Rejection is not null ? []
            : unit.Identities().Select(identity => identity.StudyInstanceUid).OfType<string>().Where(DicomUid.IsValid);
    }

    private UnitResult Wait(UnitUpdate unit, Source source, Hold hold, UnitResult result, Delivery delivery)
    {
        holds.Keep(hold, ParkedOf(unit, delivery, [], DateTimeOffset.MaxValue), delivery.Now);
        (result.Outcome, result.Reason) = (Outcomes.Parked, Held);

        if (_matcher.Find(unit, source) is { Studies: [var study] })
        {
            result.StudyId = study.StudyId;
            recorder.Record(study, unit, result, delivery.Now);
        }

        return result;
    }

    private string? StudyOf(UnitUpdate unit, Source source) =>
        unit.Kind is UnitKind.Order or UnitKind.Result && unit.Rejection is null && unit.IgnoredReason is null
        && _matcher.Find(unit, source) is { Rejection: null, Studies: [var study] }
            ? study.StudyId
            : null;

    private void DecideStudy(UnitUpdate unit, Source source, UnitResult result, Delivery delivery, List<UnitResult> reapplied)
    {
        var match = _matcher.Find(unit, source);

        if (match.Rejection is { } contradiction)
        {
            result.ResolvedBy = match.By;

            if (match.Studies is [var guarded])
            {
                Refuse(guarded, unit, result, contradiction, delivery);
            }
            else
            {
                Reject(result, contradiction);
            }
        }
        else if (match.Studies.Count > 1)
        {
            FanOut(unit.StatusPart(), source, match.Studies, match.By, result, delivery);
        }
        else if (match.Studies is [var study])
        {
            WakeUp(Apply(unit, source, study, match, result, delivery), study, delivery, reapplied);
        }
        else
        {
            DecideUnknown(unit, source, result, delivery, reapplied);
        }
    }

    /// <summary>No study has the unit's numbers: create it, refuse it, or let the unit wait.</summary>
    private void DecideUnknown(UnitUpdate unit, Source source, UnitResult result, Delivery delivery, List<UnitResult> reapplied)
    {
        if (unit.MayCreate && unit.Identity.StudyInstanceUid is { } uid && DicomUid.IsValid(uid))
        {
            Create(unit, source, result, delivery, reapplied);
        }
        else if (unit.Kind == UnitKind.Command)
        {
            Reject(result, Notice.Of(Codes.NotFound));
        }
        else if (unit.Kind == UnitKind.FhirDelete)
        {
            Ignore(result, "no-studies");
        }
        else
        {
            Park(unit, result, delivery);
        }
    }

    private void Create(UnitUpdate unit, Source source, UnitResult result, Delivery delivery, List<UnitResult> reapplied)
    {
        if (unit.OrgNotFound)
        {
            Reject(result, Notice.Of(Codes.OrgNotFound));
            return;
        }

        if (source.OrgIds.Count > 0 && unit.OrgIdAtCreation is { } orgId && !source.OrgIds.Contains(orgId))
        {
            Reject(result, Notice.Of(Codes.OtherOrganization));
            return;
        }

        var studyId = StudyIds.OfUid(unit.Identity.StudyInstanceUid!);
        var study = _applier.Create(studyId, unit, source, result, delivery.Now);
        result.ResolvedBy = "created";
        result.Study = study;
        set.AddStudy(study);
        LinkRules.Learn(set, study, unit);
        recorder.Record(study, unit, result, delivery.Now);
        WakeUp([.. unit.LookupKeys()], study, delivery, reapplied);
    }

    /// <summary>Applies a unit to the study it was found to speak of. Returns the keys that the study learnt.</summary>
    private List<LinkKey> Apply(UnitUpdate unit, Source source, Study study, Match match, UnitResult result, Delivery delivery)
    {
        result.ResolvedBy = match.By;
        result.StudyId = study.StudyId;
        result.Study = study;
        result.Warnings.AddRange(match.Warnings);

        if (StudyApplier.RefusalOf(study, unit, source) is { } refusal)
        {
            Refuse(study, unit, result, refusal, delivery);
            return [];
        }

        var learnt = LinkRules.Learn(set, study, unit);
        _applier.Apply(study, unit, source, result, learnt.Count > 0, delivery.Now);
        set.MarkChanged(study);
        recorder.Record(study, unit, result, delivery.Now);

        return learnt;
    }

    private void Park(UnitUpdate unit, UnitResult result, Delivery delivery)
    {
        LinkKey[] keys = [.. unit.LookupKeys().Distinct()];

        if (keys.Any(key => set.CountWaiting(key) >= WaitingPerKeyMax))
        {
            Reject(result, Notice.Of(Codes.TooManyWaiting));
            return;
        }

        // What a person replays has a fresh chance, however old it is.
        var since = delivery is { Inbound.ReplayId: null, HasWaited: false } ? delivery.Inbound.ReceivedAt : delivery.Now;

        set.Park(ParkedOf(unit, delivery, keys, since + ParkedFor));
        result.Outcome = Outcomes.Parked;
    }

    private static ParkedUnit ParkedOf(UnitUpdate unit, Delivery delivery, LinkKey[] keys, DateTimeOffset expiresAt) => new()
    {
        UnitKey = unit.UnitKey,
        MessageKey = unit.MessageKey,
        Unit = unit,
        ReceivedAt = delivery.Inbound.ReceivedAt,
        ExpiresAt = expiresAt,
        Keys = keys,
        Body = delivery.Inbound.Body,
        Headers = delivery.Headers,
        Door = delivery.Door,
    };

    /// <summary>A study has numbers that it did not have before: what waits under them is applied, the oldest statement first.</summary>
    private void WakeUp(List<LinkKey> learnt, Study study, Delivery delivery, List<UnitResult> reapplied)
    {
        while (set.WaitingUnder(learnt) is { Count: > 0 } waiting)
        {
            var more = new List<LinkKey>();

            foreach (var parked in waiting)
            {
                if (rules.FindSource(parked.Unit.SourceId) is { } source
                    && _matcher.Find(parked.Unit, source) is var match
                    && (match.Rejection is not null || (match.Studies is [var found] && found == study)))
                {
                    set.Unpark(parked);
                    more.AddRange(Reapply(parked, source, study, match, delivery, reapplied));
                }
            }

            learnt = more;
        }
    }

    private List<LinkKey> Reapply(
        ParkedUnit parked, Source source, Study study, Match match, Delivery delivery, List<UnitResult> reapplied)
    {
        var result = ResultOf(parked.Unit);
        reapplied.Add(result);
        List<LinkKey> learnt = [];

        if (match.Rejection is { } contradiction)
        {
            result.ResolvedBy = match.By;
            Refuse(study, parked.Unit, result, contradiction, delivery);
        }
        else
        {
            learnt = Apply(parked.Unit, source, study, match, result, delivery);
        }

        Replace(parked, source, result, delivery);
        return learnt;
    }

    private void Replace(ParkedUnit parked, Source? source, UnitResult result, Delivery delivery)
    {
        if (recorder.Replace(parked, result, delivery.Now) is { } deadLetterId && source is not null)
        {
            HoldBehind(result, parked.Unit, source, delivery, deadLetterId);
        }
    }

    private UnitResult UpdatePatient(UnitUpdate unit, Source source, UnitResult result, Delivery delivery)
    {
        var studies = _matcher.FindOpenOfPatient(unit, source);

        return studies.Count == 0
            ? Ignore(result, "no-studies")
            : FanOut(unit, source, studies, "patient", result, delivery);
    }

    private UnitResult FanOut(
        UnitUpdate unit, Source source, IReadOnlyList<Study> studies, string? by, UnitResult result, Delivery delivery)
    {
        result.ResolvedBy = by;
        result.Studies = [];

        foreach (var study in studies)
        {
            var one = ResultOf(unit);
            Apply(unit, source, study, new Match { By = by }, one, delivery);
            result.Studies.Add(one);
        }

        result.Outcome = Outcomes.WorstOf(result.Studies.Select(one => one.Outcome));
        result.Error = result.Studies.Find(one => one.Error is not null)?.Error;
        return result;
    }

    private UnitResult MergePatient(UnitUpdate unit, Source source, UnitResult result, Delivery delivery)
    {
        var studies = _matcher.OfPatient(unit.PriorPatientKeys ?? [], source);

        if (studies.Count == 0)
        {
            return Ignore(result, "no-studies");
        }

        result.ResolvedBy = "patient";
        result.Outcome = Outcomes.Linked;
        result.Studies = [];

        foreach (var study in studies)
        {
            var one = ResultOf(unit);
            (one.StudyId, one.Outcome) = (study.StudyId, Outcomes.Linked);
            LinkRules.Merge(set, study, unit, rules);
            recorder.Record(study, unit, one, delivery.Now);
            result.Studies.Add(one);
        }

        return result;
    }

    private static UnitResult ResultOf(UnitUpdate unit) => new()
    {
        Unit = unit.Number,
        MessageKey = unit.MessageKey,
        Outcome = Outcomes.Unchanged,
        Warnings = [.. unit.Warnings],
        SourceTime = unit.SourceTime,
        Groups = unit.Groups,
        EventNumber = unit.EventNumber,
        Update = unit,
    };

    /// <summary>The study is known and must not be touched by this unit: its history tells that somebody tried.</summary>
    private void Refuse(Study study, UnitUpdate unit, UnitResult result, Notice error, Delivery delivery)
    {
        result.StudyId = study.StudyId;
        Reject(result, error);
        recorder.Record(study, unit, result, delivery.Now);
    }

    private static UnitResult Reject(UnitResult result, Notice error)
    {
        (result.Outcome, result.Error) = (Outcomes.Rejected, error);
        return result;
    }

    private static UnitResult Ignore(UnitResult result, string reason)
    {
        (result.Outcome, result.Reason) = (Outcomes.Ignored, reason);
        return result;
    }
}
