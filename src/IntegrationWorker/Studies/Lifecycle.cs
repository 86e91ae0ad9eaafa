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

        if (MayNotReinstate(application, state.Last))
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

    private static bool MayNotReinstate(UnitApplication application, Write? canceller)
    {
        var authority = application.Source.AuthorityFor(FieldNames.IsCancelled);

        if (authority == Authority.Operator)
        {
            return false;
        }

        return application.Study.State.EnteredInError
            || (canceller is not null && canceller.Authority.Rank() > authority.Rank())
            || (application.Unit.Kind == UnitKind.FhirResource && canceller?.Source != application.Unit.SourceId);
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
