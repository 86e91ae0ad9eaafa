using System.CommandLine;
using IntegrationWorker.Cli.Sending;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

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
        var result = await services.GetRequiredService<IMessagePreview>().PreviewAsync(
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
            Verb.PrintJson(result);
        }
        else
        {
            Print(result);
        }

        return result.IsRejected ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static void Print(MessageResult result)
    {
        Console.WriteLine($"{result.MessageKey}: {result.Outcome} {result.Error?.Code ?? result.Reason ?? result.RecordedOutcome}".TrimEnd());

        Tables.Print(
            ["unit", "study", "field", "decision", "now", "then", "where"],
            result.Units.Concat(result.Reapplied).SelectMany(unit => unit.Studies ?? [unit]).SelectMany(RowsOf));
    }

    private static IEnumerable<IReadOnlyList<string?>> RowsOf(UnitResult unit)
    {
        var name = $"{unit.MessageKey}#{unit.Unit}";
        yield return [name, unit.StudyId, "", unit.Outcome, "", unit.Error?.Code ?? unit.Reason, unit.Error?.Location];

        foreach (var change in unit.Effective?.Changes ?? [])
        {
            yield return [name, unit.StudyId, change.Field, "applied", change.Previous, change.Current, change.Location];
        }

        foreach (var held in unit.Held)
        {
            yield return [name, unit.StudyId, held.Field, $"held: {held.Reason}", "", held.Value, held.Location];
        }

        foreach (var warning in unit.Warnings)
        {
            yield return [name, unit.StudyId, "", $"warning {warning.Code}", "", "", warning.Location];
        }
    }
}
