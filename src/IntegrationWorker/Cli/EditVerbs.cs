using System.CommandLine;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.DeadLetters.Editing;

namespace IntegrationWorker.Cli;

/// <summary><c>dead-letters preview</c> and <c>dead-letters edit</c>.</summary>
internal static class EditVerbs
{
    private static readonly Argument<string> _id = new("id") { Description = "The id of the dead letter: dl_…" };
    private static readonly Option<int?> _revision = new("--revision") { Description = "An edit by its number; 0 is the message as it came" };
    private static readonly Option<string[]> _set = new("--set") { Description = "HL7 v2: a field with its new text, OBR-18=ACC1 or OBR[2]-18=ACC1; may be given several times" };
    private static readonly Option<string?> _file = new("--file") { Description = "The edited message", HelpName = "FILE" };
    private static readonly Option<string?> _save = new("--save") { Description = "Write the message as it is now to a file, to be edited there", HelpName = "FILE" };
    private static readonly Option<bool> _approve = new("--approve") { Description = "Approve the edit that waits: a replay takes it from then on" };
    private static readonly Option<string> _why = new("--why") { Description = "The reason, for the record", DefaultValueFactory = _ => "" };

    public static Command CreatePreview()
    {
        var preview = new Command("preview", "Show what a replay of one dead letter, or of its edit, would do now") { _id, _revision, CommonOptions.Json };
        preview.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => PreviewAsync(parsed, services, t), token));

        return preview;
    }

    public static Command CreateEdit()
    {
        var edit = new Command("edit", "Mend the message of one dead letter; the message as it came is kept, and the edit is replayed once it is approved")
        {
            _id, _set, _file, _save, _approve, _revision, _why, CommonOptions.Json,
        };
        edit.Validators.Add(result =>
        {
            bool[] ways = [result.GetValue(_set) is { Length: > 0 }, result.GetValue(_file) is not null, result.GetValue(_save) is not null, result.GetValue(_approve)];

            if (ways.Count(way => way) != 1)
            {
                result.AddError("Say one of --set, --file, --save, --approve.");
            }
        });
        edit.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => EditAsync(parsed, services, t), token));

        return edit;
    }

    private static async Task<int> PreviewAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var view = await services.GetRequiredService<EditDesk>().PreviewAsync(
            parsed.GetRequiredValue(_id), parsed.GetValue(_revision), Environment.UserName, cancellationToken) ?? throw Unknown(parsed);
        Print(parsed, view);

        return view.Preview.Result.IsRejected ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static async Task<int> EditAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var desk = services.GetRequiredService<EditDesk>();
        var (id, who, why) = (parsed.GetRequiredValue(_id), Environment.UserName, parsed.GetRequiredValue(_why));

        try
        {
            if (parsed.GetValue(_save) is { } save)
            {
                await File.WriteAllBytesAsync(save, await desk.BodyAsync(id, who, cancellationToken) ?? throw Unknown(parsed), cancellationToken);
                Console.WriteLine($"{id}: written to {save}. It holds what the message says.");
                return ExitCodes.Ok;
            }

            var view = parsed.GetValue(_approve)
                ? await desk.ApproveAsync(id, parsed.GetValue(_revision), who, why, cancellationToken) ?? throw new VerbFailedException("There is no edit that waits for approval.")
                : await desk.EditAsync(id, await EditedAsync(parsed, desk, cancellationToken), who, why, cancellationToken) ?? throw Unknown(parsed);
            Print(parsed, view);

            if (!parsed.GetValue(CommonOptions.Json))
            {
                Console.WriteLine(parsed.GetValue(_approve)
                    ? $"Approved. Now: dead-letters replay {id}"
                    : $"Kept as revision {view.Revision}, not replayed yet. If it is right: dead-letters edit {id} --approve");
            }

            return ExitCodes.Ok;
        }
        catch (Exception refused) when (refused is DeadLetterBusyException or OwnEditException)
        {
            throw new VerbFailedException(refused.Message);
        }
    }

    private static async Task<byte[]> EditedAsync(ParseResult parsed, EditDesk desk, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_file) is { } file)
        {
            var body = File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellationToken) : throw new VerbFailedException($"There is no file {file}.");
            return body.Length is > 0 and <= EditDesk.BodyBytesMax ? body : throw new VerbFailedException($"A message has 1 to {EditDesk.BodyBytesMax} bytes.");
        }

        var known = await desk.BodyAsync(parsed.GetRequiredValue(_id), Environment.UserName, cancellationToken) ?? throw Unknown(parsed);
        var (edited, fault) = FieldEdit.Apply(known, parsed.GetValue(_set) ?? []);

        return edited ?? throw new VerbFailedException(fault ?? "It cannot be edited.");
    }

    private static void Print(ParseResult parsed, EditView view)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(view.ToAnswer());
            return;
        }

        if (view.Differences.Count > 0)
        {
            Tables.Print(["field", "as it came", "edited"], view.Differences.Select(one => (IReadOnlyList<string?>)[one.Location, one.Before, one.After]));
        }

        PreviewVerb.Print(view.Preview);
    }

    private static VerbFailedException Unknown(ParseResult parsed) => new($"There is no dead letter {parsed.GetRequiredValue(_id)}, or no such edit of it.");
}
