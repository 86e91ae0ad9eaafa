using System.CommandLine;
using IntegrationWorker.Hosting;
using IntegrationWorker.Hosting.Health;

namespace IntegrationWorker.Cli;

/// <summary><c>run</c>: takes messages until it is stopped.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        var command = new Command("run", "Take messages until stopped (the default)");
        command.SetAction(RunAsync);

        return command;
    }

    public static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => Verb.GuardAsync(async () =>
    {
        await using var app = WorkerHost.Build(Verb.SettingsOf(parsed));
        var failure = app.Services.GetRequiredService<StartFailure>();

        try
        {
            await app.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (failure.Reason is not null)
        {
            // It was found while the host was still starting.
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new VerbFailedException($"{e.Message} Stop what uses it, or set Http:Urls.");
        }

        if (failure.Reason is { } reason)
        {
            throw new VerbFailedException(reason);
        }

        return ExitCodes.Ok;
    });
}
