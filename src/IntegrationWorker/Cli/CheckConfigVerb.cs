using System.CommandLine;
using IntegrationWorker.Hosting;
using IntegrationWorker.Hosting.Settings;
using IntegrationWorker.Store;

namespace IntegrationWorker.Cli;

/// <summary><c>check-config</c>: reads the settings as the worker would, and says what is wrong.</summary>
internal static class CheckConfigVerb
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    public static Command Create()
    {
        var command = new Command("check-config", "Check the settings without starting anything");
        command.SetAction((parsed, token) => Verb.GuardAsync(async () =>
        {
            var settings = Verb.SettingsOf(parsed);
            var rules = settings.Rules;
            string[] counts = [Count(rules.Sources.Count, "source"), Count(rules.Users.All.Count, "user"), Count(rules.Orgs.Count, "organization")];
            Console.WriteLine($"The settings are in order: {string.Join(", ", counts)}.");

            if (await HasNoKeysAsync(settings, token))
            {
                Console.WriteLine("The store has no API key: programs on the worker's machine need none, all others are refused. keys create makes one.");
            }

            return ExitCodes.Ok;
        }));

        return command;
    }

    // A store that is not there yet, or does not answer, is no fault of the settings.
    private static async Task<bool> HasNoKeysAsync(WorkerSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            using var host = WorkerHost.BuildTools(settings);

            return Verb.HasStore(host.Services)
                && !await host.Services.GetRequiredService<StoreMigrator>().IsBehindAsync(cancellationToken).WaitAsync(_patience, cancellationToken)
                && !await host.Services.GetRequiredService<ApiKeyStore>().HasAnyAsync(cancellationToken).WaitAsync(_patience, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
