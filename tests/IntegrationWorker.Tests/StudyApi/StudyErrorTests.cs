using System.Net;
using IntegrationWorker.Contracts;
using IntegrationWorker.Store;
using IntegrationWorker.StudyApi.Client;
using Microsoft.Data.Sqlite;
using Xunit;

namespace IntegrationWorker.Tests.StudyApi;

/// <summary>Every error of the study API: its status, its code, all faults at once, and that nothing was written.</summary>
public sealed class StudyErrorTests(StudyApiWorker api) : IClassFixture<StudyApiWorker>
{
    private const string Studies = StudyClient.Path;
    private const string Unknown = "stu_00000000000000000000000000000000";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Theory]
    // 400: cannot be read.
    [InlineData("POST", Studies, "{", 400, "CMD-001")]
    [InlineData("POST", Studies, "[]", 400, "CMD-001")]
    [InlineData("PATCH", "{id}", "nonsense", 400, "CMD-001")]
    [InlineData("POST", Studies + "/cancel", "", 400, "CMD-001")]
    [InlineData("GET", Studies + "?limit=0", null, 400, "malformed", "limit out-of-range")]
    [InlineData("GET", Studies + "?limit=101&severity=urgent&studyViewerStatus=x&cursor=%3F&assignedTo=bob&expressCustomerId=x", null, 400, "malformed",
        "limit out-of-range", "severity unknown-value", "studyViewerStatus unknown-value", "cursor unknown-value", "assignedTo unknown-value", "expressCustomerId unknown-value")]
    [InlineData("GET", Studies + "?limit=many", null, 400, "malformed")]
    [InlineData("GET", Studies + "?cursor=bm90aGluZw==", null, 400, "malformed", "cursor unknown-value")]
    [InlineData("GET", Studies + "?issuer=NORTH", null, 400, "malformed", "issuer not-alone")]
    [InlineData("GET", Studies + "?accession=1&severity=stat", null, 400, "malformed", " not-together")]
    [InlineData("GET", Studies + "?accession=%00", null, 400, "malformed")]
    // 404
    [InlineData("GET", Studies + "/" + Unknown, null, 404, "IDN-003")]
    [InlineData("GET", Studies + "/nonsense", null, 404, "IDN-003")]
    [InlineData("GET", Studies + "/by-uid/1.2.3.4", null, 404, "IDN-003")]
    [InlineData("PATCH", Studies + "/" + Unknown, """{"severity":"stat"}""", 404, "IDN-003")]
    [InlineData("PATCH", Studies + "/" + Unknown, "{}", 404, "IDN-003")]
    [InlineData("POST", Studies + "/cancel", $$"""{"studyId":"{{Unknown}}"}""", 404, "IDN-003")]
    [InlineData("POST", Studies + "/uncancel", """{"studyInstanceUid":"1.2.3.4"}""", 404, "IDN-003")]
    [InlineData("GET", "/v1/nothing", null, 404, "not-found")]
    // 405
    [InlineData("DELETE", "{id}", null, 405, "method-not-allowed")]
    // 409
    [InlineData("POST", Studies, """{"studyInstanceUid":"{uid}","studyDescription":"x","severity":"stat"}""", 409, "API-001", "/studyInstanceUid API-001")]
    [InlineData("POST", Studies + "/uncancel", """{"studyId":"{studyId}"}""", 409, "API-001")]
    // 422: all faults at once.
    [InlineData("POST", Studies, """{"studyInstanceUid":"1.02","severity":"urgent","assignedTo":"bob","colour":"red","metadata":{"":"x","k":7}}""", 422, "CMD-002",
        "/colour CMD-002", "/studyInstanceUid IDN-004", "/studyDescription CMD-003", "/severity CMD-004", "/assignedTo CMD-004", "/metadata/ LIM-002", "/metadata/k CMD-004")]
    [InlineData("PATCH", "{id}", """{"severity":"high","severity":"stat","studyInstanceUid":"1.2"}""", 422, "CMD-002", "/severity CMD-002", "/studyInstanceUid CMD-002")]
    [InlineData("PATCH", "{id}", """{"assignedTo":"usr_58698dab3a76917a9d0df86678832287"}""", 422, "CMD-004", "/assignedTo CMD-004")] // Not active.
    [InlineData("PATCH", "{id}", """{"isCancelled":true}""", 422, "CMD-002", "/isCancelled CMD-002")]
    [InlineData("POST", Studies + "/cancel", "{}", 422, "CMD-003", "/studyId CMD-003")]
    [InlineData("POST", Studies + "/cancel", """{"studyId":"7"}""", 422, "CMD-004", "/studyId CMD-004")]
    // 403: not with this role.
    [InlineData("PATCH", "{id}", """{"orgId":null}""", 403, "SEC-002", "/orgId SEC-002")]
    [InlineData("POST", Studies, """{"studyInstanceUid":"1.2.5","studyDescription":"x","severity":"stat","orgId":"org_06ce14249ab26a8269dc47fa55a399c4"}""", 403, "SEC-002", "/orgId SEC-002")]
    public async Task GivenAWrongRequest_WhenSent_ThenTheProblemNamesAllOfIt(
        string method, string path, string? body, int status, string code, params string[] errors)
    {
        var study = await api.CreateAsync(_token);

        string Fill(string text) => text
            .Replace("{id}", $"{Studies}/{study.StudyId}", StringComparison.Ordinal)
            .Replace("{studyId}", study.StudyId, StringComparison.Ordinal)
            .Replace("{uid}", study.StudyInstanceUid, StringComparison.Ordinal);

        var answer = await api.Integrator.SendAsync(method, Fill(path), body is null ? null : Fill(body), _token, ("x-request-id", "abc-1"));

        Assert.True((int)answer.Status == status, $"{(int)answer.Status} {answer.Text}");
        Assert.Equal("application/problem+json", answer.MediaType);
        Assert.Equal((status, code), (answer.Problem.Status, answer.Problem.Code));
        Assert.NotEmpty(answer.Problem.Message);
        Assert.Equal("abc-1", answer.Headers["x-request-id"]);
        Assert.All(answer.Problem.Errors, error => Assert.NotEmpty(error.Text));

        if (errors.Length > 0)
        {
            Assert.Equal(errors.Order(StringComparer.Ordinal), answer.Problem.Errors.Select(error => $"{error.Pointer} {error.Code}").Order(StringComparer.Ordinal));
        }

        var now = await api.Reader.GetAsync(study.StudyId, _token);
        Assert.Equivalent(study, now.Study, strict: true);
        Assert.Single(await api.Worker.Get<IStudyReader>().HistoryAsync(study.StudyId, _token));
        Assert.Empty(await api.Worker.Get<IDeadLetterStore>().ListAsync(new DeadLetterFilter(), 10, null, _token));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/jsonx")]
    public async Task GivenAnotherMediaType_WhenSent_ThenItIsRefused(string type)
    {
        var answer = await api.Integrator.CreateAsync("{}", _token, ("Content-Type", type));

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported-media-type"), (answer.Status, answer.Problem.Code));
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/merge-patch+json")]
    public async Task GivenAMediaTypeOfJson_WhenSent_ThenItIsRead(string type)
    {
        var study = await api.CreateAsync(_token);

        Assert.Equal("stat", (await api.Integrator.PatchAsync(study.StudyId, """{"severity":"stat"}""", _token, ("Content-Type", type))).Study.Severity);
    }

    [Fact]
    public async Task GivenAVeryLargeBody_WhenSent_ThenItIsRefusedUnread()
    {
        var answer = await api.Integrator.CreateAsync($$"""{"studyDescription":"{{new string('x', 1024 * 1024)}}"}""", _token);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, Codes.TooLarge), (answer.Status, answer.Problem.Code));
    }

    [Fact]
    public async Task GivenNoKeyOrTooLowARole_WhenWriting_ThenItIsRefused()
    {
        var study = await api.CreateAsync(_token);

        var nobody = await new StudyClient(api.Http, null).PatchAsync(study.StudyId, new { severity = "stat" }, _token);
        var reader = await api.Reader.PatchAsync(study.StudyId, new { severity = "stat" }, _token);

        Assert.Equal((HttpStatusCode.Unauthorized, Codes.UnknownSource, "Bearer"), (nobody.Status, nobody.Problem.Code, nobody.Headers["WWW-Authenticate"]));
        Assert.Equal((HttpStatusCode.Forbidden, Codes.NotPermitted), (reader.Status, reader.Problem.Code));
    }

    [Theory]
    [InlineData("\"1\"", 200)]
    [InlineData("*", 200)]
    [InlineData("\"7\", \"1\"", 200)]
    [InlineData("\"2\"", 412)]
    [InlineData("W/\"1\"", 412)] // Weak tags never match.
    [InlineData("\"abc\"", 412)]
    [InlineData("1", 400)]
    [InlineData("", 400)]
    public async Task GivenACondition_WhenItHoldsOrNot_ThenTheWriteTakesPlaceOrNot(string condition, int status)
    {
        var study = await api.CreateAsync(_token);

        var patched = await api.Integrator.PatchAsync(study.StudyId, new { severity = "stat" }, _token, ("If-Match", condition));
        var expected = status == 200 ? "stat" : "normal";

        Assert.True((int)patched.Status == status, $"{(int)patched.Status} {patched.Text}");
        Assert.Equal(expected, (await api.Reader.GetAsync(study.StudyId, _token)).Study.Severity);

        if (status == 412)
        {
            Assert.Equal(Codes.VersionMismatch, patched.Problem.Code);
            Assert.Equal(412, (int)(await api.Integrator.CancelAsync(new { studyId = study.StudyId }, _token, ("If-Match", condition))).Status);
        }
    }

    [Fact]
    public async Task GivenAnIdempotencyKey_WhenTheRequestComesAgain_ThenItsFirstAnswerComesAgain()
    {
        var key = ("Idempotency-Key", $"\"{Guid.NewGuid()}\"");
        var body = new { studyInstanceUid = api.NewUid(), studyDescription = "CT", severity = "normal", metadata = new { a = "1" } };

        var created = await api.Integrator.CreateAsync(body, _token, key);
        await api.Integrator.PatchAsync(created.Study.StudyId, new { severity = "stat", metadata = new { a = "2" } }, _token);
        var again = await api.Integrator.CreateAsync(body, _token, key);
        var written = await api.Integrator.CreateAsync(
            $$"""{ "severity":"normal", "metadata":{"a":"1"}, "studyDescription":"CT", "studyInstanceUid":"{{body.studyInstanceUid}}" }""", _token, key);
        var other = await api.Integrator.CreateAsync(body with { severity = "high" }, _token, key);
        var elsewhere = await api.Integrator.PatchAsync(created.Study.StudyId, new { severity = "high" }, _token, key);
        var somebodyElse = await api.Operator.CreateAsync(body, _token, key);

        Assert.Equal((created.Status, created.Text, created.Tag), (again.Status, again.Text, again.Tag));
        Assert.Equal((created.Text, created.Tag), (written.Text, written.Tag));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, Codes.KeyReused), (other.Status, other.Problem.Code));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, Codes.KeyReused), (elsewhere.Status, elsewhere.Problem.Code));
        Assert.Equal(HttpStatusCode.Conflict, somebodyElse.Status); // Another caller's keys are their own.
        Assert.Equal("stat", (await api.Reader.GetAsync(created.Study.StudyId, _token)).Study.Severity);
    }

    [Fact]
    public async Task GivenARefusal_WhenTheRequestComesAgainUnderItsKey_ThenItIsTriedAnew()
    {
        var study = await api.CreateAsync(_token);
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var refused = await api.Integrator.UncancelAsync(new { studyId = study.StudyId }, _token, key);
        await api.Integrator.CancelAsync(new { studyId = study.StudyId }, _token);
        var done = await api.Integrator.UncancelAsync(new { studyId = study.StudyId }, _token, key);
        var again = await api.Integrator.UncancelAsync(new { studyId = study.StudyId }, _token, key);

        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Equal((HttpStatusCode.OK, done.Text), (done.Status, again.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("a\tb")]
    public async Task GivenATextThatIsNoKey_WhenSent_ThenItIsRefused(string key)
    {
        var study = await api.CreateAsync(_token);

        Assert.Equal(HttpStatusCode.BadRequest, (await api.Integrator.PatchAsync(study.StudyId, "{}", _token, ("Idempotency-Key", key))).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest, (await api.Integrator.PatchAsync(study.StudyId, "{}", _token, ("Idempotency-Key", new string('k', 257)))).Status);
    }

    [Fact]
    public async Task GivenARequestUnderWay_WhenItComesAgain_ThenTheSecondIsAConflictAndTheFirstIsDone()
    {
        var study = await api.CreateAsync(_token);
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        Task<ApiAnswer> first;

        // As long as somebody else writes the file, the first one waits.
        await using (var other = new SqliteConnection($"Data Source={api.PathOf("worker.db")};Pooling=False"))
        {
            await other.OpenAsync(_token);
            await using var begin = other.CreateCommand();
            begin.CommandText = "begin immediate";
            await begin.ExecuteNonQueryAsync(_token);

            // Whichever of the two comes first waits; the other one is told.
            var one = api.Integrator.PatchAsync(study.StudyId, new { severity = "stat" }, _token, key);
            var two = api.Integrator.PatchAsync(study.StudyId, new { severity = "stat" }, _token, key);
            var told = await Task.WhenAny(one, two);
            first = told == one ? two : one;
            Assert.Equal((HttpStatusCode.Conflict, Codes.InProgressElsewhere), ((await told).Status, (await told).Problem.Code));
        }

        Assert.Equal("stat", (await first).Study.Severity);
        Assert.Equal((await first).Text, (await api.Integrator.PatchAsync(study.StudyId, new { severity = "stat" }, _token, key)).Text);
    }
}
