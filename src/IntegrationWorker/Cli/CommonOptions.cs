using System.CommandLine;

namespace IntegrationWorker.Cli;

/// <summary>Options that several verbs have.</summary>
internal static class CommonOptions
{
    public static Option<string[]> Config { get; } = new("--config")
    {
        Description = "A JSON file with settings on top of appsettings.json; may be given several times, later ones win",
        HelpName = "FILE",
        Recursive = true,
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON instead of a table" };

    public static Option<int> Limit(int usual, int max)
    {
        var option = new Option<int>("--limit") { Description = $"How many at most, up to {max}", HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var limit) || limit < 1 || limit > max))
            {
                result.AddError($"--limit is a number from 1 to {max}.");
            }
        });

        return option;
    }
}
