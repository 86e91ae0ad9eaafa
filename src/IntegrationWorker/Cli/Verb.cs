using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntegrationWorker.Hosting;
using IntegrationWorker.Hosting.Settings;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Cli;

/// <summary>What all verbs share: settings, the border for failures, printing.</summary>
internal static class Verb
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimeConverter() },
    };

    public static WorkerSettings SettingsOf(ParseResult parsed) => WorkerSettings.Load(parsed.GetValue(CommonOptions.Config) ?? []);

    /// <summary>The border: what goes wrong becomes a sentence on standard error and an exit code.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is SettingsException or ProtectionException or VerbFailedException)
        {
            await Console.Error.WriteLineAsync(e.Message);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(
                SurroundingsFailure.Is(e)
                    ? FailureText.Explain(e)
                    : $"The worker failed ({SurroundingsFailure.Describe(e)}).\n{e.StackTrace}");
        }

        return ExitCodes.Failed;
    }

    /// <summary>Runs a verb on the store, beside a worker or without one.</summary>
    public static Task<int> OnStoreAsync(
        ParseResult parsed, Func<IServiceProvider, CancellationToken, Task<int>> work, CancellationToken cancellationToken) =>
        GuardAsync(async () =>
        {
            using var host = WorkerHost.BuildTools(SettingsOf(parsed));

            if (!HasStore(host.Services))
            {
                throw new VerbFailedException(
                    $"There is no store at {Path.GetFullPath(OptionsOf(host.Services).Path)}. Look at Store:Path, which is relative to the folder you are in; the worker or the verb migrate makes a new one.");
            }

            if (await host.Services.GetRequiredService<StoreMigrator>().IsBehindAsync(cancellationToken))
            {
                throw new VerbFailedException("The store is empty or older than this program. Start the worker, or run the verb migrate.");
            }

            return await work(host.Services, cancellationToken);
        });

    /// <summary>False where opening the store would make one: an empty store where somebody was looking for theirs.</summary>
    public static bool HasStore(IServiceProvider services) =>
        OptionsOf(services) is var store && (store.Provider != StoreOptions.Sqlite || File.Exists(store.Path));

    private static StoreOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptions<StoreOptions>>().Value;

    public static void PrintJson<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, _json));
}
