using System.CommandLine;
using System.CommandLine.Parsing;

namespace IntegrationWorker.Cli;

/// <summary>The verbs of the program.</summary>
internal static class CommandLine
{
    public static RootCommand Build()
    {
        var root = new RootCommand("Keeps imaging studies right from what hospital systems say about them.")
        {
            RunVerb.Create(),
            MigrateVerb.Create(),
            CheckConfigVerb.Create(),
            SendVerb.Create(),
            PreviewVerb.Create(),
            StudiesVerbs.Create(),
            MessagesVerbs.Create(),
            EventsVerbs.Create(),
            DeadLettersVerbs.Create(),
            SubscriptionVerbs.Create(),
            KeysVerbs.Create(),
            EmulateVerb.Create(),
        };
        root.Options.Add(CommonOptions.Config);
        root.SetAction(RunVerb.RunAsync);

        return root;
    }

    public static async Task<int> InvokeAsync(string[] arguments)
    {
        var parsed = Build().Parse(arguments);

        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync($"'{PathOf(parsed.CommandResult)} --help' tells how it is used.");
            return ExitCodes.WrongUsage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static string PathOf(SymbolResult result) =>
        result is CommandResult { Command: var command, Parent: { } parent } ? $"{PathOf(parent)} {command.Name}" : "integration-worker";
}
