using System.CommandLine;
using System.Diagnostics;
using IntegrationWorker.Cli.Sending;
using IntegrationWorker.Hosting;
using IntegrationWorker.Intake.Broker;
using Microsoft.Extensions.Options;
using Spectre.Console;

namespace IntegrationWorker.Cli;

/// <summary><c>send</c>: messages of files to a worker.</summary>
internal static class SendVerb
{
    private static readonly Argument<string[]> _paths = new("path")
    {
        Description = "Files or folders: .hl7 files hold one message, .json files headers and body",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> _to = new("--to")
    {
        Description = "http://host:port or amqp://user:password@host/vhost; without it, as the settings say",
        HelpName = "ADDRESS",
    };

    private static readonly Option<string?> _queue = new("--queue") { Description = "Queue for all messages; without it, by the kind of each", HelpName = "NAME" };
    private static readonly Option<string?> _source = new("--source") { Description = "Source id of all messages", HelpName = "ID" };
    private static readonly Option<double> _rate = new("--rate") { Description = "Messages a second at most; 0: as fast as they are taken", HelpName = "N" };

    public static Command Create()
    {
        var command = new Command("send", "Send a file or a folder of messages to a worker") { _paths, _to, _queue, _source, _rate, CommonOptions.Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(_to) is { } to && AddressOf(to) is null)
            {
                result.AddError($"{to} is not an address. Write http://127.0.0.1:8080 or amqp://guest:guest@127.0.0.1:5672/.");
            }
        });
        command.SetAction((parsed, token) => Verb.GuardAsync(() => SendAsync(parsed, token)));

        return command;
    }

    private static async Task<int> SendAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var messages = OutgoingMessage.ReadAll(parsed.GetRequiredValue(_paths), parsed.GetValue(_source));
        await using var sender = await OpenAsync(parsed, cancellationToken);
        var results = new List<(OutgoingMessage Message, SendResult Result)>();
        var watch = Stopwatch.StartNew();

        await WithProgressAsync(messages.Count, async step =>
        {
            foreach (var message in messages)
            {
                await PaceAsync(parsed.GetValue(_rate), results.Count, watch, cancellationToken);
                results.Add((message, await TryAsync(sender, message, cancellationToken)));
                step();
            }
        });

        Print(parsed, results, watch.Elapsed);

        return results.Any(sent => sent.Result.Outcome == SendResult.Failed) ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static async Task<ISender> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = Verb.SettingsOf(parsed).Configuration;
        var broker = BrokerOptions.Of(settings);
        var usual = broker.IsRabbitMq ? broker.Uri : (settings.GetSection(HttpOptions.Section).Get<HttpOptions>() ?? new HttpOptions()).All.First();
        var address = AddressOf(parsed.GetValue(_to) ?? usual)!;

        if (address.Scheme is "http" or "https")
        {
            return new HttpSender(address);
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
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "amqp" or "amqps" ? uri : null;

    private static async Task<SendResult> TryAsync(ISender sender, OutgoingMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await sender.SendAsync(message, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            return new SendResult(SendResult.Failed, $"no answer ({e.HttpRequestError})");
        }
        catch (RabbitMQ.Client.Exceptions.AlreadyClosedException)
        {
            return new SendResult(SendResult.Failed, "the broker has closed the connection");
        }
    }

    private static async Task PaceAsync(double rate, int sent, Stopwatch watch, CancellationToken cancellationToken)
    {
        if (rate > 0 && TimeSpan.FromSeconds(sent / rate) - watch.Elapsed is { } early && early > TimeSpan.Zero)
        {
            await Task.Delay(early, cancellationToken);
        }
    }

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

    private static void Print(ParseResult parsed, List<(OutgoingMessage Message, SendResult Result)> results, TimeSpan elapsed)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(results.Select(sent => new { sent.Message.Name, sent.Result.Outcome, sent.Result.Detail }));
            return;
        }

        // Of many, those that failed are of interest.
        const int shownMax = 100;
        var shown = results.Count <= shownMax ? results : [.. results.Where(sent => sent.Result.Outcome == SendResult.Failed).Take(shownMax)];

        if (shown.Count > 0)
        {
            Tables.Print(["message", "outcome", ""], shown.Select(sent => (IReadOnlyList<string?>)[sent.Message.Name, sent.Result.Outcome, sent.Result.Detail]));
        }

        var counts = results.GroupBy(sent => sent.Result.Outcome).OrderByDescending(group => group.Count()).Select(group => $"{group.Count()} {group.Key}");
        Console.WriteLine($"{results.Count} sent in {elapsed.TotalSeconds:0.0} s: {string.Join(", ", counts)}");
    }
}
