using System.Net;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.StudyApi.Client;
using Xunit;

namespace IntegrationWorker.Tests.StudyApi;

/// <summary>The bounds of every member, and what all operations have in common: keys, roles, versions, conditions, repetitions.</summary>
public sealed class StudyRuleTests(StudyApiWorker api) : IClassFixture<StudyApiWorker>
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string?> Bounds { get; } = new()
    {
        { "studyInstanceUid", $"1.{new string('7', 60)}.{{0}}", null }, // 64 characters.
        { "studyInstanceUid", $"1.{new string('7', 61)}.{{0}}", Codes.InvalidUid },
        { "studyInstanceUid", "7", Codes.InvalidUid },
        { "studyInstanceUid", "1..7", Codes.InvalidUid },
        { "studyInstanceUid", "1.07", Codes.InvalidUid },
        { "studyDescription", new string('d', 1000), null },
        { "studyDescription", new string('d', 1001), Codes.MemberInvalid },
        { "studyDescription", "", Codes.MemberInvalid },
        { "severity", "normal", null },
        { "severity", "high", null },
        { "severity", "stat", null },
        { "severity", "Stat", Codes.MemberInvalid },
        { "assignedTo", "usr_06c4b9e8dd523c9634230f729678a4a4", null },
        { "assignedTo", "usr_00000000000000000000000000000000", Codes.MemberInvalid },
        { "orgId", "org_06ce14249ab26a8269dc47fa55a399c4", null },
        { "orgId", "org_00000000000000000000000000000000", Codes.MemberInvalid },
        { "orgId", "06ce14249ab26a8269dc47fa55a399c4", Codes.MemberInvalid },
        { "expressCustomerId", "cus_0123456789abcdef0123456789abcdef", null },
        { "expressCustomerId", "cus_0123", Codes.MemberInvalid },
        { "metadata.key", new string('k', 100), null },
        { "metadata.key", new string('k', 101), Codes.KeyLength },
        { "metadata.key", "", Codes.KeyLength },
        { "metadata.value", new string('v', 1000), null },
        { "metadata.value", "", null },
        { "metadata.value", new string('v', 1001), Codes.ValueLength },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public async Task GivenAMemberAtItsBound_WhenCreatedOrPatched_ThenItIsTakenOrRefusedWithItsCode(string member, string value, string? code)
    {
        var isPatchable = member is not ("studyInstanceUid" or "expressCustomerId");
        var body = new Dictionary<string, object>
        {
            ["studyInstanceUid"] = api.NewUid(), ["studyDescription"] = "CT", ["severity"] = "normal",
        };
        var name = member.Split('.')[0];
        object sent = member switch
        {
            "metadata.key" => new Dictionary<string, string> { [value] = "v" },
            "metadata.value" => new Dictionary<string, string> { ["k"] = value },
            _ => value.Replace("{0}", "1", StringComparison.Ordinal),
        };
        body[name] = sent;

        var created = await api.Operator.CreateAsync(body, _token);
        var study = isPatchable ? await api.CreateAsync(_token) : null;
        var patched = study is null ? null : await api.Operator.PatchAsync(study.StudyId, new Dictionary<string, object> { [name] = sent }, _token);

        foreach (var answer in new[] { created, patched }.OfType<ApiAnswer>())
        {
            if (code is null)
            {
                Assert.True((int)answer.Status is 200 or 201, answer.Text);
                Assert.Contains(JsonSerializer.Serialize(value.Replace("{0}", "1", StringComparison.Ordinal)).Trim('"'), member == "expressCustomerId" ? value : answer.Text, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (answer.Status, answer.Problem.Code));
            }
        }
    }

    [Theory]
    [InlineData("studyId")]
    [InlineData("studyInstanceUid")]
    [InlineData("isCancelled")]
    [InlineData("cancelledAt")]
    [InlineData("createdAt")]
    [InlineData("updatedAt")]
    [InlineData("createdByApiKey")]
    [InlineData("createdByUser")]
    [InlineData("org")]
    [InlineData("expressCustomer")]
    [InlineData("expressCustomerId")]
    public async Task GivenAMemberThatIsNotUpdated_WhenPatched_ThenItIsRefused(string member)
    {
        var study = await api.CreateAsync(_token);

        var answer = await api.Operator.PatchAsync(study.StudyId, $$"""{"{{member}}":null,"severity":"stat"}""", _token);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, Codes.MemberNotAllowed), (answer.Status, answer.Problem.Code));
        Assert.Equal("normal", (await api.Reader.GetAsync(study.StudyId, _token)).Study.Severity);
    }

    [Fact]
    public async Task GivenAStudyOfAMessage_WhenRead_ThenNoKeyAndNoUserMadeIt()
    {
        var order = string.Join(
            '\r',
            @"MSH|^~\&|NRIS|NORTH|STUDYWORKER|READING|20260302080000-0600||ORM^O01|MADE-1|P|2.3.1||||||UNICODE UTF-8",
            "ORC|NW|MADE-O^EHR|MADE-F^NRIS||SC||||20260302080000-0600",
            "OBR|1|MADE-O^EHR|MADE-F^NRIS|CT^CT Made^X||||||||||||||MADE-A",
            "ZDS|2.25.7780^X^Application^DICOM");
        await api.Integrator.SendAsync("POST", "/v1/messages", order, _token, ("Content-Type", "application/hl7-v2"));

        var study = (await api.Reader.GetByUidAsync("2.25.7780", _token)).Study;

        Assert.Equal((null, null), (study.CreatedByApiKey, study.CreatedByUser));
    }

    [Fact]
    public async Task GivenAStudy_WhenAnsweredByAnyOperation_ThenItsTagIsItsVersion()
    {
        var created = await api.Integrator.CreateAsync(new { studyInstanceUid = api.NewUid(), studyDescription = "CT", severity = "normal" }, _token);
        var study = new { studyId = created.Study.StudyId };

        Assert.Equal("\"1\"", created.Tag);
        Assert.Equal("\"1\"", (await api.Reader.GetAsync(study.studyId, _token)).Tag);
        Assert.Equal("\"1\"", (await api.Reader.GetByUidAsync(created.Study.StudyInstanceUid, _token)).Tag);
        Assert.Equal("\"2\"", (await api.Integrator.PatchAsync(study.studyId, new { severity = "stat" }, _token)).Tag);
        Assert.Equal("\"3\"", (await api.Integrator.CancelAsync(study, _token)).Tag);
        Assert.Equal("\"4\"", (await api.Integrator.UncancelAsync(study, _token)).Tag);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task GivenACondition_WhenAnyOperationWrites_ThenItHoldsOrNothingIsWritten(string operation)
    {
        var study = await PreparedAsync(operation);
        var tag = (await api.Reader.GetAsync(study.StudyId, _token)).Tag!;

        var refused = await WriteAsync(api.Operator, operation, study, ("If-Match", "\"99\""));
        var unchanged = await api.Reader.GetAsync(study.StudyId, _token);
        var done = await WriteAsync(api.Operator, operation, study, ("If-Match", tag));

        Assert.Equal((HttpStatusCode.PreconditionFailed, Codes.VersionMismatch), (refused.Status, refused.Problem.Code));
        Assert.Equal(tag, unchanged.Tag);
        Assert.Equal(HttpStatusCode.OK, done.Status);
        Assert.NotEqual(tag, done.Tag);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task GivenAnIdempotencyKey_WhenAnyOperationIsRepeated_ThenItsFirstAnswerComesAgainAndNothingIsWritten(string operation)
    {
        var study = await PreparedAsync(operation);
        var key = ("Idempotency-Key", $"{Guid.NewGuid()}");

        var first = await WriteAsync(api.Operator, operation, study, key);
        await api.Operator.PatchAsync(study.StudyId, new { studyDescription = "Between" }, _token);
        var before = (await api.Reader.GetAsync(study.StudyId, _token)).Tag;
        var again = await WriteAsync(api.Operator, operation, study, key);

        Assert.Equal((HttpStatusCode.OK, first.Text, first.Tag), (again.Status, again.Text, again.Tag));
        Assert.Equal(before, (await api.Reader.GetAsync(study.StudyId, _token)).Tag);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/{id}")]
    [InlineData("GET", "/by-uid/{uid}")]
    [InlineData("POST", "")]
    [InlineData("PATCH", "/{id}")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/uncancel")]
    public async Task GivenNoKeyAWrongKeyOrTooLowARole_WhenAnyOperationIsCalled_ThenItIsRefused(string method, string path)
    {
        var study = await api.CreateAsync(_token);
        var filled = StudyClient.Path + path.Replace("{id}", study.StudyId, StringComparison.Ordinal).Replace("{uid}", study.StudyInstanceUid, StringComparison.Ordinal);
        object? body = method == "GET" ? null : new { studyId = study.StudyId };

        var nobody = await new StudyClient(api.Http, null).SendAsync(method, filled, body, _token);
        var stranger = await new StudyClient(api.Http, "siw_0000").SendAsync(method, filled, body, _token);
        var reader = await api.Reader.SendAsync(method, filled, body, _token);

        Assert.Equal((HttpStatusCode.Unauthorized, Codes.UnknownSource), (nobody.Status, nobody.Problem.Code));
        Assert.Equal((HttpStatusCode.Unauthorized, Codes.UnknownSource), (stranger.Status, stranger.Problem.Code));
        Assert.Equal(method == "GET" ? HttpStatusCode.OK : HttpStatusCode.Forbidden, reader.Status);
        Assert.Equal("\"1\"", (await api.Reader.GetAsync(study.StudyId, _token)).Tag);
    }

    [Fact]
    public async Task GivenALimit_WhenListedAtItsBounds_ThenSoManyComeAndTheCursorIsBase64()
    {
        await api.CreateAsync(_token);
        await api.CreateAsync(_token);

        var one = await api.Reader.ListAsync("limit=1", _token);
        var most = await api.Reader.ListAsync("limit=100", _token);

        Assert.Equal((1, true), (one.Studies.Count, one.HasMore));
        Assert.InRange(most.Studies.Count, 2, 100);
        Assert.NotEmpty(Convert.FromBase64String(one.Cursor!));
    }

    public static TheoryData<string> Writes { get; } = new("patch", "cancel", "uncancel");

    private async Task<StudyDto> PreparedAsync(string operation)
    {
        var study = await api.CreateAsync(_token, by: api.Operator);

        return operation == "uncancel" ? (await api.Operator.CancelAsync(new { studyId = study.StudyId }, _token)).Study : study;
    }

    private Task<ApiAnswer> WriteAsync(StudyClient client, string operation, StudyDto study, params (string, string)[] headers) => operation switch
    {
        "patch" => client.PatchAsync(study.StudyId, new { severity = "stat" }, _token, headers),
        "cancel" => client.CancelAsync(new { studyInstanceUid = study.StudyInstanceUid }, _token, headers),
        _ => client.UncancelAsync(new { studyId = study.StudyId }, _token, headers),
    };
}
