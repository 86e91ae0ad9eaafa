using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>Saved filters and four eyes, from the command line and over HTTP, on one store.</summary>
public sealed class CaseVerbJourneyTests : IAsyncLifetime
{
    private const string Letters = "/v1/dead-letters";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly Dictionary<string, string> _keys = [];

    private WorkerProcess _worker = null!;

    public async ValueTask InitializeAsync()
    {
        _worker = await WorkerProcess.StartAsync(
            new WorkerSettings { Environment = new Dictionary<string, string?> { ["DeadLetters__FourEyes"] = "true" } }, _token);

        foreach (var name in (string[])["anna", "ben"])
        {
            _keys[name] = (await _worker.RunVerbAsync(["keys", "create", "--role", "operator", "--name", name], _token)).Output.Trim();
        }
    }

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Fact]
    public async Task GivenASavedFilter_WhenNamedFromTheCommandLineAndOverHttp_ThenListsAndJobsTakeWhatItSays()
    {
        await FailAsync(new InventedOrder { Sender = "NOBODY" });
        await FailAsync(new InventedOrder { Sender = "NOBODY" });
        await FailAsync(new InventedOrder { Sender = "NRIS" }, "no message");

        var saved = await VerbAsync("filters", "save", "night", "--code", "HL7-010");
        var put = await SendAsync(HttpMethod.Put, $"{Letters}/filters/broken", "anna", JsonContent.Create(new { code = "HL7-001" }));
        var wrong = await SendAsync(HttpMethod.Put, $"{Letters}/filters/all", "anna", JsonContent.Create(new { }));

        Assert.Equal((0, HttpStatusCode.OK, HttpStatusCode.BadRequest), (saved.ExitCode, put.Status, wrong.Status));
        Assert.Equal(["broken", "night"], Json(await VerbAsync("filters", "list", "--json")).EnumerateArray().Select(NameOf));
        var listed = await SendAsync(HttpMethod.Get, $"{Letters}/filters", "ben");
        Assert.Equal(["broken", "night"], listed.Json.GetProperty("filters").EnumerateArray().Select(NameOf));
        Assert.Equal(2, Json(await VerbAsync("list", "--filter", "night", "--json")).GetArrayLength());
        Assert.Equal(1, (await SendAsync(HttpMethod.Get, $"{Letters}?filter=broken", "ben")).Json.GetProperty("deadLetters").GetArrayLength());

        var job = new { filter = "night", dryRun = true, why = "a test" };
        Assert.Equal(2, Json(await VerbAsync("replay", "--filter", "night", "--dry-run", "--json")).GetProperty("total").GetInt32());
        Assert.Equal(2, (await SendAsync(HttpMethod.Post, $"{Letters}/replays", "ben", JsonContent.Create(job))).Json.GetProperty("total").GetInt32());

        Assert.Equal(0, (await VerbAsync("filters", "delete", "night")).ExitCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, $"{Letters}/filters/night", "ben")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"{Letters}/filters/broken", "ben")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Post, $"{Letters}/replays", "ben", JsonContent.Create(job))).Status);
        var unknown = await VerbAsync("replay", "--filter", "night", "--dry-run");
        Assert.Equal((1, true), (unknown.ExitCode, unknown.Errors.Contains("There is no filter night.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task GivenFourEyes_WhenTheEditorApproves_ThenThatIsRefusedFromTheCommandLineAndOverHttpAndSomebodyElseMay()
    {
        var order = new InventedOrder { Sender = "NOBODY" };
        var byHttp = await FailAsync(order);
        var mended = new ReadOnlyMemoryContent((order with { Sender = "NRIS" }).Bytes);

        var edited = await SendAsync(HttpMethod.Put, $"{Letters}/{byHttp}/body?why=mistyped", "anna", mended);
        var own = await SendAsync(HttpMethod.Post, $"{Letters}/{byHttp}/approve?revision=1", "anna");
        var tooEarly = await SendAsync(HttpMethod.Post, $"{Letters}/{byHttp}/replay?why=mended", "anna");
        var other = await SendAsync(HttpMethod.Post, $"{Letters}/{byHttp}/approve?revision=1", "ben");
        var replayed = await SendAsync(HttpMethod.Post, $"{Letters}/{byHttp}/replay?why=mended", "anna");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Forbidden, "own-edit"), (edited.Status, own.Status, own.Json.GetProperty("code").GetString()));
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.OK, HttpStatusCode.OK), (tooEarly.Status, other.Status, replayed.Status));
        Assert.Equal("resolved", await StatusAsync(byHttp));

        var byVerb = await FailAsync(new InventedOrder { Sender = "NOBODY" });
        Assert.Equal(0, (await VerbAsync("edit", byVerb, "--set", "MSH-3=NRIS", "--why", "mistyped")).ExitCode);
        var refused = await VerbAsync("edit", byVerb, "--approve", "--why", "it is right");
        Assert.Equal((1, true), (refused.ExitCode, refused.Errors.Contains("You have edited it yourself", StringComparison.Ordinal)));
        Assert.Equal(1, (await VerbAsync("replay", byVerb, "--why", "mended")).ExitCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, $"{Letters}/{byVerb}/approve?revision=1", "ben")).Status);
        Assert.Equal(0, (await VerbAsync("replay", byVerb, "--why", "mended")).ExitCode);
        Assert.Equal("resolved", await StatusAsync(byVerb));
    }

    // The id of the dead letter.
    private async Task<string> FailAsync(InventedOrder order, string? text = null)
    {
        using var content = text is null ? new ReadOnlyMemoryContent(order.Bytes) : (HttpContent)new StringContent(text);
        var answer = await SendAsync(HttpMethod.Post, "/v1/messages", "anna", content);

        return answer.Json.GetProperty("deadLetterId").GetString()!;
    }

    private async Task<string?> StatusAsync(string id) =>
        (await SendAsync(HttpMethod.Get, $"{Letters}/{id}", "ben")).Json.GetProperty("deadLetter").GetProperty("status").GetString();

    private Task<VerbResult> VerbAsync(params string[] arguments) => _worker.RunVerbAsync(["dead-letters", .. arguments], _token);

    private async Task<(HttpStatusCode Status, JsonElement Json)> SendAsync(HttpMethod method, string path, string who, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _keys[who]);
        using var response = await _worker.Http.SendAsync(request, _token);
        var text = await response.Content.ReadAsStringAsync(_token);

        return (response.StatusCode, text.Length > 0 ? JsonElement.Parse(text) : default);
    }

    private static JsonElement Json(VerbResult result)
    {
        Assert.True(result.ExitCode == 0, result.Errors);

        return JsonElement.Parse(result.Output);
    }

    private static string? NameOf(JsonElement filter) => filter.GetProperty("name").GetString();
}
