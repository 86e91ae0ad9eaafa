using System.CommandLine;
using System.Text.Json;
using IntegrationWorker.Subscriptions;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Cli;

/// <summary><c>subscription register|status|list</c>.</summary>
internal static class SubscriptionVerbs
{
    private static readonly Option<string?> _source = new("--source") { Description = "The source whose server it is; may be left out where there is one server", HelpName = "SOURCE" };

    private static readonly Option<Uri> _endpoint = new("--endpoint")
    {
        Description = "Where the server reaches this worker: https://worker.example.org/fhir/SOURCE", HelpName = "URL", Required = true, CustomParser = ParseEndpoint,
    };

    private static readonly Option<string?> _topic = new("--topic")
    {
        Description = "A topic of the Subscriptions R5 Backport guide; without it the subscription has R4 criteria", HelpName = "URL",
    };

    private static readonly Option<string?> _criteria = new("--criteria")
    {
        Description = "What it is about; by default Criteria of the settings. With a topic: its filter", HelpName = "ImagingStudy?…",
    };

    private static readonly Option<string> _payload = new("--payload") { Description = "What notifications carry", DefaultValueFactory = _ => "full-resource" };

    private static readonly Option<int?> _heartbeat = new("--heartbeat") { Description = "With a topic: seconds between heartbeats", HelpName = "SECONDS" };

    private static readonly Option<int> _entry = new("--entry")
    {
        Description = "The entry of Subscriptions in the settings whose secret the server is to show, counted from 0", HelpName = "N", DefaultValueFactory = _ => 0,
    };

    private static readonly Argument<string> _id = new("id") { Description = "The id of the subscription on its server" };

    static SubscriptionVerbs() => _payload.AcceptOnlyFromAmong("full-resource", "id-only", "empty");

