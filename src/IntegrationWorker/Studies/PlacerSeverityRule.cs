namespace IntegrationWorker.Studies;

/// <summary>An EHR does not lower a severity that the department has set. docs/mapping.md §3.5.</summary>
internal static class PlacerSeverityRule
{
    public static bool Holds(Source source, Rulebook rules, FieldState state, string? value) =>
        source is { IsPlacer: true, PlacerSeverityCompetes: false }
        && FieldGate.Lowers(state.Value, value)
        && state.Last is { Source.Length: > 0 } last
        && rules.FindSource(last.Source) is { Kind: "hl7v2", IsPlacer: false };
}
