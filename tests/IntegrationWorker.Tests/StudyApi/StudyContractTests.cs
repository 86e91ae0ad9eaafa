using System.Net;
using System.Text.RegularExpressions;
using IntegrationWorker.Contracts;
using IntegrationWorker.Store;
using IntegrationWorker.StudyApi.Client;
using Xunit;

namespace IntegrationWorker.Tests.StudyApi;

/// <summary>The study API over real HTTP: every member of the resource and every operation.</summary>
public sealed partial class StudyContractTests(StudyApiWorker api) : IClassFixture<StudyApiWorker>
{
    private const string ReaderOne = "usr_06c4b9e8dd523c9634230f729678a4a4";
    private const string North = "org_06ce14249ab26a8269dc47fa55a399c4";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenACreation_WhenAllOfItIsSent_ThenTheResourceHasEveryMemberByItsRule()
    {
        var uid = api.NewUid();
        var answer = await api.Operator.CreateAsync(
            new
            {
                studyInstanceUid = uid, studyDescription = "CT Chest/Abdomen/Pelvis", severity = "high", assignedTo = ReaderOne,
                metadata = new { department = "radiology", priority = "urgent" }, orgId = North, expressCustomerId = "cus_0123456789abcdef0123456789abcdef",
            },
            _token);
        var study = answer.Study;

        Assert.Equal((HttpStatusCode.Created, "application/json", "\"1\""), (answer.Status, answer.MediaType, answer.Tag));
        Assert.Equal($"/v1/viewer/studies/{study.StudyId}", answer.Headers["Location"]);
        Assert.Matches(StudyId(), study.StudyId);
        Assert.Equal((uid, "CT Chest/Abdomen/Pelvis", "high", "incomplete"), (study.StudyInstanceUid, study.StudyDescription, study.Severity, study.StudyViewerStatus));
        Assert.Equal((false, null), (study.IsCancelled, study.CancelledAt));
        Assert.Equal((ReaderOne, true), (study.AssignedTo?.UserId, study.AssignedTo?.Email.Contains('@')));
        Assert.Equal("the Operator", study.CreatedByApiKey?.Description);
        Assert.True(study.CreatedByApiKey?.IsViewerEnabled);
        Assert.Null(study.CreatedByUser);
        Assert.Equal(new Dictionary<string, string> { ["department"] = "radiology", ["priority"] = "urgent" }, study.Metadata);
        Assert.Equal((North, true), (study.Org?.OrgId, study.Org?.OrgName.Length > 0));
        Assert.Null(study.ExpressCustomer);
        Assert.Equal(study.CreatedAt, study.UpdatedAt);
        Assert.Matches(Utc(), answer.Text);
        var kept = await api.Reader.ListAsync("expressCustomerId=cus_0123456789abcdef0123456789abcdef", _token);
        Assert.Equal(study.StudyId, Assert.Single(kept.Studies).StudyId);
    }

    [Fact]
    public async Task GivenTheLeastCreation_WhenSent_ThenTheRestIsEmpty()
    {
        var study = (await api.Integrator.CreateAsync(
            new { studyInstanceUid = api.NewUid(), studyDescription = "C", severity = "stat" }, _token)).Study;

        Assert.Equal((null, null, 0), (study.AssignedTo, study.Org, study.Metadata.Count));
        Assert.Equal(api.IntegratorId, study.CreatedByApiKey?.ApiKeyId);
    }

    [Fact]
    public async Task GivenAStudy_WhenReadByEveryWay_ThenItIsTheSame()
    {
        var study = await api.CreateAsync(_token);

        var byId = await api.Reader.GetAsync(study.StudyId, _token);
        var byUid = await api.Reader.GetByUidAsync(study.StudyInstanceUid, _token);

        Assert.Equivalent(study, byId.Study, strict: true);
        Assert.Equal(byId.Text, byUid.Text);
        Assert.Equal(("\"1\"", "\"1\""), (byId.Tag, byUid.Tag));
    }

