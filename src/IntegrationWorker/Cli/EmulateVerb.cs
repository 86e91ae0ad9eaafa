using System.CommandLine;
using System.Text.Json;
using IntegrationWorker.Emulator;
using IntegrationWorker.Hosting;

namespace IntegrationWorker.Cli;

/// <summary><c>emulate</c>: the study API in memory with scripted faults, to rehearse an outage. docs/remote-target.md.</summary>
internal static class EmulateVerb
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { Converters = { new UtcTimeConverter() } };

    private static readonly Option<string> _urls = new("--urls")
    {
        Description = "Addresses to listen on, separated by semicolons",
        HelpName = "URLS",
        DefaultValueFactory = _ => "http://127.0.0.1:8090",
    };

    private static readonly Option<FileInfo?> _faults = new("--faults") { Description = "A JSON file that says which calls go wrong, and how", HelpName = "FILE" };
    private static readonly Option<string?> _key = new("--key") { Description = "The only key that is let in; without it any key is", HelpName = "KEY" };
    private static readonly Option<bool> _jsonLines = new("--json") { Description = "Print each call as a line of JSON" };

    public static Command Create()
    {
        var command = new Command("emulate", "Serve an emulated study API in memory, with scripted faults") { _urls, _faults, _key, _jsonLines };
        command.SetAction(RunAsync);

        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => Verb.GuardAsync(async () =>
    {
        var urls = parsed.GetRequiredValue(_urls);
        var print = parsed.GetValue(_jsonLines) ? PrintJson : (Action<EmulatedCall>)Print;
        await using var app = EmulatorHost.Build(urls, ScriptOf(parsed.GetValue(_faults)), parsed.GetValue(_key), print);

        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or FormatException or InvalidOperationException)
        {
            throw new VerbFailedException($"{urls} cannot be listened on: {e.Message}");
        }

        await Console.Error.WriteLineAsync($"The emulated study API listens on {string.Join(", ", app.Urls)}. Ctrl-C ends it.");
        await app.WaitForShutdownAsync(cancellationToken);
        return ExitCodes.Ok;
    });

    private static FaultScript ScriptOf(FileInfo? file)
    {
        try
        {
            return file is null ? FaultScript.None : FaultScript.Parse(File.ReadAllBytes(file.FullName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new VerbFailedException($"{file}: {e.Message}");
        }
    }

    private static void PrintJson(EmulatedCall call) => Console.WriteLine(JsonSerializer.Serialize(call, _json));

    private static void Print(EmulatedCall call) => Console.WriteLine(
        $"{call.At:HH:mm:ss.fff} {call.Operation,-10} {call.Status?.ToString() ?? "---"} {call.StudyId}"
        + $"{(call.Changed.Count > 0 ? $" changed {string.Join(", ", call.Changed)}" : "")}{(call.Fault is null ? "" : $" fault {call.Fault}")}");
}
