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
            string[] counts = [Count(rules.Sources.Count, "source"), Count(rules.Users.All.Count, "user"), Count(rules.Orgs.Count, "organization")];
            Console.WriteLine($"The settings are in order: {string.Join(", ", counts)}.");

            return Task.FromResult(ExitCodes.Ok);
        }));

        return command;
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
