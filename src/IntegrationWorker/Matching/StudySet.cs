using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Matching;

/// <summary>The studies, links and waiting units of one batch, as the batch changes them.</summary>
/// <remarks>
/// Later messages of a batch see what earlier ones changed, so any cut of a sequence into batches gives the same result.
/// Holds only what was loaded: whoever looks up a key must have had it loaded before.
/// </remarks>
internal sealed class StudySet(Rulebook rules, BatchChanges changes)
{
    private static readonly List<Link> _noLinks = [];

    private readonly Dictionary<string, Study> _studies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Study> _byUid = new(StringComparer.Ordinal);
    private readonly Dictionary<LinkKey, List<Link>> _links = [];
    private readonly Dictionary<string, List<Link>> _linksOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ParkedUnit> _parked = new(StringComparer.Ordinal);
    private readonly Dictionary<LinkKey, List<ParkedUnit>> _waiting = [];
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    public IEnumerable<ParkedUnit> Parked => _parked.Values;

    public IEnumerable<Study> Studies => _studies.Values;

    /// <summary>Takes in what the store found. What is known already stays as it is.</summary>
    public void Add(LoadedStudies loaded)
    {
        var fresh = new HashSet<string>(loaded.Studies.Count, StringComparer.Ordinal);
        _studies.EnsureCapacity(_studies.Count + loaded.Studies.Count);
        _byUid.EnsureCapacity(_byUid.Count + loaded.Studies.Count);
        _linksOf.EnsureCapacity(_linksOf.Count + loaded.Studies.Count);
        _links.EnsureCapacity(_links.Count + loaded.Links.Count);

        foreach (var study in loaded.Studies)
        {
            if (_studies.TryAdd(study.StudyId, study))
            {
                _byUid[study.StudyInstanceUid] = study;
                fresh.Add(study.StudyId);
            }
        }

        foreach (var link in loaded.Links)
        {
            // Its own id and UID need no link here: Find and FindByUid know them.
            if (link.Kind is not (LinkKind.StudyId or LinkKind.StudyInstanceUid) && fresh.Contains(link.StudyId))
            {
                Index(link);
            }
        }

        foreach (var parked in loaded.Parked)
        {
            Index(parked);
        }
    }

    public Study? Find(string studyId) => _studies.GetValueOrDefault(studyId);

    public Study? FindByUid(string uid) => _byUid.GetValueOrDefault(uid);

    /// <summary>Studies that carry a number, by id. A number without issuer equals only numbers without one.</summary>
    public List<Study> FindByNumber(LinkKind kind, Identifier number)
    {
        var found = new List<Study>();

        foreach (var link in _links.GetValueOrDefault(new LinkKey(kind, number.Value)) ?? [])
        {
            if (rules.IsSameIssuer(link.Issuer, number.Issuer) && _studies.TryGetValue(link.StudyId, out var study) && !found.Contains(study))
            {
                found.Add(study);
            }
        }

        // The order in which links were loaded and learnt depends on how messages were cut into batches.
        found.Sort((left, right) => string.CompareOrdinal(left.StudyId, right.StudyId));
        return found;
    }

    /// <summary>Not to be changed by the caller.</summary>
    public List<Link> LinksOf(Study study) => _linksOf.GetValueOrDefault(study.StudyId) ?? _noLinks;

    public bool HasLink(Study study, LinkKind kind)
    {
        foreach (var link in LinksOf(study))
        {
            if (link.Kind == kind)
            {
                return true;
            }
        }

        return false;
    }

    public bool HasLink(Study study, LinkKind kind, Identifier number)
    {
        foreach (var link in LinksOf(study))
        {
            if (link.Kind == kind && link.Value == number.Value && rules.IsSameIssuer(link.Issuer, number.Issuer))
            {
                return true;
            }
        }

        return false;
    }

    public void AddStudy(Study study)
    {
        _studies.Add(study.StudyId, study);
        _byUid.Add(study.StudyInstanceUid, study);
        _changed.Add(study.StudyId);
        changes.NewStudies.Add(study);
    }

    public void MarkChanged(Study study)
    {
        if (_changed.Add(study.StudyId))
        {
            changes.ChangedStudies.Add(study);
        }
    }

    /// <summary>Adds a link. False when the study has it already.</summary>
    public bool AddLink(Study study, LinkKind kind, Identifier number)
    {
        if (HasLink(study, kind, number))
        {
            return false;
        }

        var link = new Link(kind, number.Value, number.Issuer, study.StudyId);
        Index(link);

        if (!changes.RemovedLinks.Remove(link))
        {
            changes.NewLinks.Add(link);
        }

        return true;
    }

    public void RemoveLink(Link link)
    {
        _links[link.Key].Remove(link);
        _linksOf[link.StudyId].Remove(link);

        if (!changes.NewLinks.Remove(link))
        {
            changes.RemovedLinks.Add(link);
        }
    }

    /// <summary>Units that wait under one of these keys, the oldest source clock first.</summary>
    public List<ParkedUnit> WaitingUnder(IEnumerable<LinkKey> keys)
    {
        var found = new List<ParkedUnit>();

        foreach (var key in keys)
        {
            foreach (var parked in _waiting.GetValueOrDefault(key) ?? [])
            {
                if (!found.Contains(parked))
                {
                    found.Add(parked);
                }
            }
        }

        return [.. found.OrderBy(parked => parked, ParkedOrder.Instance)];
    }

    public int CountWaiting(LinkKey key) => _waiting.GetValueOrDefault(key)?.Count ?? 0;

    public void Park(ParkedUnit parked)
    {
        Index(parked);

        if (!changes.RemovedParked.Remove(parked.UnitKey))
        {
            changes.NewParked.Add(parked);
        }
    }

    public void Unpark(ParkedUnit parked)
    {
        _parked.Remove(parked.UnitKey);

        foreach (var key in parked.Keys)
        {
            _waiting[key].Remove(parked);
        }

        if (changes.NewParked.RemoveAll(candidate => candidate.UnitKey == parked.UnitKey) == 0)
        {
            changes.RemovedParked.Add(parked.UnitKey);
        }
    }

    private void Index(Link link)
    {
        ListOf(_links, link.Key, usual: 1).Add(link);
        ListOf(_linksOf, link.StudyId, usual: 6).Add(link);
    }

    private void Index(ParkedUnit parked)
    {
        if (!_parked.TryAdd(parked.UnitKey, parked))
        {
            return;
        }

        foreach (var key in parked.Keys)
        {
            ListOf(_waiting, key, usual: 1).Add(parked);
        }
    }

    private static List<TItem> ListOf<TKey, TItem>(Dictionary<TKey, List<TItem>> lists, TKey key, int usual)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list))
        {
            list = new List<TItem>(usual);
            lists.Add(key, list);
        }

        return list;
    }
}
