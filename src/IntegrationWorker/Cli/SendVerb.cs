using System.CommandLine;
using IntegrationWorker.Cli.Sending;
using IntegrationWorker.Hosting;
using IntegrationWorker.Intake.Broker;
using Microsoft.Extensions.Options;
using Spectre.Console;

namespace IntegrationWorker.Cli;

/// <summary><c>send</c>: messages of files to a worker.</summary>
internal static class SendVerb
{
    private const string KeyVariable = "INTEGRATION_WORKER_KEY";

    private static readonly Argument<string[]> _paths = new("path")
    {
        Description = "Files, folders, or - for standard input: .hl7 files hold one message or MLLP frames, .json files headers and body",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> _to = new("--to")
    {
        Description = "mllp://host:port, mllps://host:port, http://host:port or amqp://user:password@host/vhost; without it, as the settings say",
        HelpName = "ADDRESS",
    };

    private static readonly Option<string?> _queue = new("--queue") { Description = "Queue for all messages; without it, by the kind of each", HelpName = "NAME" };
    private static readonly Option<string?> _source = new("--source") { Description = "Source id of all messages", HelpName = "ID" };
    private static readonly Option<double> _rate = new("--rate") { Description = "Messages a second at most; 0: as fast as they are taken", HelpName = "N" };

    private static readonly Option<int> _concurrency = new("--concurrency")
    {
        Description = "Connections at a time; with more than one the order of the messages is lost",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> _resume = new("--resume")
    {
        Description = "Notes there what was taken, and leaves out what is noted there: repeat a run that was broken off",
        HelpName = "FILE",
    };

    private static readonly Option<string?> _key = new("--key")
    {
        Description = $"http: the API key; better in the variable {KeyVariable}, which no list of processes shows",
        HelpName = "KEY",
    };

    private static readonly Option<string?> _tlsCa = new("--tls-ca") { Description = "mllps: PEM file with the authorities of the worker's certificate", HelpName = "FILE" };
    private static readonly Option<string?> _tlsCert = new("--tls-cert") { Description = "mllps: PEM file with one's own certificate", HelpName = "FILE" };
    private static readonly Option<string?> _tlsKey = new("--tls-key") { Description = "mllps: PEM file with its key, if it is not in the same file", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new Command("send", "Send messages to a worker; the exit code says whether all were accepted")
        {
            _paths, _to, _queue, _source, _rate, _concurrency, _resume, _key, _tlsCa, _tlsCert, _tlsKey, CommonOptions.Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(_to) is { } to && AddressOf(to) is null)
            {
                result.AddError($"{to} is not an address. Write mllp://127.0.0.1:2575, http://127.0.0.1:8080 or amqp://guest:guest@127.0.0.1:5672/.");
            }

            if (result.GetResult(_concurrency) is { Implicit: false } && result.GetValue(_concurrency) is < 1 or > 1000)
            {
                result.AddError("--concurrency is a number from 1 to 1000.");
            }

            if (result.GetValue(_rate) is < 0 or double.NaN)
            {
                result.AddError("--rate is a number that is not negative.");
            }

            foreach (var file in new[] { _tlsCa, _tlsCert, _tlsKey }.Select(result.GetValue).Where(file => file is not null && !File.Exists(file)))
            {
                result.AddError($"There is no file {file}.");
            }
        });
        command.SetAction((parsed, token) => Verb.GuardAsync(() => SendAsync(parsed, token)));

        return command;
    }

    private static async Task<int> SendAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var all = OutgoingMessage.ReadAll(parsed.GetRequiredValue(_paths), parsed.GetValue(_source));
        using var journal = new SendJournal(parsed.GetValue(_resume));
        var messages = all.Where(message => !journal.Has(message)).ToList();
        var run = new SendRun(() => OpenAsync(parsed, cancellationToken), journal, parsed.GetValue(_rate));
        IReadOnlyList<SendResult> results = [];
        await WithProgressAsync(
            messages.Count, async step => results = await run.SendAsync(messages, parsed.GetValue(_concurrency), step, cancellationToken));

        Print(parsed, [.. messages.Zip(results)], all.Count - messages.Count, run.Elapsed);

        return results.All(result => result.IsTaken) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<ISender> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = Verb.SettingsOf(parsed).Configuration;
        var broker = BrokerOptions.Of(settings);
        var usual = broker.IsRabbitMq ? broker.Uri : (settings.GetSection(HttpOptions.Section).Get<HttpOptions>() ?? new HttpOptions()).All.First();
        var address = AddressOf(parsed.GetValue(_to) ?? usual)!;

        if (address.Scheme is "mllp" or "mllps")
        {
            return new MllpSender(address, new SendTls(parsed.GetValue(_tlsCa), parsed.GetValue(_tlsCert), parsed.GetValue(_tlsKey)));
        }

        if (address.Scheme is "http" or "https")
        {
            return new HttpSender(address, parsed.GetValue(_key) ?? Environment.GetEnvironmentVariable(KeyVariable));
        }

        var options = Options.Create(new BrokerOptions
        {
            Transport = BrokerOptions.RabbitMq,
            Uri = address.OriginalString,
            TlsAuthorityFile = broker.TlsAuthorityFile,
            TlsCertificateFile = broker.TlsCertificateFile,
            TlsKeyFile = broker.TlsKeyFile,
        });

        try
        {
            return await QueueSender.OpenAsync(new BrokerConnector(options), parsed.GetValue(_queue), cancellationToken);
        }
        catch (RabbitMQ.Client.Exceptions.BrokerUnreachableException)
        {
            throw new VerbFailedException($"The broker at {address.Host}:{address.Port} does not answer, or refuses this user.");
        }
    }

    private static Uri? AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme is "http" or "https" or "amqp" or "amqps" || (uri.Scheme is "mllp" or "mllps" && uri.Port > 0 && uri.Host.Length > 0))
            ? uri
            : null;

    private static async Task WithProgressAsync(int count, Func<Action, Task> work)
    {
        // A bar is for eyes, and worth it only when there is something to wait for.
        if (Console.IsOutputRedirected || count < 100)
        {
            await work(() => { });
            return;
        }

        await AnsiConsole.Progress().StartAsync(async context =>
        {
            var task = context.AddTask("Sending", maxValue: count);
            await work(() => task.Increment(1));
        });
    }

    private static void Print(ParseResult parsed, List<(OutgoingMessage Message, SendResult Result)> results, int leftOut, TimeSpan elapsed)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(results.Select(sent => new { sent.Message.Name, sent.Result.Outcome, sent.Result.Detail }));
            return;
        }

        // Of many, those that were not taken are of interest.
        const int shownMax = 100;
        var shown = results.Count <= shownMax ? results : [.. results.Where(sent => !sent.Result.IsTaken).Take(shownMax)];

        if (shown.Count > 0)
        {
            Tables.Print(["message", "outcome", ""], shown.Select(sent => (IReadOnlyList<string?>)[sent.Message.Name, sent.Result.Outcome, sent.Result.Detail]));
        }

        var counts = results.GroupBy(sent => sent.Result.Outcome).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}");
        Console.WriteLine($"{results.Count} sent in {elapsed.TotalSeconds:0.0} s: {string.Join(", ", counts)}{(leftOut > 0 ? $"; {leftOut} were taken before" : "")}");
    }
}