    [Fact]
    public async Task GivenAStudy_WhenEachMemberIsPatched_ThenOnlyThatMemberChanges()
    {
        var study = await api.CreateAsync(_token, new() { ["a"] = "1" });
        (object Body, StudyDto Expected)[] patches =
        [
            (new { studyDescription = "MR Knee" }, study = study with { StudyDescription = "MR Knee" }),
            (new { severity = "stat" }, study = study with { Severity = "stat" }),
            (new { studyViewerStatus = "complete" }, study = study with { StudyViewerStatus = "complete" }),
            (new { assignedTo = ReaderOne }, study = study with { AssignedTo = new UserDto { UserId = ReaderOne, Email = "" } }),
            (new { metadata = new { b = "2" } }, study = study with { Metadata = new() { ["a"] = "1", ["b"] = "2" } }),
            (new { orgId = North }, study = study with { Org = new OrgDto(North, "") }),
        ];
        var version = 1;

        foreach (var (body, expected) in patches)
        {
            var answer = await api.Operator.PatchAsync(study.StudyId, body, _token);
            var got = answer.Study;
            Assert.Equal(($"\"{++version}\"", HttpStatusCode.OK), (answer.Tag, answer.Status));
            Assert.True(got.UpdatedAt >= got.CreatedAt);
            Assert.Equivalent(Bare(expected), Bare(got), strict: true);
            Assert.Equal(answer.Text, (await api.Reader.GetAsync(study.StudyId, _token)).Text);
        }

        var unassigned = await api.Operator.PatchAsync(study.StudyId, """{"assignedTo":null,"orgId":null}""", _token);
        Assert.Equal((null, null), (unassigned.Study.AssignedTo, unassigned.Study.Org));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("""{"severity":"normal","metadata":{}}""")] // As it is already.
    public async Task GivenAPatchThatChangesNothing_WhenSent_ThenItAnswersTheStudyWithItsVersion(string? body)
    {
        var study = await api.CreateAsync(_token);

        var answer = await api.Integrator.PatchAsync(study.StudyId, body, _token);

        Assert.Equivalent(study, answer.Study, strict: true);
        Assert.Equal("\"1\"", answer.Tag);
    }

    [Fact]
    public async Task GivenMetadata_WhenMerged_ThenNamedKeysAreSetOrRemovedAndNullClearsAll()
    {
        var study = await api.CreateAsync(_token, new() { ["keep"] = "1", ["drop"] = "2", ["change"] = "3", ["ris.accessionNumber"] = "A-1" });

        var merged = await api.Integrator.PatchAsync(study.StudyId, """{"metadata":{"drop":null,"change":"4","add":"5","never":null}}""", _token);
        var cleared = await api.Integrator.PatchAsync(study.StudyId, """{"metadata":null}""", _token);

        Assert.Equal(
            new SortedDictionary<string, string> { ["add"] = "5", ["change"] = "4", ["keep"] = "1", ["ris.accessionNumber"] = "A-1" },
            new SortedDictionary<string, string>(merged.Study.Metadata));

        // What names the study elsewhere stays, and the answer says so.
        Assert.Equal(["ris.accessionNumber"], cleared.Study.Metadata.Keys);
        Assert.Equal(Codes.IdentityKeyNull, cleared.Headers["x-warnings"]);
    }

    [Fact]
    public async Task GivenFiftyPairs_WhenMoreAreSent_ThenTheResultCountsAndNothingIsWritten()
    {
        var study = await api.CreateAsync(_token, Enumerable.Range(0, 50).ToDictionary(i => $"k{i}", _ => "v"));

        var tooMany = await api.Integrator.PatchAsync(study.StudyId, """{"severity":"stat","metadata":{"new":"x"}}""", _token);
        var exchanged = await api.Integrator.PatchAsync(study.StudyId, """{"metadata":{"new":"x","k0":null}}""", _token);

        Assert.Equal((HttpStatusCode.UnprocessableEntity, Codes.TooManyPairs), (tooMany.Status, tooMany.Problem.Code));
        Assert.Equal(("normal", 50, "\"2\""), (exchanged.Study.Severity, exchanged.Study.Metadata.Count, exchanged.Tag));
    }

