using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>A worker on its embedded defaults: SQLite, no broker, messages over HTTP, answered with their outcome.</summary>
public sealed class EmbeddedJourneyTests : IAsyncLifetime
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    private WorkerProcess _worker = null!;

    public async ValueTask InitializeAsync() => _worker = await WorkerProcess.StartAsync(new WorkerSettings(), _token);

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Fact]
    public async Task GivenAnOrder_WhenPosted_ThenTheAnswerIsItsOutcomeAndTheStudyIsThere()
    {
        var order = new InventedOrder { Priority = "S" };

        var created = await PostAsync(order.Bytes, "?source=ris-north");
        var again = await PostAsync(order.Bytes);

        Assert.Equal("created", Outcome(created));
        Assert.Equal("duplicate", Outcome(again));
        using var response = await _worker.Http.GetAsync(new Uri($"/v1/viewer/studies/by-uid/{order.Uid}", UriKind.Relative), _token);
        Assert.Equal("\"1\"", response.Headers.ETag?.Tag);
        var study = JsonElement.Parse(await response.Content.ReadAsStringAsync(_token));
        Assert.Equal("stat", study.GetProperty("severity").GetString());
        Assert.Equal("North Imaging (example)", study.GetProperty("org").GetProperty("orgName").GetString());
        var page = await _worker.GetAsync("/v1/viewer/studies?severity=stat&limit=1", _token);
        Assert.Equal(study.GetProperty("studyId").GetString(), page.GetProperty("studies")[0].GetProperty("studyId").GetString());
        var byAccession = await _worker.GetAsync($"/v1/viewer/studies?accession={order.Accession}&issuer=2.16.840.1.113883.19.10", _token);
        Assert.Single(byAccession.GetProperty("studies").EnumerateArray());
        var history = await _worker.GetAsync($"/v1/studies/{study.GetProperty("studyId").GetString()}/history", _token);
        Assert.Equal(order.Key, history.GetProperty("history")[0].GetProperty("messageKey").GetString());
        Assert.Equal([order.Key], (await _worker.EventsAsync(_token)).Select(e => StudyEvent.Of(e).MessageKey));
    }

    [Fact]
    public async Task GivenAnArchive_WhenItSendsAResourceToItsHook_ThenItIsApplied()
    {
        var order = new InventedOrder();
        await PostAsync(order.Bytes);

        using var body = new StringContent(InventedBodies.ImagingStudy(order, 1), Encoding.UTF8, new MediaTypeHeaderValue("application/fhir+json"));
        using var put = await _worker.Http.PutAsync(new Uri($"/fhir/pacs-fhir/ImagingStudy/inv-{order.Number}", UriKind.Relative), body, _token);
        using var stranger = await _worker.Http.PostAsync(new Uri("/fhir/nobody", UriKind.Relative), new StringContent("{}"), _token);

        Assert.Equal("applied", Outcome(JsonElement.Parse(await put.Content.ReadAsStringAsync(_token))));
        Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);
        Assert.Equal("SRC-001", JsonElement.Parse(await stranger.Content.ReadAsStringAsync(_token)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task GivenMessagesNobodyCanUse_WhenPosted_ThenTheirOutcomeIsARejectionWithItsCode()
    {
        var unreadable = await PostAsync(Encoding.UTF8.GetBytes("nothing"));
        var tooLarge = await PostAsync(Encoding.ASCII.GetBytes(new InventedOrder { Description = new string('x', 6 * 1024 * 1024) }.Text));
        var unknownSource = await PostAsync(new InventedOrder().Bytes, "?source=nobody");
        using var empty = await _worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), new ByteArrayContent([]), _token);

        Assert.Equal(("rejected", "HL7-001"), (Outcome(unreadable), Code(unreadable)));
        Assert.Equal(("rejected", "HL7-009"), (Outcome(tooLarge), Code(tooLarge)));
        Assert.Equal(("rejected", "SRC-001"), (Outcome(unknownSource), Code(unknownSource)));
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
        Assert.Equal("application/problem+json", empty.Content.Headers.ContentType?.MediaType);
        Assert.Equal(3, (await _worker.DeadLettersAsync(_token)).Count);
    }

    [Fact]
    public async Task GivenADeadLetter_WhenLookedAfterFromTheCommandLine_ThenTheVerbsAgreeWithTheWorker()
    {
        var stranger = new InventedOrder { Sender = "NOBODY" };
        var id = (await PostAsync(stranger.Bytes)).GetProperty("deadLetterId").GetString()!;

        var list = await _worker.RunVerbAsync(["dead-letters", "list", "--json"], _token);
        var replay = await _worker.RunVerbAsync(["dead-letters", "replay", id, "--why", "invented"], _token);
        var discard = await _worker.RunVerbAsync(["dead-letters", "discard", id, "--why", "invented"], _token);
        var again = await _worker.RunVerbAsync(["dead-letters", "discard", id], _token);

        var letter = Assert.Single(JsonElement.Parse(list.Output).EnumerateArray());
        string[] members = ["id", "code", "location", "sourceId", "receivedAt", "status", "attempts"];
        Assert.All(members, member => Assert.True(letter.TryGetProperty(member, out _), member));
        Assert.Equal((id, "HL7-010", "open"), (letter.GetProperty("id").GetString(), letter.GetProperty("code").GetString(), letter.GetProperty("status").GetString()));
        Assert.Equal((0, 1, 0, 1), (list.ExitCode, replay.ExitCode, discard.ExitCode, again.ExitCode));
        var now = (await _worker.DeadLettersAsync(_token)).Single();
        Assert.Equal(("discarded", 1), (now.GetProperty("status").GetString(), now.GetProperty("attempts").GetInt32()));
    }

    [Fact]
    public async Task GivenStoredStudies_WhenListedFromTheCommandLine_ThenEveryDataVerbPrintsJson()
    {
        var order = new InventedOrder();
        await PostAsync(order.Bytes);
        string[][] verbs =
        [
            ["studies", "list"], ["studies", "show", order.Uid], ["studies", "history", order.Accession], ["events", "list"],
            ["messages", "find", "--accession", order.Accession], ["messages", "show", order.Key], ["dead-letters", "list"],
        ];

        foreach (var verb in verbs)
        {
            var json = await _worker.RunVerbAsync([.. verb, "--json"], _token);
            var table = await _worker.RunVerbAsync(verb, _token);

            Assert.True(json.ExitCode == 0 && table.ExitCode == 0, $"{string.Join(' ', verb)}: {json.Errors}{table.Errors}");
            JsonElement.Parse(json.Output);
            Assert.NotEmpty(table.Output);
        }
    }

    [Fact]
    public async Task GivenMessages_WhenTheWorkerHasHandledThem_ThenNoLineOfItsLogHoldsWhatTheySay()
    {
        var order = new InventedOrder { Description = "CT Recognizable" };
        await PostAsync(order.Bytes);
        await PostAsync((order with { Sender = "NOBODY" }).Bytes);
        await _worker.StopAsync();

        string[] said = ["Recognizable", "INVENTED", $"INVP{order.Number:D6}", order.Accession];
        Assert.All(said, text => Assert.DoesNotContain(text, _worker.Output, StringComparison.Ordinal));
    }

    private async Task<JsonElement> PostAsync(ReadOnlyMemory<byte> body, string query = "")
    {
        using var content = new ReadOnlyMemoryContent(body);
        using var response = await _worker.Http.PostAsync(new Uri($"/v1/messages{query}", UriKind.Relative), content, _token);
        var text = await response.Content.ReadAsStringAsync(_token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {text}\n{_worker.Output}");

        return JsonElement.Parse(text);
    }

    private static string? Outcome(JsonElement answer) => answer.GetProperty("outcome").GetString();

    private static string? Code(JsonElement answer) => answer.GetProperty("error").GetProperty("code").GetString();
}
