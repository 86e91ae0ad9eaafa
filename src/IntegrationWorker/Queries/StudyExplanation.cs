namespace IntegrationWorker.Queries;

/// <summary>Why a study is as it is: each field with who set it, from where in which message, and what was held back.</summary>
internal sealed record StudyExplanation(
    string StudyId, string StudyInstanceUid, long Version, IReadOnlyList<FieldExplanation> Fields, IReadOnlyList<ProcedureExplanation> Procedures);

/// <param name="Rule">Sections of docs/mapping.md.</param>
/// <param name="SetBy">Null where nobody known set the value: a default, or an import.</param>
/// <param name="Said">What further sources said last, where it is another value or was overwritten.</param>
/// <param name="Decisions">What was decided about the field, the oldest first, as far back as history is kept.</param>
internal sealed record FieldExplanation(
    string Field, string? Value, string Rule, Setter? SetBy, IReadOnlyList<Statement> Said, IReadOnlyList<Decision> Decisions);

/// <summary>The write that gave a field its value.</summary>
/// <param name="SourceTime">The source's own clock, RFC 3339.</param>
/// <param name="MessageKey">Null where the value was imported.</param>
/// <param name="Location">Where in the message: <c>OBR-27.6</c>; null when the value was derived or is no longer in the history.</param>
internal sealed record Setter(
    string SourceId, string Authority, DateTimeOffset SourceTime, string? MessageKey, int? Unit, string? Location, string? EventId);

/// <summary>The last thing a source said of a field.</summary>
internal sealed record Statement(string SourceId, string? Value, DateTimeOffset SourceTime);

/// <param name="Verdict"><c>applied</c>, or why it was held back: <c>older</c>, <c>echo</c>, <c>authority</c>.</param>
/// <param name="Holder">Held back: the unit that holds the field.</param>
/// <param name="EventId">Applied: the event that told of it.</param>
internal sealed record Decision(
    DateTimeOffset At, string Verdict, string? Value, string? Previous, string SourceId, string MessageType, string MessageKey, int Unit,
    string? Location, string? Holder, string? EventId);

/// <summary>A procedure of the study: description, severity, viewer status and cancellation are derived from all of them.</summary>
/// <param name="Key">Without its issuer's meaning: <c>filler:F1^RIS</c>.</param>
internal sealed record ProcedureExplanation(string Key, IReadOnlyList<FactExplanation> Facts);

internal sealed record FactExplanation(string Fact, string? Value, Setter? SetBy);
