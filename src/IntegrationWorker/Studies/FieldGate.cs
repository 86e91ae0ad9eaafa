namespace IntegrationWorker.Studies;

/// <summary>What the gates say of one statement.</summary>
internal enum Verdict
{
    /// <summary>The value is to be written.</summary>
    Apply,

    /// <summary>The value is so already; its provenance is refreshed.</summary>
    Equal,

    /// <summary>What is known is newer.</summary>
    Older,

    /// <summary>The source says again what it said before, and somebody else wrote since.</summary>
    Echo,

    /// <summary>The last writer ranks higher for this field.</summary>
    Authority,

    /// <summary>The severity may not be lowered by this source at this time (LCY-104).</summary>
    SeverityKept,
}

/// <summary>Who speaks, and with which clock.</summary>
/// <param name="Write">The provenance that an accepted statement gets.</param>
/// <param name="EchoExempt">Commands are never an echo.</param>
/// <param name="NeverSuperseded">Commands without a time are never too late.</param>
internal readonly record struct Speaker(Write Write, bool EchoExempt, bool NeverSuperseded);

/// <summary>What is special about a statement.</summary>
[Flags]
internal enum StatementTraits
{
    None = 0,

    /// <summary>A PACS does not overwrite what another class wrote (description, severity).</summary>
    GuardedFromPacs = 1,

    /// <summary>A higher severity with its code, or an active signal: an echo only after an operator or the viewer.</summary>
    Urgent = 2,

    /// <summary>A severity: lowering it needs a newer clock and the rank of who raised it.</summary>
    Severity = 4,

    /// <summary>Follows from facts that have passed their own gates: the severity rule does not ask again.</summary>
    Derived = 8,
}

/// <summary>The four gates of a field, in their order: authority, echo, clock, equality. docs/mapping.md §6.3.</summary>
internal static class FieldGate
{
    public static Verdict Judge(FieldState state, string? value, in Speaker speaker, StatementTraits traits)
    {
        var write = speaker.Write;

        if (state.Last is not { } last)
        {
            return state.Value == value ? Verdict.Equal : Verdict.Apply;
        }

        if (traits.HasFlag(StatementTraits.GuardedFromPacs) && write.Authority == Authority.Pacs
            && last.Authority is not (Authority.None or Authority.Pacs))
        {
            return Verdict.Authority;
        }

        if (!speaker.EchoExempt && IsEcho(state, value, write, last, traits))
        {
            return Verdict.Echo;
        }

        if (!speaker.NeverSuperseded && write.Clock.IsOlderThan(last.Clock))
        {
            return Verdict.Older;
        }

        if (traits.HasFlag(StatementTraits.Severity) && Lowers(state.Value, value) && MayNotLower(state, speaker, traits))
        {
            return Verdict.SeverityKept;
        }

        return state.Value == value ? Verdict.Equal : Verdict.Apply;
    }

    /// <summary>Writes what the verdict allows and keeps what the source said.</summary>
    public static void Settle(FieldState state, string? value, in Speaker speaker, Verdict verdict)
    {
        var write = speaker.Write;

        if (verdict is Verdict.Apply or Verdict.Equal)
        {
            state.Set(value, write);
            return;
        }

        // A statement older than the last one of its source does not change what that source said.
        if (state.LastSaidBy(write.Source) is not { } said || !write.Clock.IsOlderThan(said.Clock))
        {
            state.Remember(new Said(write.Source, value, write.Clock));
        }
    }

    public static bool Lowers(string? current, string? value) => Severities.Parse(value) < Severities.Parse(current);

    public static bool Raises(string? current, string? value) => Severities.Parse(value) > Severities.Parse(current);

    private static bool IsEcho(FieldState state, string? value, Write write, Write last, StatementTraits traits)
    {
        if (last.Source == write.Source)
        {
            return false;
        }

        if (traits.HasFlag(StatementTraits.Urgent) && last.Authority is not (Authority.Operator or Authority.Viewer))
        {
            return false;
        }

        return state.LastSaidBy(write.Source) is { } said && said.Value == value && !write.Clock.IsOlderThan(said.Clock);
    }

    private static bool MayNotLower(FieldState state, in Speaker speaker, StatementTraits traits)
    {
        var holder = state.Holder ?? state.Last!;
        var outranked = speaker.Write.Authority.Rank() < holder.Authority.Rank();

        // What follows from the procedures has met the clock rule there; only somebody of higher rank is still asked for.
        return traits.HasFlag(StatementTraits.Derived)
            ? outranked && holder.Source != speaker.Write.Source
            : outranked || !(speaker.NeverSuperseded || speaker.Write.Clock.IsNewerThan(holder.Clock));
    }
}
