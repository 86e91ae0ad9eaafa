namespace IntegrationWorker.Studies;

/// <summary>
/// What comes with a unit whose sender waits for the study as the answer. A refusal is told to that sender; nothing of it is kept.
/// </summary>
/// <param name="MustBeNew">The unit creates a study and touches none that is there.</param>
/// <param name="Versions">The study must have one of these; null: any.</param>
internal sealed record RequestTerms(bool MustBeNew, IReadOnlyList<long>? Versions);
