using System.CommandLine;
using IntegrationWorker.Queries;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.StudyApi;

namespace IntegrationWorker.Cli;

/// <summary><c>studies list|show|history|explain</c>.</summary>
internal static class StudiesVerbs
{
    private static readonly Option<int> _limit = CommonOptions.Limit(StudyQuery.LimitUsual, StudyQuery.LimitMax);
    private static readonly Option<string?> _accession = new("--accession") { Description = "Only studies with this accession number" };
    private static readonly Argument<string> _study = new("study") { Description = "Study id, DICOM Study Instance UID or accession number" };

    private static readonly Option<string?> _field = new("--field") { Description = "Only this field: severity, metadata.ris.modality …" };

    public static Command Create()
    {
        var list = new Command("list", "Show studies") { _limit, _accession, CommonOptions.Json };
        list.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ListAsync(parsed, services, t), token));

        var show = new Command("show", "Show one study") { _study, CommonOptions.Json };
        show.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ShowAsync(parsed, services, t), token));

        var history = new Command("history", "Show all that was done to a study") { _study, CommonOptions.Json };
        history.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => HistoryAsync(parsed, services, t), token));

        var explain = new Command("explain", "Show who set each field of a study, from where in which message, and what was held back")
        {
            _study, _field, CommonOptions.Json,
        };
        explain.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ExplainAsync(parsed, services, t), token));

        return new Command("studies", "Look at studies") { list, show, history, explain, TargetVerbs.Import(), TargetVerbs.Drift() };
    }

    private static async Task<int> ListAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var query = new StudyQuery { Limit = parsed.GetValue(_limit), Accession = parsed.GetValue(_accession) };
        var page = await services.GetRequiredService<StudyList>().ReadAsync(query, cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(page.Studies);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["study", "accession", "description", "severity", "status", "cancelled", "assigned to", "updated"],
            page.Studies.Select(study => (IReadOnlyList<string?>)
            [
                study.StudyId, study.Metadata.GetValueOrDefault("ris.accessionNumber"), study.StudyDescription, study.Severity,
                study.StudyViewerStatus, study.IsCancelled ? "yes" : "", study.AssignedTo?.Email ?? study.AssignedTo?.UserId, Tables.Time(study.UpdatedAt),
            ]));

        if (page.HasMore)
        {
            Console.WriteLine("There are more: --limit shows up to 100.");
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var found = await FindAsync(parsed, services, cancellationToken);
        var study = await services.GetRequiredService<StudyResources>().OfAsync(found, cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(study);
            return ExitCodes.Ok;
        }

        (string, string?)[] fields =
        [
            ("studyId", study.StudyId), ("studyInstanceUid", study.StudyInstanceUid), ("studyDescription", study.StudyDescription),
            ("severity", study.Severity), ("studyViewerStatus", study.StudyViewerStatus), ("isCancelled", study.IsCancelled ? "true" : "false"),
            ("assignedTo", study.AssignedTo?.Email ?? study.AssignedTo?.UserId), ("org", study.Org?.OrgName ?? study.Org?.OrgId),
            ("createdAt", Tables.Time(study.CreatedAt)), ("updatedAt", Tables.Time(study.UpdatedAt)),
            .. study.Metadata.Select(pair => ($"metadata.{pair.Key}", (string?)pair.Value)),
        ];
        Tables.Print(["field", "value"], fields.Select(field => (IReadOnlyList<string?>)[field.Item1, field.Item2]));

        return ExitCodes.Ok;
    }

    private static async Task<int> HistoryAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var study = await FindAsync(parsed, services, cancellationToken);
        var entries = await services.GetRequiredService<IStudyReader>().HistoryAsync(study.StudyId, cancellationToken);
        var history = entries.Select(HistoryView.Of).ToList();

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(history);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["at", "version", "outcome", "message", "unit", "source", "type"],
            history.Select(entry => (IReadOnlyList<string?>)
            [
                Tables.Time(entry.At), entry.Version.ToString(), entry.Outcome, entry.MessageKey, entry.Unit.ToString(), entry.SourceId, entry.MessageType,
            ]));

        return ExitCodes.Ok;
    }

    private static async Task<int> ExplainAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var study = await FindAsync(parsed, services, cancellationToken);
        var explainer = services.GetRequiredService<StudyExplainer>();
        var explanation = (await explainer.ExplainAsync(study.StudyId, parsed.GetValue(_field), cancellationToken))!;

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(explanation);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["field", "rule", "decision", "value", "where", "message", "source", "at", "held by"],
            explanation.Fields.SelectMany(field => field.Decisions.Select(decision => (IReadOnlyList<string?>)
            [
                field.Field, field.Rule, decision.Verdict, decision.Value, decision.Location, decision.MessageKey, decision.SourceId, Tables.Time(decision.At),
                decision.Holder,
            ])));

        return ExitCodes.Ok;
    }

    private static async Task<Study> FindAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var reader = services.GetRequiredService<IStudyReader>();
        var name = parsed.GetRequiredValue(_study);

        if ((await reader.FindByIdAsync(name, cancellationToken) ?? await reader.FindByUidAsync(name, cancellationToken)) is { } study)
        {
            return study;
        }

        return await reader.FindByLinkAsync(LinkKind.Accession, name, cancellationToken) switch
        {
            [var only] => only,
            [] => throw new VerbFailedException($"There is no study {name}."),
            var several => throw new VerbFailedException($"{name} belongs to {several.Count} studies: {string.Join(", ", several.Select(s => s.StudyId))}."),
        };
    }
}
