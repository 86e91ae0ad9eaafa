using System.CommandLine;
using IntegrationWorker.Hosting;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Cli;

/// <summary><c>migrate</c>: brings the tables up to this version.</summary>
internal static class MigrateVerb
{
    public static Command Create()
    {
        var command = new Command("migrate", "Bring the tables of the store up to this version");
        command.SetAction((parsed, cancellationToken) => Verb.GuardAsync(async () =>
        {
            using var host = WorkerHost.BuildTools(Verb.SettingsOf(parsed));
            await host.Services.GetRequiredService<StoreMigrator>().MigrateAsync(cancellationToken);
            await host.Services.GetRequiredService<ProtectionCheck>().EnsureAsync(cancellationToken);
            Console.WriteLine("The store is up to date.");

            return ExitCodes.Ok;
        }));

        return command;
    }
}