    public static Command Create()
    {
        var register = new Command("register", "Create a subscription on a FHIR server")
        {
            _source, _endpoint, _topic, _criteria, _payload, _heartbeat, _entry, CommonOptions.Json,
        };
        register.SetAction((parsed, token) => OnServerAsync(parsed, (server, client, t) => RegisterAsync(parsed, server, client, t), token));

        var status = new Command("status", "Ask a FHIR server about a subscription") { _id, _source, CommonOptions.Json };
        status.SetAction((parsed, token) => OnServerAsync(parsed, (_, client, t) => StatusAsync(parsed, client, t), token));

        var list = new Command("list", "List the subscriptions that were heard of, and how far they were followed") { _source, CommonOptions.Json };
        list.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ListAsync(parsed, services, t), token));

        return new Command("subscription", "Look after subscriptions on FHIR servers") { register, status, list };
    }

    private static Uri? ParseEndpoint(System.CommandLine.Parsing.ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        result.AddError("--endpoint is a web address: https://worker.example.org/fhir/SOURCE.");
        return null;
    }

    private static Task<int> OnServerAsync(
        ParseResult parsed, Func<FhirServer, FhirClient, CancellationToken, Task<int>> work, CancellationToken cancellationToken) =>
        Verb.GuardAsync(async () =>
        {
            var servers = Verb.SettingsOf(parsed).FhirServers;
            var server = ServerOf(servers, parsed.GetValue(_source));
            await using var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddLogging().AddFhirClients(servers).BuildServiceProvider();

            try
            {
                return await work(server, services.GetRequiredService<FhirClients>().Of(server), cancellationToken);
            }
            catch (FhirServerException e)
            {
                throw new VerbFailedException($"{e.Code} {TextOf(e)}");
            }
        });

    private static FhirServer ServerOf(FhirServers servers, string? sourceId) =>
        sourceId is null
            ? servers.All is [var only] ? only : throw new VerbFailedException($"There are {servers.All.Count} servers in FhirServers: name one with --source.")
            : servers.Find(sourceId) ?? throw new VerbFailedException($"The source {sourceId} has no server in FhirServers.");

    private static string TextOf(FhirServerException failure) => failure.Code == Contracts.Codes.FhirTokenRefused
        ? "The server, or the one that gives out tokens, does not accept who we say we are, or nobody says where tokens are given out: look at Auth of its entry in FhirServers."
        : "The FHIR server does not answer: look at BaseUrl of its entry in FhirServers.";

    private static async Task<int> RegisterAsync(ParseResult parsed, FhirServer server, FhirClient client, CancellationToken cancellationToken)
    {
        var entry = parsed.GetValue(_entry);
        var settings = server.Subscriptions.ElementAtOrDefault(entry);

        if (settings is null && server.Subscriptions.Count > 0)
        {
            throw new VerbFailedException($"Subscriptions of the server has {server.Subscriptions.Count} entries: --entry counts from 0.");
        }

        var resource = SubscriptionResource.Write(new SubscriptionWish(
            parsed.GetRequiredValue(_endpoint),
            parsed.GetValue(_topic),
            parsed.GetValue(_criteria) ?? settings?.Criteria ?? server.Criteria,
            parsed.GetValue(_payload)!,
            parsed.GetValue(_heartbeat),
            settings?.Secret));
        var answer = await client.PostAsync("Subscription", resource, cancellationToken);

        if (!answer.IsSuccess)
        {
            throw new VerbFailedException($"The server did not take the subscription ({answer.Status}). {OutcomeOf(answer)}".TrimEnd());
        }

        using var made = answer.Resource("Subscription");
        var (id, status) = (Text(made.RootElement, "id"), Text(made.RootElement, "status"));

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(new { sourceId = server.SourceId, id, status });
            return ExitCodes.Ok;
        }

        Console.WriteLine($"The server has made subscription {id}: {status}.");
        Console.WriteLine($"Write its id into the settings, \"Id\": \"{id}\" in FhirServers, Subscriptions, entry {entry}, and start the worker again.");

        if (settings?.Secret is null)
        {
            Console.WriteLine("It has no secret: the hook takes nothing from other machines. Write a Secret into that entry and register again.");
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> StatusAsync(ParseResult parsed, FhirClient client, CancellationToken cancellationToken)
    {
        var id = parsed.GetRequiredValue(_id);
        var answer = await client.GetAsync($"Subscription/{Uri.EscapeDataString(id)}", cancellationToken);

        if (!answer.IsSuccess)
        {
            throw new VerbFailedException(answer.IsGone ? $"The server has no subscription {id}." : $"The server does not show the subscription ({answer.Status}).");
        }

        using var resource = answer.Resource("Subscription");
        var view = new
        {
            id,
            status = Text(resource.RootElement, "status"),
            criteria = Text(resource.RootElement, "criteria"),
            error = Text(resource.RootElement, "error"),
            endpoint = resource.RootElement.TryGetProperty("channel", out var channel) ? Text(channel, "endpoint") : null,
        };

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(view);
        }
        else
        {
            Tables.Print(["subscription", "status", "criteria", "endpoint", "error"], [[view.id, view.status, view.criteria, view.endpoint, view.error]]);
        }

        // What is off or in error needs somebody.
        return view.status is "off" or "error" ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static async Task<int> ListAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var page = await services.GetRequiredService<SubscriptionDesk>().ListAsync(parsed.GetValue(_source), cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(page);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["source", "subscription", "status", "position", "missing", "since", "last heard"],
            page.Subscriptions.Select(each => (IReadOnlyList<string?>)
            [
                each.SourceId, each.Id, each.IsSilent ? "silent" : each.Status, each.Position.ToString(), each.Missing is [var first, var last] ? $"{first}–{last}" : "",
                Tables.Time(each.GapSince), Tables.Time(each.LastHeardAt),
            ]));

        foreach (var server in page.Servers.Where(server => server.Waiting > 0))
        {
            Console.WriteLine($"{server.SourceId}: {server.Waiting} wait to be read since {Tables.Time(server.WaitingSince)} {server.Code}".TrimEnd());
        }

        return ExitCodes.Ok;
    }

    // What a server says of a request has no patient in it.
    private static string OutcomeOf(FhirAnswer answer)
    {
        try
        {
            using var outcome = JsonDocument.Parse(answer.Body);
            return outcome.RootElement.TryGetProperty("issue", out var issues) && issues.ValueKind == JsonValueKind.Array && issues.GetArrayLength() > 0
                ? Text(issues[0], "diagnostics") ?? ""
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
