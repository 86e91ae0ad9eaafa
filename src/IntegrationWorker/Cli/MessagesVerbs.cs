using System.CommandLine;
using IntegrationWorker.Queries;

namespace IntegrationWorker.Cli;

/// <summary><c>messages find|show</c>.</summary>
internal static class MessagesVerbs
{
    private static readonly Option<string?> _accession = new("--accession") { Description = "Accession number of the study" };
    private static readonly Option<string?> _uid = new("--study-instance-uid") { Description = "DICOM Study Instance UID of the study" };
    private static readonly Option<string?> _study = new("--study") { Description = "Study id" };
    private static readonly Option<string?> _order = new("--order") { Description = "Filler or placer order number" };
    private static readonly Option<string?> _controlId = new("--control-id") { Description = "Message control id (MSH-10)" };
    private static readonly Argument<string> _key = new("key") { Description = "The key of the message: hl7/…, fhir/…, cmd/… or raw/…" };

    public static Command Create()
    {
        var find = new Command("find", "Find messages about a study or with a control id")
        {
            _accession, _uid, _study, _order, _controlId, CommonOptions.Json,
        };
        find.Validators.Add(result =>
        {
            if (!result.Children.Any(child => child is System.CommandLine.Parsing.OptionResult { Implicit: false, Option.Name: not "--json" }))
            {
                result.AddError("Name at least one of --accession, --study-instance-uid, --study, --order, --control-id.");
            }
        });
        find.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => FindAsync(parsed, services, t), token));

        var show = new Command("show", "Show one message with all it did") { _key, CommonOptions.Json };
        show.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ShowAsync(parsed, services, t), token));

        return new Command("messages", "Look at messages") { find, show };
    }

    private static async Task<int> FindAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var query = new MessageQuery
        {
            Accession = parsed.GetValue(_accession),
            StudyInstanceUid = parsed.GetValue(_uid),
            StudyId = parsed.GetValue(_study),
            Order = parsed.GetValue(_order),
            ControlId = parsed.GetValue(_controlId),
        };
        var found = await services.GetRequiredService<MessageFinder>().FindAsync(query, cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(found);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["received", "message", "type", "source", "outcome"],
            found.Select(message => (IReadOnlyList<string?>)
                [Tables.Time(message.ReceivedAt), message.MessageKey, message.MessageType, message.SourceId, message.Outcome]));

        return ExitCodes.Ok;
    }

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
