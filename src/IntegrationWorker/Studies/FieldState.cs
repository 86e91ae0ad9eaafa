namespace IntegrationWorker.Studies;

/// <summary>A value with its provenance and with what each source said last about it.</summary>
internal sealed class FieldState
{
    /// <summary>The value; null when there is none. A null with a <see cref="Last"/> was deleted by somebody.</summary>
    public string? Value { get; set; }

    /// <summary>The last write; null when nobody known wrote the value.</summary>
    public Write? Last { get; set; }

    /// <summary>Who gave a severity its present height, when a later equal statement of another source refreshed <see cref="Last"/>.</summary>
    public Write? Holder { get; set; }

    /// <summary>Statements that differ from the value or were overwritten by another source. Null when there are none.</summary>
    public List<Said>? Others { get; set; }

    /// <summary>What <paramref name="source"/> said last, or null when it never spoke about this field.</summary>
    public Said? LastSaidBy(string source)
    {
        if (Others is not null)
        {
            foreach (var said in Others)
            {
                if (said.Source == source)
                {
                    return said;
                }
            }
        }

        return Last is { } last && last.Source == source ? new Said(source, Value, last.Clock) : null;
    }

    /// <summary>Keeps a statement that did not become the value.</summary>
    public void Remember(Said said)
    {
        Others ??= [];
        Forget(Others, said.Source);
        Others.Add(said);
    }

    /// <summary>Sets the value and its provenance; the statement of the writer before, if another one, is kept.</summary>
    public void Set(string? value, Write write)
    {
        if (Last is { } before && before.Source != write.Source && !HasSaid(before.Source))
        {
            Remember(new Said(before.Source, Value, before.Clock));
        }

        if (Others is not null)
        {
            Forget(Others, write.Source);
            Others = Others.Count > 0 ? Others : null;
        }

        Holder = value == Value ? Holder ?? Last : null;
        Value = value;
        Last = write;
    }

    private bool HasSaid(string source) => Others is not null && Others.Exists(other => other.Source == source);

    private static void Forget(List<Said> others, string source) => others.RemoveAll(other => other.Source == source);
}
