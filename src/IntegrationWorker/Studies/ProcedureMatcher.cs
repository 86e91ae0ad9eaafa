namespace IntegrationWorker.Studies;

/// <summary>Which known procedure a unit's procedure is. docs/mapping.md §3.1.</summary>
internal static class ProcedureMatcher
{
    private static readonly string[] _strongestFirst = ["filler:", "rp:", "placer:", "group:"];

    /// <summary>The known procedure, or null when it is a new one. A weaker key of the same procedure is made stronger.</summary>
    /// <param name="known">How many procedures the study had before the unit.</param>
    /// <param name="inUnit">How many procedures the unit has.</param>
    public static Procedure? Find(StudyState state, ProcedureUpdate update, int known, int inUnit)
    {
        var procedure = Peek(state, update, known, inUnit);

        if (procedure is not null && Strength(update.Key) < Strength(procedure.Key))
        {
            procedure.Key = update.Key;
        }

        return procedure;
    }

    /// <summary>As <see cref="Find"/>, but changes nothing.</summary>
    public static Procedure? Peek(StudyState state, ProcedureUpdate update, int known, int inUnit)
    {
        var isGroup = update.Key.StartsWith("group:", StringComparison.Ordinal);

        if (!isGroup && state.Find(update.Key) is { } same)
        {
            return same;
        }

        if (known != 1 || inUnit != 1)
        {
            return null;
        }

        // One of each side: the same examination, unless both name it by their filler's own number.
        var only = state.Procedures[0];

        return Strength(only.Key) == 0 && Strength(update.Key) == 0 ? null : only;
    }

    /// <summary>The key a new procedure is kept under: a group number says nothing beyond its message, so it gets a free one.</summary>
    public static string FreeKey(StudyState state, string key)
    {
        if (state.Find(key) is null)
        {
            return key;
        }

        var number = state.Procedures.Count + 1;

        while (state.Find($"group:{number}") is not null)
        {
            number++;
        }

        return $"group:{number}";
    }

    private static int Strength(string key)
    {
        for (var place = 0; place < _strongestFirst.Length; place++)
        {
            if (key.StartsWith(_strongestFirst[place], StringComparison.Ordinal))
            {
                return place;
            }
        }

        return -1;
    }
}
