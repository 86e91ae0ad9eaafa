using IntegrationWorker.Contracts;

namespace IntegrationWorker.Studies;

/// <summary>One unit on its way through the gates of one study: what it changed, what was held back, and why.</summary>
/// <remarks>The working table of <see cref="StudyApplier"/>: every write of a field goes through <see cref="State"/>.</remarks>
internal sealed class UnitApplication
{
    private readonly Dictionary<string, (string? Previous, string? Location)> _written = new(StringComparer.Ordinal);

    // Most fields are written with the same provenance: they share it, in memory and in the state document.
    private readonly List<Write> _writes = [];

    public UnitApplication(Study study, UnitUpdate unit, Source source, UnitResult result)
    {
        Study = study;
        Unit = unit;
        Source = source;
        Result = result;
    }

    public Study Study { get; }

    public UnitUpdate Unit { get; }

    public Source Source { get; }

    public UnitResult Result { get; }

    /// <summary>Metadata statements on their way to <see cref="MetadataApplier"/>: all of a unit are admitted together, by priority.</summary>
    public List<MetadataStatement> Metadata { get; } = [];

    /// <summary>Keys of the unit that count as not said.</summary>
    public HashSet<string> Unsaid { get; } = new(StringComparer.Ordinal);

    /// <summary>A procedure was added or a fact of one changed.</summary>
    public bool ProceduresChanged { get; set; }

    /// <summary>The unit's voice for a field, with the class its source has for that field.</summary>
    public Speaker Speaker(string field, Clock? clock = null) =>
        new(WriteWith(Source.AuthorityFor(field), clock ?? Unit.Clock), Unit.Kind == UnitKind.Command, Unit.NeverSuperseded);

    /// <summary>Judges a statement about a study field, settles it and lists it where it was held back.</summary>
    public Verdict State(string field, string? value, string? location, StatementTraits traits, Clock? clock = null)
    {
        var state = Study.State.Of(field);
        var speaker = Speaker(field, clock);
        var verdict = FieldGate.Judge(state, value, speaker, traits);

        Settle(field, state, value, location, speaker, verdict);
        return verdict;
    }

    /// <summary>Settles a verdict about a study field that was reached before.</summary>
    public void Settle(string field, FieldState state, string? value, string? location, in Speaker speaker, Verdict verdict)
    {
        var previous = state.Value;

        if (verdict is not (Verdict.Apply or Verdict.Equal) && previous != value)
        {
            HoldBack(field, value, location, verdict, state.Last);
        }

        FieldGate.Settle(state, value, speaker, verdict);

        if (verdict == Verdict.Apply)
        {
            var before = _written.TryGetValue(field, out var written) ? written.Previous : previous;
            _written[field] = (before, location);
        }
    }

    /// <summary>Lists a statement under the name of the study field it would have changed.</summary>
    public void HoldBack(string field, string? value, string? location, Verdict verdict, Write? holder)
    {
        var (list, reason) = verdict switch
        {
            Verdict.Older => (Result.Superseded, "older"),
            Verdict.Echo => (Result.EchoSuppressed, "echo"),
            _ => (Result.HeldByAuthority, "authority"),
        };

        if (!list.Contains(field))
        {
            list.Add(field);
        }

        Result.Held.Add(new HeldBack(field, reason, value, location, holder?.Key));

        if (verdict == Verdict.SeverityKept && field == FieldNames.Severity)
        {
            Warn(Notice.Of(Codes.SeverityNotLowered, "holder", holder?.Source ?? ""));
        }
    }

    /// <summary>Adds a warning once.</summary>
    public void Warn(Notice notice)
    {
        if (!Result.Warnings.Exists(known => known.Code == notice.Code && known.Location == notice.Location
            && known.Details?.GetValueOrDefault("procedure") as string == notice.Details?.GetValueOrDefault("procedure") as string))
        {
            Result.Warnings.Add(notice);
        }
    }

    /// <summary>The fields whose value is another one than before the unit, in the order of an event.</summary>
    public List<FieldChange> Changes()
    {
        var changes = new List<FieldChange>();

        foreach (var (field, (previous, location)) in _written)
        {
            var current = Study.State.Get(field);

            if (current != previous)
            {
                changes.Add(new FieldChange(field, previous, current, location));
            }
        }

        changes.Sort(static (left, right) => FieldNames.CompareForEvent(left.Field, right.Field));
        return changes;
    }

    private Write WriteWith(Authority authority, Clock clock)
    {
        foreach (var known in _writes)
        {
            if (known.Authority == authority && known.Clock == clock)
            {
                return known;
            }
        }

        var write = new Write(Unit.SourceId, authority, clock, Unit.UnitKey);
        _writes.Add(write);
        return write;
    }
}

/// <summary>What is to become of one metadata key.</summary>
/// <param name="Clock">Null: the clock of the unit.</param>
internal sealed record MetadataStatement(string Key, string? Value, string? Location, StatementTraits Traits, Clock? Clock);
