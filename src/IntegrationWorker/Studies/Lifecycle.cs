using IntegrationWorker.Contracts;

namespace IntegrationWorker.Studies;

/// <summary>Reinstating a study: who may, and what goes with it. docs/mapping.md §3.5, §6.4, §6.5.</summary>
internal static class Lifecycle
{
    private const string StatusReason = "ris.statusReason";

    /// <summary>An <c>active</c> signal of an order that its procedure accepted.</summary>
    public static void Activate(UnitApplication application, string? location, Clock clock)
    {
        if (Reinstate(application, location, clock))
        {
            ForgetReason(application, location);
        }
    }

    /// <summary>Makes the study active again if the source may.</summary>
    /// <returns>False when the study stays cancelled.</returns>
    public static bool Reinstate(UnitApplication application, string? location, Clock? clock = null)
    {
        if (!application.Study.IsCancelled)
        {
            return true;
        }

        var state = application.Study.State.Of(FieldNames.IsCancelled);
        var speaker = application.Speaker(FieldNames.IsCancelled, clock);

        if (state.Last is { } last && !speaker.NeverSuperseded && speaker.Write.Clock.IsOlderThan(last.Clock))
        {
            application.Settle(FieldNames.IsCancelled, state, "false", location, speaker, Verdict.Older);
            return false;
        }

        if (MayNotReinstate(application.Study, application.Unit, application.Source))
        {
            application.Warn(Notice.Of(Codes.MayNotReinstate));
            return false;
        }

        if (application.State(FieldNames.IsCancelled, "false", location, StatementTraits.Urgent, clock) != Verdict.Apply)
        {
            return false;
        }

        application.Study.State.EnteredInError = false;
        return true;
    }

    /// <summary>The source of the unit has no say over who cancelled the study.</summary>
    public static bool MayNotReinstate(Study study, UnitUpdate unit, Source source)
    {
        var authority = source.AuthorityFor(FieldNames.IsCancelled);
        var canceller = study.State.Fields.GetValueOrDefault(FieldNames.IsCancelled)?.Last;

        if (authority == Authority.Operator)
        {
            return false;
        }

        return study.State.EnteredInError
            || (canceller is not null && canceller.Authority.Rank() > authority.Rank())
            || (unit.Kind == UnitKind.FhirResource && canceller?.Source != unit.SourceId);
    }

    /// <summary>
    /// What goes on has no reason to stop any more. The null is kept even where there is nothing to delete: a hold that
    /// arrives late must not bring its reason back.
    /// </summary>
    private static void ForgetReason(UnitApplication application, string? location)
    {
        if (!application.Unit.Metadata.ContainsKey(StatusReason))
        {
            application.Metadata.Add(new MetadataStatement(StatusReason, null, location, StatementTraits.None, null));
        }
    }
}
