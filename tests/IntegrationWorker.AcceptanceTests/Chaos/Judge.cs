using IntegrationWorker.AcceptanceTests.Journeys;
using IntegrationWorker.Contracts;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>Compares what a store holds, and what was published, with the known answer. Says keys, ids and field names, no content.</summary>
internal sealed class Judge(Contents answer, Contents store, IReadOnlyList<StudyEvent> published)
{
    private readonly Findings _findings = new();

    public Findings Compare()
    {
        CompareStudies();
        CompareRecords();
        CompareEffects();
        CompareVersions();
        ComparePublications();

        return _findings;
    }

    private void CompareStudies()
    {
        var actual = store.Studies.ToDictionary(study => study.StudyInstanceUid, StringComparer.Ordinal);

        foreach (var expected in answer.Studies)
        {
            if (!actual.Remove(expected.StudyInstanceUid, out var study))
            {
                _findings.Lost.Add($"study {expected.StudyId}");
                continue;
            }

            var (wanted, found) = (FieldsOf(expected, answer), FieldsOf(study, store));
            var differing = wanted.Keys.Union(found.Keys).Where(name => wanted.GetValueOrDefault(name) != found.GetValueOrDefault(name));
            _findings.Wrong.AddRange(differing.Select(field => $"{field} of study {expected.StudyId}"));
        }

        _findings.Wrong.AddRange(actual.Values.Select(study => $"study {study.StudyId} should not be there"));
    }

    // All that does not depend on when something came: not the times of decisions, not the number of changes on the way.
    private static Dictionary<string, string?> FieldsOf(Study study, Contents contents)
    {
        var fields = study.State.Fields
            .Where(field => field.Value.Value is not null && (field.Key != FieldNames.IsCancelled || field.Value.Value == "true"))
            .ToDictionary(field => field.Key, field => field.Value.Value, StringComparer.Ordinal);
        fields["studyId"] = study.StudyId;
        fields["orgId"] = study.OrgId;
        fields["createdBy"] = study.CreatedBy;
        fields["has cancelledAt"] = (study.CancelledAt is not null).ToString();
        fields["links"] = TextOf(study, contents.Links);
        fields["links in the row"] = TextOf(study, contents.RowLinks);

        return fields;
    }

    private static string TextOf(Study study, IReadOnlyList<Link> links) =>
        string.Join('\n', links.Where(link => link.StudyId == study.StudyId).Select(link => link.ToString()).Order(StringComparer.Ordinal));

    private void CompareRecords()
    {
        var actual = store.Records.GroupBy(record => record.BaseKey).ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);

        foreach (var expected in answer.Records)
        {
            if (!actual.Remove(expected.Key, out var records))
            {
                _findings.Lost.Add($"record {expected.Key}");
            }
            else if (records.Count > 1)
            {
                _findings.Doubled.Add($"record {expected.Key}");
            }
            else if (!IsSameKind(expected.Outcome, records[0].Outcome))
            {
                _findings.Wrong.Add($"outcome of {expected.Key}: {records[0].Outcome} for {expected.Outcome}");
            }
        }

