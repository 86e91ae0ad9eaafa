using System.CommandLine;
using System.Text.Json;
using IntegrationWorker.DeadLetters.Exchange;

namespace IntegrationWorker.Cli;

/// <summary><c>dead-letters export</c> and <c>dead-letters import</c>.</summary>
internal static class ExchangeVerbs
{
    private static readonly Argument<string[]> _ids = new("id") { Description = "Ids of dead letters: dl_…", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string> _out = new("--out") { Description = "The file to write; - for standard output", HelpName = "FILE", DefaultValueFactory = _ => "-" };
    private static readonly Option<bool> _deidentify = new("--deidentify") { Description = "Without what could name a patient, a person or a case; the decision about it stays the same" };
    private static readonly Argument<string> _file = new("file") { Description = "A file that export has written" };
    private static readonly Option<string> _why = new("--why") { Description = "The reason, for the record", DefaultValueFactory = _ => "" };

    public static Command CreateExport()
    {
        var export = new Command("export", "Write dead letters to a file: it holds what the messages say, unless it is de-identified") { _ids, _out, _deidentify };
        export.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ExportAsync(parsed, services, t), token));

        return export;
    }

    public static Command CreateImport()
    {
        var import = new Command("import", "Add the dead letters of a file; those that are there already stay as they are") { _file, _why, CommonOptions.Json };
        import.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ImportAsync(parsed, services, t), token));

        return import;
    }

    private static async Task<int> ExportAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        string[] ids = [.. parsed.GetRequiredValue(_ids).Distinct()];
        var json = await services.GetRequiredService<ExchangeDesk>().ExportAsync(ids, parsed.GetValue(_deidentify), Environment.UserName, cancellationToken)
            ?? throw new VerbFailedException("One of these dead letters is not there.");

        if (parsed.GetRequiredValue(_out) is not "-" and var file)
        {
            await File.WriteAllBytesAsync(file, json, cancellationToken);
            Console.WriteLine($"{ids.Length} dead letters written to {file}.");
        }
        else
        {
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(json, cancellationToken);
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> ImportAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var file = parsed.GetRequiredValue(_file);

        if (!File.Exists(file))
        {
            throw new VerbFailedException($"There is no file {file}.");
        }

        try
        {
            var result = await services.GetRequiredService<ExchangeDesk>().ImportAsync(
                await File.ReadAllBytesAsync(file, cancellationToken), Environment.UserName, parsed.GetRequiredValue(_why), cancellationToken);

            if (parsed.GetValue(CommonOptions.Json))
            {
                Verb.PrintJson(result);
            }
            else
            {
                Console.WriteLine($"{result.Added} of {result.Ids.Count} dead letters added.");
            }

            return ExitCodes.Ok;
        }
        catch (JsonException)
        {
            throw new VerbFailedException($"{file} is no file of dead letters.");
        }
    }
}
