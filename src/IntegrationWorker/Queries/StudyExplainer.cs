using System.Globalization;
using System.Text.Json;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Queries;

/// <summary>Puts together what the state document and the history know of a study's fields.</summary>
internal sealed class StudyExplainer(IStudyReader reader)
{
    /// <param name="field">Only this field, by its name in events: <c>severity</c>, <c>metadata.ris.modality</c>. Null: all.</param>
    /// <returns>Null when there is no such study.</returns>
    public async Task<StudyExplanation?> ExplainAsync(string studyId, string? field, CancellationToken cancellationToken)
    {
        if (await reader.FindByIdAsync(studyId, cancellationToken) is not { } study)
        {
            return null;
        }

        var history = await reader.HistoryAsync(studyId, cancellationToken);
        var decisions = history.SelectMany(DecisionsOf).ToLookup(one => one.Field, one => one.Decision, StringComparer.Ordinal);

        var names = study.State.Fields.Keys
            .Union(decisions.Select(group => group.Key), StringComparer.Ordinal)
            .Where(name => field is null || name == field)
            .Order(Comparer<string>.Create(FieldNames.CompareForEvent));

        return new StudyExplanation(
            study.StudyId,
            study.StudyInstanceUid,
            study.Version,
            [.. names.Select(name => Explain(name, study.State.Fields.GetValueOrDefault(name), [.. decisions[name]]))],
            [.. study.State.Procedures.Select(Explain)]);
    }

    private static FieldExplanation Explain(string name, FieldState? state, IReadOnlyList<Decision> decisions) => new(
        name,
        state?.Value,
        FieldRules.SectionOf(name),
        state?.Last is { } last ? SetterOf(last, decisions) : null,
        [.. (state?.Others ?? []).Select(said => new Statement(said.Source, said.Value, said.Clock.Transaction.Start))],
        decisions);

    private static ProcedureExplanation Explain(Procedure procedure) => new(
        procedure.Key,
        [.. procedure.Facts.Select(fact => new FactExplanation(
            fact.Key, fact.Value.Value, fact.Value.Last is { } last ? SetterOf(last, []) : null))]);

    private static Setter SetterOf(Write write, IReadOnlyList<Decision> decisions)
    {
        var (key, unit) = Split(write.Key);
        var decision = decisions.LastOrDefault(one => one.Verdict == "applied" && one.MessageKey == key && one.Unit == unit);

        return new Setter(
            write.Source, write.Authority.ToString().ToLowerInvariant(), write.Clock.Transaction.Start, key, unit, decision?.Location, decision?.EventId);
    }

    private static (string? Key, int? Unit) Split(string? unitKey)
    {
        var hash = unitKey?.LastIndexOf('#') ?? -1;

        return hash > 0 && int.TryParse(unitKey.AsSpan(hash + 1), CultureInfo.InvariantCulture, out var unit)
            ? (unitKey![..hash], unit)
            : (unitKey, null);
    }

    private static IEnumerable<(string Field, Decision Decision)> DecisionsOf(HistoryEntry entry)
    {
        using var document = JsonDocument.Parse(entry.Detail);
        var detail = document.RootElement;
        var decisions = new List<(string, Decision)>();
        var eventId = TextOf(detail, "eventId");

        foreach (var change in ItemsOf(detail, "changes"))
        {
            decisions.Add((TextOf(change, "field")!, new Decision(
                entry.At, "applied", TextOf(change, "current"), TextOf(change, "previous"), entry.SourceId, entry.MessageType,
                entry.MessageKey, entry.Unit, TextOf(change, "location"), null, eventId)));
        }

        foreach (var held in ItemsOf(detail, "held"))
        {
            decisions.Add((TextOf(held, "field")!, new Decision(
                entry.At, TextOf(held, "reason")!, TextOf(held, "value"), null, entry.SourceId, entry.MessageType,
                entry.MessageKey, entry.Unit, TextOf(held, "location"), TextOf(held, "holder"), null)));
        }

        return decisions;
    }

    private static JsonElement.ArrayEnumerator ItemsOf(JsonElement detail, string name) =>
        detail.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default;

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