    [Fact]
    public async Task GivenAStudy_WhenCancelledAndUncancelled_ThenEachAnswersTheStudyAsItIs()
    {
        var study = await api.CreateAsync(_token);

        var cancelled = await api.Integrator.CancelAsync(new { studyId = study.StudyId }, _token);
        var again = await api.Integrator.CancelAsync(new { studyInstanceUid = study.StudyInstanceUid }, _token);
        var active = await api.Integrator.UncancelAsync(new { studyInstanceUid = study.StudyInstanceUid }, _token);
        var twice = await api.Integrator.UncancelAsync(new { studyId = study.StudyId }, _token);

        Assert.True(cancelled.Study.IsCancelled);
        Assert.Equal(cancelled.Study.UpdatedAt, cancelled.Study.CancelledAt);
        Assert.Equal((cancelled.Text, cancelled.Tag), (again.Text, again.Tag));
        Assert.Equal((false, null, "\"3\""), (active.Study.IsCancelled, active.Study.CancelledAt, active.Tag));
        Assert.Equal((HttpStatusCode.Conflict, Codes.StoreRefused), (twice.Status, twice.Problem.Code));
    }

    [Fact]
    public async Task GivenAnOperatorsCancel_WhenAnIntegratorUncancels_ThenThatIsForbiddenAndTheOperatorMay()
    {
        var study = await api.CreateAsync(_token);
        await api.Operator.CancelAsync(new { studyId = study.StudyId }, _token);

        var refused = await api.Integrator.UncancelAsync(new { studyId = study.StudyId }, _token);
        var active = await api.Operator.UncancelAsync(new { studyId = study.StudyId }, _token);

        Assert.Equal((HttpStatusCode.Forbidden, Codes.MayNotReinstate), (refused.Status, refused.Problem.Code));
        Assert.False(active.Study.IsCancelled);
    }

    [Fact]
    public async Task GivenAReadStudy_WhenAnIntegratorCancels_ThenThatIsAConflictAndTheOperatorMay()
    {
        var study = await api.CreateAsync(_token);
        await api.Integrator.PatchAsync(study.StudyId, new { studyViewerStatus = "complete" }, _token);

        var refused = await api.Integrator.CancelAsync(new { studyId = study.StudyId }, _token);

        Assert.Equal((HttpStatusCode.Conflict, Codes.FinalReportExists), (refused.Status, refused.Problem.Code));
        Assert.True((await api.Operator.CancelAsync(new { studyId = study.StudyId }, _token)).Study.IsCancelled);
    }

    [Fact]
    public async Task GivenAnOperatorsSeverity_WhenAnIntegratorLowersIt_ThenItIsHeldAndTheAnswerSaysSo()
    {
        var study = await api.CreateAsync(_token);
        await api.Operator.PatchAsync(study.StudyId, new { severity = "stat" }, _token);

        var held = await api.Integrator.PatchAsync(study.StudyId, new { severity = "normal", studyDescription = "CT changed" }, _token);

        Assert.Equal(("stat", "CT changed", Codes.SeverityNotLowered), (held.Study.Severity, held.Study.StudyDescription, held.Headers["x-warnings"]));
    }

    [Fact]
    public async Task GivenStudies_WhenListedWithEachFilter_ThenOnlyThoseCome()
    {
        var mark = Guid.NewGuid().ToString("N");
        var one = (await api.Integrator.CreateAsync(
            new { studyInstanceUid = api.NewUid(), studyDescription = $"CT {mark}", severity = "stat", assignedTo = ReaderOne }, _token)).Study;
        var two = (await api.Integrator.CreateAsync(
            new { studyInstanceUid = api.NewUid(), studyDescription = $"MR {mark}", severity = "high" }, _token)).Study;
        await api.Integrator.PatchAsync(two.StudyId, new { studyViewerStatus = "complete" }, _token);
        await api.Operator.CancelAsync(new { studyId = two.StudyId }, _token);

        foreach (var (query, expected) in new (string, StudyDto[])[]
        {
            ("", [one, two]), ("&severity=stat", [one]), ("&severity=normal", []), ($"&assignedTo={ReaderOne}", [one]), ("&assignedTo=null", [two]),
            ("&isCancelled=true", [two]), ("&isCancelled=false", [one]), ("&studyViewerStatus=complete", [two]), ("&studyViewerStatus=incomplete", [one]),
            ("&expressCustomerId=cus_00000000000000000000000000000000", []),
        })
        {
            var list = await api.Reader.ListAsync($"studyDescription={mark}{query}", _token);
            Assert.Equal(expected.Select(study => study.StudyId).Order(StringComparer.Ordinal), list.Studies.Select(study => study.StudyId));
            Assert.Equal((false, null), (list.HasMore, list.Cursor));
        }
    }

