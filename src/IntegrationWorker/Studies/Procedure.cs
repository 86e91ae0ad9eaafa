namespace IntegrationWorker.Studies;

/// <summary>One ordered examination of a study, each fact with its own clock. docs/mapping.md §3.1.</summary>
internal sealed class Procedure
{
    /// <summary><c>filler:F1^RIS</c>, <c>rp:…</c>, <c>placer:…</c> or <c>group:1</c>.</summary>
    public required string Key { get; set; }

    /// <summary>The clock at which the procedure was first stated: the order of descriptions and codes.</summary>
    public required Clock FirstStated { get; set; }

    /// <summary>By <see cref="ProcedureFacts"/> name.</summary>
    public Dictionary<string, FieldState> Facts { get; init; } = new(StringComparer.Ordinal);

    public bool IsCancelled => Get(ProcedureFacts.State) == ProcedureFacts.Cancelled;

    public bool IsFinal => Get(ProcedureFacts.Result) == ProcedureFacts.Final;

    public string? Get(string fact) => Facts.TryGetValue(fact, out var state) ? state.Value : null;

    public FieldState Of(string fact)
    {
        if (!Facts.TryGetValue(fact, out var state))
        {
            state = new FieldState();
            Facts.Add(fact, state);
        }

        return state;
    }
}

/// <summary>Names and values of what is known of a procedure.</summary>
internal static class ProcedureFacts
{
    public const string State = "state";
    public const string Result = "result";
    public const string Description = "description";
    public const string Severity = "severity";

    /// <summary>Facts that become metadata keys; the fact is named like the key.</summary>
    public const string ProcedureCode = "ris.procedureCode";
    public const string Modality = "ris.modality";
    public const string RequestedProcedureId = "ris.requestedProcedureId";
    public const string PriorityCode = "ris.priorityCode";

    public const string Active = "active";
    public const string Cancelled = "cancelled";
    public const string Final = "final";
    public const string Preliminary = "preliminary";
    public const string Pending = "pending";

    /// <summary>The facts that a metadata key is derived from, in no particular order.</summary>
    public static readonly string[] Codes = [ProcedureCode, Modality, RequestedProcedureId, PriorityCode];

    /// <summary>The study field under which a fact is listed when a gate stops it.</summary>
    public static string StudyFieldOf(string fact) => fact switch
    {
        State => FieldNames.IsCancelled,
        Result => FieldNames.StudyViewerStatus,
        Description => FieldNames.StudyDescription,
        Severity => FieldNames.Severity,
        _ => FieldNames.OfMetadata(fact),
    };
}
