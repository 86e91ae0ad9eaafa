using System.CommandLine;

namespace IntegrationWorker.Cli;

/// <summary><c>check-config</c>: reads the settings as the worker would, and says what is wrong.</summary>
internal static class CheckConfigVerb
{
    public static Command Create()
    {
        var command = new Command("check-config", "Check the settings without starting anything");
        command.SetAction((parsed, _) => Verb.GuardAsync(() =>
        {
            var rules = Verb.SettingsOf(parsed).Rules;
            Console.WriteLine(
                $"The settings are in order: {rules.Sources.Count} sources, {rules.Users.All.Count} users, {rules.Orgs.Count} organizations.");

            return Task.FromResult(ExitCodes.Ok);
        }));

        return command;
    }
}
