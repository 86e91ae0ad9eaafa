using System.CommandLine;
using System.Text;
using IntegrationWorker.Cli.Sending;
using IntegrationWorker.Intake;
using IntegrationWorker.Queries;
using IntegrationWorker.Studies;
using IntegrationWorker.Target;

namespace IntegrationWorker.Cli;

/// <summary><c>preview</c>: what a message would change now, and why not the rest. Writes nothing.</summary>
internal static class PreviewVerb
{
    private static readonly Argument<string> _file = new("file") { Description = "A .hl7 file with one message, or a .json file with headers and body" };
    private static readonly Option<string?> _source = new("--source") { Description = "Source id of the message", HelpName = "ID" };

    public static Command Create()
    {
        var command = new Command("preview", "Show what a message would change now; nothing is written") { _file, _source, CommonOptions.Json };
        command.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => PreviewAsync(parsed, services, t), token));

        return command;
    }

    private static async Task<int> PreviewAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (OutgoingMessage.ReadAll([parsed.GetRequiredValue(_file)], parsed.GetValue(_source)) is not [var message])
        {
            throw new VerbFailedException("A preview is of one message: name its file.");
        }

        var source = message.SourceId is { } id ? services.GetRequiredService<Rulebook>().FindSource(id) : null;
        var preview = await services.GetRequiredService<MessagePreviewer>().PreviewAsync(
            new InboundMessage
            {
                Door = source is null ? message.Door : Doors.Parse(source.Kind),
                Body = message.Body,
                SourceId = message.SourceId,
                ReceivedAt = services.GetRequiredService<TimeProvider>().GetUtcNow(),
                Headers = message.Headers,
            },
            cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(preview.ToJson());
        }
        else
        {
            Print(preview);
        }

        return preview.Result.IsRejected ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static void Print(PreviewedStudy study)
    {
        if (study.Failure is { } code)
        {
            Console.WriteLine($"The reading platform does not show {study.StudyId} ({code}): what follows is from what it was last seen to hold.");
        }

        if (study.Waiting > 0)
        {
            Console.WriteLine($"{study.Waiting} changes of {study.StudyId} are on their way and come first.");
        }

        foreach (var call in study.Calls)
        {
            Console.WriteLine($"{call.Method} {call.Path} {Encoding.UTF8.GetString(call.Body)}");
        }

        foreach (var (field, reason) in study.Held)
        {
            Console.WriteLine($"{field} was changed at the platform and stays ({reason}).");
        }

        foreach (var error in study.Errors)
        {
            Console.WriteLine($"{study.StudyId}: would be a dead letter {error.Code}.");
        }
    }

    public static void Print(MessagePreview preview)
    {
        var result = preview.Result;
        Console.WriteLine($"{result.MessageKey}: {result.Outcome} {result.Error?.Code ?? result.Reason ?? result.RecordedOutcome}".TrimEnd());

        foreach (var unit in result.Units.Concat(result.Reapplied).SelectMany(unit => unit.Studies ?? [unit]))
        {
            var study = unit.StudyId is null ? "" : $", {unit.StudyId} found by {unit.ResolvedBy}";
            Console.WriteLine($"{unit.MessageKey}#{unit.Unit}: {unit.Outcome} {unit.Error?.Code ?? unit.Reason}".TrimEnd() + study);

            foreach (var warning in unit.Warnings)
            {
                Console.WriteLine($"  warning {warning.Code} {warning.Location}".TrimEnd());
            }
        }

        Tables.Print(
            ["field", "verdict", "now", "then", "where", "held by"],
            preview.Fields.Select(field => (IReadOnlyList<string?>)
                [field.Field, field.Verdict, field.Previous, field.New, field.Location ?? "", field.Holder ?? field.Code]));

        foreach (var study in preview.Target ?? [])
        {
            Print(study);
        }

        Console.WriteLine($"{preview.Events.Count} events. {(preview.Acknowledgement is { } answer ? $"Its sender would be told {answer.Code}." : "")}".TrimEnd());
    }
}
