using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IntegrationWorker.Tests.Subscriptions.Server;

/// <summary>
/// A small FHIR server over HTTP, for tests: imaging studies with versions, searches in pages, subscriptions that number their
/// events and tell them to a hook, <c>$events</c>, <c>$status</c>, tokens, and every trouble a server can make. All data are invented.
/// </summary>
internal sealed class FhirTestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _hooks = new();
    private readonly ConcurrentDictionary<string, JsonObject> _studies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _gone = new(StringComparer.Ordinal);

    private FhirTestServer(WebApplication app) => _app = app;

    public string BaseUrl => $"{_app.Urls.First()}/r4";

    public TestTokens Tokens { get; } = new();

    /// <summary>By id.</summary>
    public ConcurrentDictionary<string, TestSubscription> Subscriptions { get; } = new(StringComparer.Ordinal);

    /// <summary>Path and query of every request but those for tokens.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Troubles for the next requests, one each: a status, or 0 for a connection that is cut.</summary>
    public ConcurrentQueue<int> Troubles { get; } = new();

    /// <summary>A trouble for every request until it is taken away.</summary>
    public int? Trouble { get; set; }

    public string? RetryAfter { get; set; }

    public bool HasEvents { get; set; } = true;

    public bool HasStatus { get; set; } = true;

    /// <summary>The most events that <c>$events</c> tells at once.</summary>
    public int EventsMax { get; set; } = 100;

    public static async Task<FhirTestServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FhirTestServer(app);
        app.MapPost("/token", server.Tokens.GiveAsync);
        app.MapGet("/r4/.well-known/smart-configuration", server.Tokens.Configuration);
        app.MapGet("/r4/metadata", server.Tokens.Statement);
        var fhir = app.MapGroup("/r4").AddEndpointFilter(server.GuardAsync);
        fhir.MapGet("/ImagingStudy/{id}", server.Read);
        fhir.MapGet("/ImagingStudy", server.Search);
        fhir.MapPost("/Subscription", server.RegisterAsync);
        fhir.MapGet("/Subscription/{id}", (string id) => server.Subscriptions.TryGetValue(id, out var known) ? Fhir(known.Resource()) : Results.NotFound());
        fhir.MapGet("/Subscription/{id}/$events", server.Events);
        fhir.MapGet("/Subscription/{id}/$status", server.Status);
        await app.StartAsync(cancellationToken);

        return server;
    }

    /// <summary>Stores a new version of a study.</summary>
    public void Put(string id, int version, string description = "CT Invented") => _studies[id] = new JsonObject
    {
        ["resourceType"] = "ImagingStudy",
        ["id"] = id,
        ["meta"] = new JsonObject { ["versionId"] = $"{version}", ["lastUpdated"] = Now() },
        ["identifier"] = new JsonArray(new JsonObject { ["system"] = "urn:dicom:uid", ["value"] = $"urn:oid:{UidOf(id)}" }),
        ["status"] = "available",
        ["description"] = description,
        ["modality"] = new JsonArray(new JsonObject { ["system"] = "http://dicom.nema.org/resources/ontology/DCM", ["code"] = "CT" }),
        ["subject"] = new JsonObject { ["reference"] = "Patient/invented" },
    };

    public void Delete(string id)
    {
        _studies.TryRemove(id, out _);
        _gone[id] = true;
    }

    /// <summary>The present version of a study; null when there is none.</summary>
    public JsonObject? Resource(string id) => _studies.GetValueOrDefault(id);

    public static string UidOf(string id) => $"2.25.888{string.Concat(Encoding.ASCII.GetBytes(id).Select(b => $"{b:D3}"))}";

    /// <summary>Makes a subscription known to the server.</summary>
    public TestSubscription Subscribe(string id, Uri hook, string? secret = null, string payload = "id-only") =>
        Subscriptions[id] = new TestSubscription(id, hook, secret, payload);

    public Task<HttpStatusCode> ShakeHandsAsync(TestSubscription subscription, CancellationToken cancellationToken) =>
        SendAsync(subscription, subscription.Notification("handshake", []), cancellationToken);

    public Task<HttpStatusCode> BeatAsync(TestSubscription subscription, CancellationToken cancellationToken) =>
        SendAsync(subscription, subscription.Notification("heartbeat", []), cancellationToken);

    /// <summary>Counts an event about a study, and tells it unless it is to get lost.</summary>
    public async Task NotifyAsync(TestSubscription subscription, string studyId, CancellationToken cancellationToken, bool isLost = false)
    {
        var told = subscription.Happen(studyId, $"{BaseUrl}/ImagingStudy/{studyId}", Now());

        if (!isLost)
        {
            await SendAsync(subscription, subscription.Notification("event-notification", [told], Resource), cancellationToken);
        }
    }

    public async Task<HttpStatusCode> SendAsync(TestSubscription subscription, JsonObject notification, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, subscription.Hook) { Content = Content(notification) };

        if (subscription.Secret is { } secret)
        {
            request.Headers.Add("Authorization", $"Bearer {secret}");
        }

        using var response = await _hooks.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _hooks.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    private static ByteArrayContent Content(JsonObject resource)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(resource.ToJsonString()));
        content.Headers.ContentType = new("application/fhir+json");
        return content;
    }

    private static IResult Fhir(JsonNode resource, int status = 200) => Results.Text(resource.ToJsonString(), "application/fhir+json", Encoding.UTF8, status);

    private async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        Requests.Enqueue($"{context.Request.Path}{context.Request.QueryString}"["/r4/".Length..]);

        if ((Troubles.TryDequeue(out var one) ? one : Trouble) is { } trouble)
        {
            if (trouble == 0)
            {
                context.Abort();
                return Results.Empty;
            }

            context.Response.Headers.RetryAfter = RetryAfter;
            return Results.StatusCode(trouble);
        }

        return Tokens.IsGood(context.Request) ? await next(invocation) : Results.StatusCode(401);
    }

    private IResult Read(string id) =>
        _studies.TryGetValue(id, out var study) ? Fhir(study) : Results.StatusCode(_gone.ContainsKey(id) ? 410 : 404);

    private IResult Search(HttpRequest request)
    {
        var since = DateTimeOffset.Parse(request.Query["_lastUpdated"].ToString()["ge".Length..]);
        var size = int.Parse(request.Query["_count"].ToString());
        var page = int.TryParse(request.Query["page"], out var wanted) ? wanted : 0;
        var all = _studies.Values
            .Where(study => DateTimeOffset.Parse((string)study["meta"]!["lastUpdated"]!) >= since)
            .OrderBy(study => (string)study["id"]!, StringComparer.Ordinal)
            .ToList();
        var bundle = new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "searchset",
            ["total"] = all.Count,
            ["entry"] = new JsonArray([.. all.Skip(page * size).Take(size).Select(study => (JsonNode)new JsonObject { ["resource"] = study.DeepClone() })]),
        };

        if (all.Count > (page + 1) * size)
        {
            // Its inner name, as of a server behind a proxy.
            var next = $"http://fhir.inner.invalid/r4/ImagingStudy?_lastUpdated=ge{since:O}&_count={size}&page={page + 1}".Replace("+00:00", "Z", StringComparison.Ordinal);
            bundle["link"] = new JsonArray(new JsonObject { ["relation"] = "next", ["url"] = next });
        }

        return Fhir(bundle);
    }

    private async Task<IResult> RegisterAsync(HttpRequest request)
    {
        var resource = (await JsonNode.ParseAsync(request.Body))!.AsObject();
        var channel = resource["channel"]!;
        var id = $"made-{Subscriptions.Count + 1}";
        var header = (string?)channel["header"]?[0];
        Subscribe(id, new Uri((string)channel["endpoint"]!), header?["Authorization: Bearer ".Length..]).Sent = resource;

        return Fhir(Subscriptions[id].Resource(), 201);
    }

    private IResult Events(string id, HttpRequest request)
    {
        if (!HasEvents || !Subscriptions.TryGetValue(id, out var subscription))
        {
            return Fhir(new JsonObject { ["resourceType"] = "OperationOutcome", ["issue"] = new JsonArray() }, 404);
        }

        var (first, last) = (long.Parse(request.Query["eventsSinceNumber"].ToString()), long.Parse(request.Query["eventsUntilNumber"].ToString()));
        return Fhir(subscription.Notification("query-event", [.. subscription.Between(first, last).Take(EventsMax)], Resource));
    }

    private IResult Status(string id) =>
        HasStatus && Subscriptions.TryGetValue(id, out var subscription)
            ? Fhir(subscription.Notification("query-status", [])["entry"]![0]!["resource"]!.DeepClone())
            : Results.StatusCode(501);
}
