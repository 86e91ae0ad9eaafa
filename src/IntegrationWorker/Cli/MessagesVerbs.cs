using System.CommandLine;
using IntegrationWorker.Queries;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Cli;

/// <summary><c>messages find|timeline|show</c>.</summary>
internal static class MessagesVerbs
{
    private static readonly Option<string?> _accession = new("--accession") { Description = "Accession number of the study" };
    private static readonly Option<string?> _uid = new("--study-instance-uid") { Description = "DICOM Study Instance UID of the study" };
    private static readonly Option<string?> _study = new("--study") { Description = "Study id" };
    private static readonly Option<string?> _order = new("--order") { Description = "Filler or placer order number" };
    private static readonly Option<string?> _controlId = new("--control-id") { Description = "Message control id (MSH-10)" };
    private static readonly Option<string?> _mrn = new("--mrn") { Description = "Patient number as the source writes it; it is looked up by its hash" };
    private static readonly Option<string?> _source = new("--source") { Description = "Only those of this source" };
    private static readonly Option<string?> _outcome = new("--outcome") { Description = string.Join(", ", Contracts.Outcomes.WorstFirst) };
    private static readonly Option<string?> _code = new("--code") { Description = "Only those rejected with this code" };
    private static readonly Option<DateTimeOffset?> _from = new("--from") { Description = "Only those received at this time or later" };
    private static readonly Option<DateTimeOffset?> _until = new("--until") { Description = "Only those received before this time" };
    private static readonly Option<string?> _before = new("--before") { Description = "Only those before these: what the answer with too many named" };
    private static readonly Option<int> _limit = CommonOptions.Limit(MessageQuery.LimitMax, MessageQuery.LimitMax);
    private static readonly Argument<string> _key = new("key") { Description = "The key of the message: hl7/…, fhir/…, cmd/… or raw/…" };

    public static Command Create()
    {
        _outcome.AcceptOnlyFromAmong([.. Contracts.Outcomes.WorstFirst]);
        Option[] options = [_accession, _uid, _study, _order, _mrn, _controlId, _source, _outcome, _code, _from, _until, _before, _limit, CommonOptions.Json];

        var find = new Command("find", "Find messages about a study or a patient, with a control id, or by source, outcome, code and time");
        var timeline = new Command("timeline", "Tell all that happened about a study or a message, step by step");

        foreach (var command in (Command[])[find, timeline])
        {
            Array.ForEach(options, command.Options.Add);
            command.Validators.Add(result =>
            {
                if (!result.Children.Any(child => child is System.CommandLine.Parsing.OptionResult { Implicit: false, Option.Name: not ("--json" or "--before" or "--limit") }))
                {
                    result.AddError(
                        "Name at least one of --accession, --study-instance-uid, --study, --order, --mrn, --control-id, --source, --outcome, --code, --from, --until.");
                    return;
                }

                if (new MessageQuery { Accession = "", Before = result.GetValue(_before) }.Fault() is { } fault)
                {
                    result.AddError(fault);
                }
            });
        }

        timeline.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => TimelineAsync(parsed, services, t), token));
        find.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => FindAsync(parsed, services, t), token));

        var show = new Command("show", "Show one message with all it did") { _key, CommonOptions.Json };
        show.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ShowAsync(parsed, services, t), token));

        return new Command("messages", "Look at messages") { find, timeline, show };
    }

    private static async Task<int> FindAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var page = await services.GetRequiredService<MessageFinder>().FindAsync(QueryOf(parsed, services), cancellationToken);

        if (page.Before is { } before)
        {
            await Console.Error.WriteLineAsync($"There are more, received earlier: add --before '{before}'.");
        }

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(page.Messages);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["received", "message", "type", "source", "outcome"],
            page.Messages.Select(message => (IReadOnlyList<string?>)
                [Tables.Time(message.ReceivedAt), message.MessageKey, message.MessageType, message.SourceId, message.Outcome]));

        return ExitCodes.Ok;
    }

    private static async Task<int> TimelineAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var steps = await services.GetRequiredService<TimelineTeller>().TellAsync(QueryOf(parsed, services), cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(steps);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["at", "step", "message", "study", "what"],
            steps.Select(step => (IReadOnlyList<string?>)[Tables.Time(step.At), step.Step, step.MessageKey, step.StudyId, step.Text]));

        return ExitCodes.Ok;
    }

    /// <exception cref="VerbFailedException">With these settings nothing can be found.</exception>
    private static MessageQuery QueryOf(ParseResult parsed, IServiceProvider services)
    {
        // A message is looked up by its sender and its control id.
        if (parsed.GetValue(_controlId) is not null && !services.GetRequiredService<Rulebook>().Sources.Any(source => source.Kind == "hl7v2"))
        {
            throw new VerbFailedException("These settings have no source of kind hl7v2, so no message is found by its control id: add the worker's --config FILE.");
        }

        return QueryOf(parsed);
    }

    private static MessageQuery QueryOf(ParseResult parsed) => new()
    {
        Accession = parsed.GetValue(_accession),
        StudyInstanceUid = parsed.GetValue(_uid),
        StudyId = parsed.GetValue(_study),
        Order = parsed.GetValue(_order),
        Mrn = parsed.GetValue(_mrn),
        ControlId = parsed.GetValue(_controlId),
        SourceId = parsed.GetValue(_source),
        Outcome = parsed.GetValue(_outcome),
        Code = parsed.GetValue(_code),
        From = parsed.GetValue(_from),
        Until = parsed.GetValue(_until),
        Before = parsed.GetValue(_before),
        Limit = parsed.GetValue(_limit),
    };

    private static async Task<int> ShowAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var key = parsed.GetRequiredValue(_key);
        var timeline = await services.GetRequiredService<MessageFinder>().FindAsync(key, cancellationToken)
            ?? throw new VerbFailedException($"There is no message {key}.");

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(timeline);
            return ExitCodes.Ok;
        }

        var message = timeline.Message;
        Console.WriteLine($"{message.MessageKey}: {message.MessageType} of {message.SourceId}, received {Tables.Time(message.ReceivedAt)}, {message.Outcome}");
        Tables.Print(
            ["at", "unit", "study", "version", "outcome"],
            timeline.History.Select(entry => (IReadOnlyList<string?>)
                [Tables.Time(entry.At), entry.Unit.ToString(), entry.StudyId, entry.Version.ToString(), entry.Outcome]));

        foreach (var id in timeline.DeadLetterIds)
        {
            Console.WriteLine($"Dead letter: {id}");
        }

        return ExitCodes.Ok;
    }
}
