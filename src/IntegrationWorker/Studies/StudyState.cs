namespace IntegrationWorker.Studies;

/// <summary>The state document of a study: values, provenance, last statements, procedures.</summary>
internal sealed class StudyState
{
    /// <summary>By field name: <c>severity</c>, <c>metadata.ris.modality</c>. See <see cref="FieldNames"/>.</summary>
    public Dictionary<string, FieldState> Fields { get; init; } = new(StringComparer.Ordinal);

    public List<Procedure> Procedures { get; init; } = [];

    /// <summary>A source said that the record was entered in error: only an operator reinstates the study.</summary>
    public bool EnteredInError { get; set; }

    /// <summary>Transaction times seen per procedure and source, to notice a sender that never moves ORC-9. Null when unused.</summary>
    public Dictionary<string, RepeatedTime>? RepeatedTimes { get; set; }

    public string? Get(string field) => Fields.TryGetValue(field, out var state) ? state.Value : null;

    public FieldState Of(string field)
    {
        if (!Fields.TryGetValue(field, out var state))
        {
            state = new FieldState();
            Fields.Add(field, state);
        }

        return state;
    }

    public Procedure? Find(string key)
    {
        foreach (var procedure in Procedures)
        {
            if (procedure.Key == key)
            {
                return procedure;
            }
        }

        return null;
    }
}

/// <summary>How many different messages of one source carried the same transaction time for a procedure.</summary>
internal sealed record RepeatedTime(long TransactionTicks, int Messages);