    [Fact]
    public async Task GivenMoreThanAPage_WhenListedUnderWrites_ThenEveryStudyComesOnceAndTwentyAreUsual()
    {
        var mark = Guid.NewGuid().ToString("N");
        var before = new HashSet<string>();

        for (var i = 0; i < 23; i++)
        {
            before.Add((await CreateMarkedAsync(mark)).StudyId);
        }

        var usual = await api.Reader.ListAsync($"studyDescription={mark}", _token);
        Assert.Equal((20, true), (usual.Studies.Count, usual.HasMore));
        var read = new List<StudyDto>();

        for (string? cursor = null; ; )
        {
            var page = await api.Reader.ListAsync($"studyDescription={mark}&limit=4{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", _token);
            read.AddRange(page.Studies);
            Assert.Equal(page.HasMore, page.Cursor is not null);

            // Changes and new studies between the pages.
            await api.Integrator.PatchAsync(before.First(), new { metadata = new { page = $"{read.Count}" } }, _token);
            await CreateMarkedAsync(mark);

            if ((cursor = page.Cursor) is null)
            {
                break;
            }
        }

        Assert.Equal(read.Count, read.Select(study => study.StudyId).Distinct().Count());
        Assert.Subset(read.Select(study => study.StudyId).ToHashSet(), before);
    }

    [Fact]
    public async Task GivenNumbersOfMessages_WhenLookedUp_ThenTheIssuerDecidesAmongEqualOnes()
    {
        foreach (var (sender, facility, uid) in new[] { ("NRIS", "NORTH", "2.25.7771"), ("WRIS", "WEST", "2.25.7772") })
        {
            var order = string.Join(
                '\r',
                $@"MSH|^~\&|{sender}|{facility}|STUDYWORKER|READING|20260302080000-0600||ORM^O01|LINK-{facility}|P|2.3.1||||||UNICODE UTF-8",
                $"ORC|NW|LINK-O-{facility}^LINKEHR|LINK-F-{facility}^LINKRIS||SC||||20260302080000-0600",
                $"OBR|1|LINK-O-{facility}^LINKEHR|LINK-F-{facility}^LINKRIS|CT^CT Linked^X||||||||||||||LINK-A",
                $"ZDS|{uid}^X^Application^DICOM");
            var posted = await api.Integrator.SendAsync("POST", "/v1/messages", order, _token, ("Content-Type", "application/hl7-v2"));
            Assert.True(posted.Text.Contains("created", StringComparison.Ordinal), posted.Text);
        }

        Assert.Equal(2, (await api.Reader.ListAsync("accession=LINK-A", _token)).Studies.Count);
        Assert.Equal("2.25.7771", Assert.Single((await api.Reader.ListAsync("accession=LINK-A&issuer=NORTH", _token)).Studies).StudyInstanceUid);
        Assert.Equal("2.25.7772", Assert.Single((await api.Reader.ListAsync("accession=LINK-A&issuer=WEST", _token)).Studies).StudyInstanceUid);
        Assert.Empty((await api.Reader.ListAsync("accession=LINK-A&issuer=ELSEWHERE", _token)).Studies);
        Assert.Equal("2.25.7771", Assert.Single((await api.Reader.ListAsync("placerOrderNumber=LINK-O-NORTH", _token)).Studies).StudyInstanceUid);
        Assert.Empty((await api.Reader.ListAsync("placerOrderNumber=LINK-F-NORTH", _token)).Studies);
        Assert.Equal("2.25.7772", Assert.Single((await api.Reader.ListAsync("fillerOrderNumber=LINK-F-WEST&issuer=LINKRIS", _token)).Studies).StudyInstanceUid);
    }

