using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IntegrationWorker.Tests.Hosting;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

/// <summary>What <c>POST /v1/messages</c> takes, and how it answers.</summary>
public sealed class HttpMessagesTests : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly SettingsFolder _folder = new();
    private RunningWorker _worker = null!;

    public async ValueTask InitializeAsync() => _worker = await RunningWorker.StartAsync(_folder, _token);

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task GivenLines_WhenPosted_ThenEachIsAnsweredInItsOrder()
    {
        var lines = string.Join('\n', Command("l1", "2.25.1"), "", JsonSerializer.Serialize(Order("L2")), "{ broken", Command("l1", "2.25.1"));

        var answers = await SeveralAsync(Content(lines, "application/x-ndjson"), "ops-console", HttpStatusCode.OK);

        Assert.Equal([1, 2, 3, 4], answers.Select(answer => answer.GetProperty("message").GetInt32()));
        Assert.Equal(["IDN-003", "CMD-001", "CMD-001", "IDN-003"], answers.Select(CodeOf));
        Assert.Equal(["rejected", "rejected", "rejected", "duplicate"], answers.Select(OutcomeOf));
    }

    [Fact]
    public async Task GivenTextsInLines_WhenPosted_ThenTheyAreTheMessages()
    {
        var answers = await SeveralAsync(
            Content($"{JsonSerializer.Serialize(Order("T1"))}\r\n{JsonSerializer.Serialize(Order("T1"))}", "application/x-ndjson"), null, HttpStatusCode.OK);

        Assert.Equal(["created", "duplicate"], answers.Select(OutcomeOf));
    }

    [Fact]
    public async Task GivenParts_WhenPosted_ThenEachHasItsOwnHeaders()
    {
        using var parts = new MultipartContent("mixed");
        parts.Add(Content(Order("P1"), "application/hl7-v2"));
        var command = Content(Command("p2", "2.25.77"), "application/cloudevents+json");
        command.Headers.Add("source-id", "ops-console");
        command.Headers.Add("idempotency-key", "part-2");
        parts.Add(command);

        var answers = await SeveralAsync(parts, null, HttpStatusCode.OK);

        Assert.Equal(["created", "rejected"], answers.Select(OutcomeOf));
        Assert.Equal("cmd/ops-console/part-2", answers[1].GetProperty("result").GetProperty("messageKey").GetString());
    }

    [Fact]
    public async Task GivenAKeyOfTheRequest_WhenSeveralArePosted_ThenEachHasAKeyOfItsOwnAndAResendIsADuplicate()
    {
        var lines = $"{Command("a", "2.25.1")}\n{Command("b", "2.25.1")}";

        var first = await SeveralAsync(Content(lines, "application/x-ndjson"), "ops-console", HttpStatusCode.OK, "upload-7");
        var again = await SeveralAsync(Content(lines, "application/x-ndjson"), "ops-console", HttpStatusCode.OK, "upload-7");

        Assert.Equal(
            ["cmd/ops-console/upload-7%2F1", "cmd/ops-console/upload-7%2F2"],
            first.Select(answer => answer.GetProperty("result").GetProperty("messageKey").GetString()));
        Assert.All(again, answer => Assert.Equal("duplicate", OutcomeOf(answer)));
    }

    [Fact]
    public async Task GivenAClientThatDoesNotWait_WhenItPosts_ThenItIsToldWhereTheOutcomeIs()
    {
        using var request = Request(Content(Order("A1"), "text/plain"), null);
        request.Headers.Add("Prefer", "respond-async");

        using var response = await _worker.Http.SendAsync(request, _token);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("respond-async", response.Headers.GetValues("Preference-Applied").Single());
        var link = JsonElement.Parse(await response.Content.ReadAsStringAsync(_token)).GetProperty("link").GetString()!;
        Assert.Equal(link, response.Headers.Location!.OriginalString);
        Assert.Equal("created", (await _worker.GetAsync(link, _token)).GetProperty("message").GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData("application/fhir+xml", "<a/>", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/dicom", "x", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-ndjson", "\n \n", null, HttpStatusCode.BadRequest)]
    [InlineData("multipart/mixed", "x", null, HttpStatusCode.BadRequest)] // No boundary.
    [InlineData("multipart/mixed; boundary=b", "--b\r\n\r\nhalf", null, HttpStatusCode.BadRequest)]
    [InlineData("text/plain", "x", "a\tb", HttpStatusCode.UnprocessableEntity)]
    public async Task GivenARequestThatCannotBeUsed_WhenPosted_ThenItIsRefusedAndNothingIsKept(string type, string body, string? key, HttpStatusCode status)
    {
        using var request = Request(Content(body, type), null);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key is null ? [] : [key]);

        using var response = await _worker.Http.SendAsync(request, _token);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Empty((await _worker.GetAsync("/v1/dead-letters", _token)).GetProperty("deadLetters").EnumerateArray());
    }

    [Fact]
    public async Task GivenTooManyOrACompressedBody_WhenPosted_ThenItIsRefused()
    {
        using var tooMany = Request(Content(string.Concat(Enumerable.Repeat("{}\n", 1001)), "application/x-ndjson"), "ops-console");
        using var compressed = Request(Content("x", "text/plain"), null);
        compressed.Content!.Headers.ContentEncoding.Add("gzip");

        using var first = await _worker.Http.SendAsync(tooMany, _token);
        using var second = await _worker.Http.SendAsync(compressed, _token);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnsupportedMediaType), (first.StatusCode, second.StatusCode));
        Assert.Empty((await _worker.GetAsync("/v1/dead-letters", _token)).GetProperty("deadLetters").EnumerateArray());
    }

    private async Task<IReadOnlyList<JsonElement>> SeveralAsync(HttpContent content, string? source, HttpStatusCode status, string? key = null)
    {
        using var request = Request(content, source);

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await _worker.Http.SendAsync(request, _token);
        var text = await response.Content.ReadAsStringAsync(_token);
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} {text}");

        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    private static HttpRequestMessage Request(HttpContent content, string? source) =>
        new(HttpMethod.Post, new Uri($"/v1/messages{(source is null ? "" : $"?source={source}")}", UriKind.Relative)) { Content = content };

    private static ByteArrayContent Content(string text, string type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private static string OutcomeOf(JsonElement answer) => answer.GetProperty("result").GetProperty("outcome").GetString()!;

    private static string? CodeOf(JsonElement answer) => answer.GetProperty("result").GetProperty("error").GetProperty("code").GetString();

    private static string Command(string id, string uid) =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"urn:invented","type":"study.update.requested.v1","data":{"patch":{"severity":"stat"},"study":{"studyInstanceUid":"{{uid}}" } } }""";

    // An invented order that creates its study.
    private static string Order(string id) => string.Join(
        '\r',
        $"MSH|^~\\&|NRIS|NORTH|STUDYWORKER|READING|20260302080000-0600||ORM^O01|{id}|P|2.3.1||||||UNICODE UTF-8",
        "PID|1||INVP1^^^NORTH^MR||EXAMPLE^INVENTED||19700101|F",
        $"ORC|NW|O{id}^EHR|F{id}^NRIS||SC",
        $"OBR|1|O{id}^EHR|F{id}^NRIS|INVCT^CT Invented^NRIS||||||||||||||INV{id}||||||CT",
        $"ZDS|2.25.{string.Concat(id.Select(c => (int)c))}^NRIS^Application^DICOM");
}