        _findings.Wrong.AddRange(actual.Keys.Select(key => $"record {key} should not be there"));
        Count(answer.DeadLetterKeys, store.DeadLetterKeys, "dead letter");
    }

    // Which of these it is depends on what came before. What waits is not at its end.
    private static bool IsSameKind(string expected, string actual) => expected == actual || (IsDecided(expected) && IsDecided(actual));

    private static bool IsDecided(string outcome) => outcome is not (Outcomes.Rejected or Outcomes.Ignored or Outcomes.Parked);

    private void Count(IEnumerable<string> expected, IEnumerable<string> actual, string what)
    {
        var found = actual.CountBy(key => key).ToDictionary(StringComparer.Ordinal);

        foreach (var (key, count) in expected.CountBy(key => key))
        {
            found.Remove(key, out var there);
            (there < count ? _findings.Lost : there > count ? _findings.Doubled : []).Add($"{what} of {key}");
        }

        _findings.Wrong.AddRange(found.Keys.Select(key => $"{what} of {key} should not be there"));
    }

    // One effect is one unit of a message on a study: it has one event, one entry of the history, one id.
    private void CompareEffects()
    {
        var told = store.Effects().ToList();
        var ids = told.Select(effect => effect.EventId).ToHashSet(StringComparer.Ordinal);
        var kept = store.Events.GroupBy(entry => entry.EventId).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);

        _findings.Lost.AddRange(ids.Where(id => !kept.ContainsKey(id)).Select(id => $"event {id}"));
        _findings.Wrong.AddRange(kept.Keys.Where(id => !ids.Contains(id)).Select(id => $"event {id} that no record tells of"));
        _findings.Doubled.AddRange(kept.Where(entry => entry.Value > 1).Select(entry => $"event {entry.Key}"));
        var effects = store.Events.Select(Read).GroupBy(e => (e.MessageKey, e.Unit, e.StudyId));
        _findings.Doubled.AddRange(effects.Where(group => group.Count() > 1).Select(group => $"effect of {group.Key.MessageKey}#{group.Key.Unit}"));

        var history = store.History.GroupBy(entry => (entry.StudyId, entry.MessageKey, entry.Unit)).ToList();
        _findings.Doubled.AddRange(history.Where(group => group.Count() > 1).Select(group => $"history of {group.Key.MessageKey}#{group.Key.Unit}"));
        var entries = history.Select(group => (group.Key.MessageKey, group.Key.Unit)).ToHashSet();
        _findings.Lost.AddRange(told.Where(effect => !entries.Contains((effect.Key, effect.Unit))).Select(effect => $"history of {effect.Key}#{effect.Unit}"));
    }

    // Versions count from 1 without a gap, and the changes of the events, one after the other, make the study.
    private void CompareVersions()
    {
        var events = store.Events.Select(Read).ToLookup(e => e.StudyId);

        foreach (var study in store.Studies)
        {
            var inOrder = events[study.StudyId].OrderBy(e => e.Version).ToList();

            if (!inOrder.Select(e => e.Version).SequenceEqual(UpTo(study.Version)))
            {
                _findings.Gaps.Add($"study {study.StudyId} of version {study.Version}");
            }

            var replayed = new Dictionary<string, string?>(StringComparer.Ordinal);

            foreach (var (field, current) in inOrder.SelectMany(e => e.Changes()))
            {
                replayed[field] = current;
            }

            _findings.Wrong.AddRange(replayed
                .Where(change => change.Key != FieldNames.IsCancelled && change.Value != study.State.Get(change.Key))
                .Select(change => $"{change.Key} of study {study.StudyId} is not what its events say"));
        }
    }

    private void ComparePublications()
    {
        var kept = store.Events.Select(entry => entry.EventId).ToHashSet(StringComparer.Ordinal);
        var seen = published.Select(e => e.Id).ToHashSet(StringComparer.Ordinal);

        _findings.Lost.AddRange(kept.Where(id => !seen.Contains(id)).Select(id => $"publication of {id}"));
        _findings.Wrong.AddRange(seen.Where(id => !kept.Contains(id)).Select(id => $"publication of {id} that is not kept"));
        _findings.PublishedAgain = published.Count - seen.Count;

        foreach (var study in published.GroupBy(e => e.StudyId))
        {
            var firsts = study.DistinctBy(e => e.Id).Select(e => e.Version).ToList();

            if (!firsts.SequenceEqual(UpTo(firsts.Count)))
            {
                _findings.OutOfOrder.Add($"study {study.Key}");
            }
        }
    }

    private static IEnumerable<long> UpTo(long last) => Enumerable.Range(1, (int)last).Select(version => (long)version);

    private static StudyEvent Read(OutboxEntry entry) => StudyEvent.Of(System.Text.Json.JsonElement.Parse(entry.Body));
}