    [Fact]
    public async Task GivenAPatchOfAPerson_WhenTheRisRepeatsWhatItSaidBefore_ThenThePatchStaysUntilTheRisSaysSomethingNew()
    {
        await OrderAsync("NW/SC", 0, "CT Chest", "R");
        var study = (await api.Reader.GetByUidAsync("2.25.7779", _token)).Study;
        await api.Integrator.PatchAsync(study.StudyId, new { studyDescription = "CT Thorax, as the reader calls it", severity = "stat" }, _token);

        await OrderAsync("XO/IP", 10, "CT Chest", "R");
        var repeated = (await api.Reader.GetAsync(study.StudyId, _token)).Study;
        await OrderAsync("XO/IP", 20, "CT Chest and Abdomen", "R");
        var changed = (await api.Reader.GetAsync(study.StudyId, _token)).Study;

        Assert.Equal("IP", repeated.Metadata["ris.orderStatus"]);
        Assert.Equal(("CT Thorax, as the reader calls it", "stat"), (repeated.StudyDescription, repeated.Severity));
        Assert.Equal(("CT Chest and Abdomen", "stat"), (changed.StudyDescription, changed.Severity));

        async Task OrderAsync(string control, int minutesAhead, string description, string priority)
        {
            // Ahead of the patch by its clock, within what a clock may be wrong.
            var time = DateTimeOffset.UtcNow.AddSeconds(minutesAhead).ToString("yyyyMMddHHmmss") + "+0000";
            var order = string.Join(
                '\r',
                $@"MSH|^~\&|NRIS|NORTH|STUDYWORKER|READING|{time}||ORM^O01|ECHO-{minutesAhead}|P|2.3.1||||||UNICODE UTF-8",
                $"ORC|{control.Split('/')[0]}|ECHO-O^EHR|ECHO-F^NRIS||{control.Split('/')[1]}||1^once^^^^{priority}||{time}",
                $"OBR|1|ECHO-O^EHR|ECHO-F^NRIS|CT^{description}^X||||||||||||||ECHO-A",
                "ZDS|2.25.7779^X^Application^DICOM");
            var posted = await api.Integrator.SendAsync("POST", "/v1/messages", order, _token, ("Content-Type", "application/hl7-v2"));
            Assert.Equal(HttpStatusCode.OK, posted.Status);
        }
    }

    [Fact]
    public async Task GivenAWrite_WhenItsTraceIsLookedFor_ThenHistoryEventAndRecordTellOfItAsOfAnyMessage()
    {
        var study = await api.CreateAsync(_token);
        await api.Integrator.PatchAsync(
            study.StudyId, new { severity = "stat" }, _token, ("x-request-id", "req-7"), ("x-correlation-id", "cor-7"), ("Idempotency-Key", "trace/1"));

        var source = $"api:{api.IntegratorId:D}";
        var history = await api.Worker.Get<IStudyReader>().HistoryAsync(study.StudyId, _token);
        Assert.Equal(["study-api/create", "study-api/patch"], history.Select(entry => entry.MessageType));
        Assert.All(history, entry => Assert.Equal(source, entry.SourceId));
        var key = $"cmd/api%3A{api.IntegratorId:D}/trace%2F1";
        Assert.Equal(key, history[1].MessageKey);
        var record = await api.Operator.SendAsync("GET", $"/v1/messages/{key}", null, _token);
        Assert.Contains("\"outcome\":\"applied\"", record.Text, StringComparison.Ordinal);
        var events = (await api.Worker.Get<IOutboxStore>().ReadAfterAsync(0, 1000, _token)).Where(entry => entry.StudyId == study.StudyId).ToList();
        var body = System.Text.Encoding.UTF8.GetString(events[1].Body);
        Assert.Equal([1, 2], events.Select(entry => entry.Version));
        Assert.Contains($"\"kind\":\"command\",\"sourceId\":\"{source}\"", body, StringComparison.Ordinal);
        Assert.Contains("\"correlationId\":\"cor-7\",\"causationId\":\"req-7\"", body, StringComparison.Ordinal);
        var explained = await api.Reader.SendAsync("GET", $"/v1/studies/{study.StudyId}/explain?field=severity", null, _token);
        Assert.Contains(source, explained.Text, StringComparison.Ordinal);
    }

    private async Task<StudyDto> CreateMarkedAsync(string mark) =>
        (await api.Integrator.CreateAsync(new { studyInstanceUid = api.NewUid(), studyDescription = $"CT {mark}", severity = "normal" }, _token)).Study;

    // Without what follows from the directory and the time.
    private static StudyDto Bare(StudyDto study) => study with
    {
        UpdatedAt = default,
        AssignedTo = study.AssignedTo is { } user ? new UserDto { UserId = user.UserId, Email = "" } : null,
        Org = study.Org is { } org ? org with { OrgName = "" } : null,
    };

    [GeneratedRegex("^stu_[0-9a-f]{32}$")]
    private static partial Regex StudyId();

    [GeneratedRegex("\"createdAt\":\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z\"")]
    private static partial Regex Utc();
}
