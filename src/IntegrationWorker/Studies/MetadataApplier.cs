using IntegrationWorker.Contracts;

namespace IntegrationWorker.Studies;

/// <summary>Takes the metadata of a unit through the gates and into a map that holds fifty pairs. docs/mapping.md §3.7.</summary>
internal sealed class MetadataApplier(UnitApplication application, Rulebook rules)
{
    // Judged and never written to.
    private static readonly FieldState _unknown = new();

    private readonly StudyState _state = application.Study.State;

    public void Apply()
    {
        CollectStatements();
        var newcomers = new List<(MetadataStatement Statement, Speaker Speaker)>();

        foreach (var statement in application.Metadata)
        {
            var field = FieldNames.OfMetadata(statement.Key);
            var speaker = application.Speaker(field, statement.Clock);
            var state = _state.Fields.GetValueOrDefault(field);
            var verdict = FieldGate.Judge(state ?? _unknown, statement.Value, speaker, statement.Traits);

            if (verdict == Verdict.Apply && state?.Value is null && statement.Value is not null)
            {
                newcomers.Add((statement, speaker));
                continue;
            }

            application.Settle(field, state ?? _state.Of(field), statement.Value, statement.Location, speaker, verdict);
        }

        Admit(newcomers);
    }

    /// <summary>How many pairs a command would leave; null when the map is small enough.</summary>
    public static int? PairsBeyondLimit(Study study, UnitUpdate unit)
    {
        var kept = study.Metadata.Select(pair => pair.Key).Where(key => !unit.ClearMetadata || MetadataLimits.IsIdentityKey(key)).ToHashSet();

        foreach (var (key, asserted) in unit.Metadata)
        {
            _ = asserted.Value is null ? kept.Remove(key) : kept.Add(key);
        }

        return kept.Count > MetadataLimits.PairsMax ? kept.Count : null;
    }

    /// <summary>What the unit says, with the deletions that a snapshot or a cleared map stands for.</summary>
    private void CollectStatements()
    {
        var unit = application.Unit;

        foreach (var (key, asserted) in unit.Metadata)
        {
            if (!application.Unsaid.Contains(key))
            {
                application.Metadata.Add(new MetadataStatement(key, asserted.Value, asserted.Location, StatementTraits.None, null));
            }
        }

        if (unit.ClearMetadata)
        {
            ClearAll();
        }

        if (unit.SnapshotPrefix is { } prefix)
        {
            AddAbsentOf(prefix);
        }
    }

    private void ClearAll()
    {
        const string location = "/data/patch/metadata";

        foreach (var (key, _) in application.Study.Metadata)
        {
            if (MetadataLimits.IsIdentityKey(key))
            {
                application.Warn(Notice.Of(Codes.IdentityKeyNull, "field", key, "location", location));
            }
            else if (!application.Unit.Metadata.ContainsKey(key))
            {
                application.Metadata.Add(new MetadataStatement(key, null, location, StatementTraits.None, null));
            }
        }
    }

    /// <summary>An absent element deletes the key it feeds, if this same source set that key last. §4.4.</summary>
    /// <remarks>
    /// Where nobody spoke yet the absence is kept as a null of this source: an older version of the resource that
    /// arrives late must not bring the element back.
    /// </remarks>
    private void AddAbsentOf(string prefix)
    {
        foreach (var key in rules.MetadataPriority.Concat(KnownKeys(prefix)).Distinct())
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal)
                || application.Unit.Metadata.ContainsKey(key)
                || application.Unit.UnknownKeys?.Contains(key) == true)
            {
                continue;
            }

            var state = _state.Fields.GetValueOrDefault(FieldNames.OfMetadata(key));

            if (state is null || state is { Value: null, Last: null } || state.Last?.Source == application.Unit.SourceId)
            {
                application.Metadata.Add(new MetadataStatement(key, null, "absent", StatementTraits.None, null));
            }
        }
    }

    private List<string> KnownKeys(string prefix) =>
        [.. _state.Fields.Keys
            .Where(field => field.StartsWith(FieldNames.MetadataPrefix + prefix, StringComparison.Ordinal))
            .Select(field => field[FieldNames.MetadataPrefix.Length..])];

    private void Admit(List<(MetadataStatement Statement, Speaker Speaker)> newcomers)
    {
        if (newcomers.Count == 0)
        {
            return;
        }

        var room = MetadataLimits.PairsMax - _state.Fields.Count(named =>
            named.Value.Value is not null && named.Key.StartsWith(FieldNames.MetadataPrefix, StringComparison.Ordinal));
        var dropped = new List<string>();
        var byPriority = newcomers.OrderBy(newcomer => Place(newcomer.Statement.Key)).ThenBy(newcomer => newcomer.Statement.Key, StringComparer.Ordinal);

        foreach (var (statement, speaker) in byPriority)
        {
            if (room-- > 0)
            {
                var field = FieldNames.OfMetadata(statement.Key);
                application.Settle(field, _state.Of(field), statement.Value, statement.Location, speaker, Verdict.Apply);
            }
            else
            {
                dropped.Add(statement.Key);
            }
        }

        if (dropped.Count > 0)
        {
            application.Warn(Notice.Of(Codes.MetadataFull, "dropped", dropped));
        }
    }

    private int Place(string key)
    {
        for (var place = 0; place < rules.MetadataPriority.Count; place++)
        {
            if (rules.MetadataPriority[place] == key)
            {
                return place;
            }
        }

        return int.MaxValue;
    }
}
