using System.Text;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Mapping.Commands;

/// <summary>What a command is, and what is refused. docs/mapping.md §4.5, §5.1, §6.1.</summary>
public sealed class CommandReaderTests
{
    [Fact]
    public void GivenAPatch_WhenRead_ThenEveryAssertedValueHasItsPlace()
    {
        var unit = CommandSending.Patch(
            """
            {"studyDescription":" CT\nHead ","severity":"high","studyViewerStatus":"complete","assignedTo":"usr_one","metadata":{"a/b~c":"1","custom.old":null}}
            """);

        Assert.Equal(new Asserted("CT Head", "/data/patch/studyDescription"), unit.Fields[FieldNames.StudyDescription]);
        Assert.Equal(new Asserted("high", "/data/patch/severity"), unit.Fields[FieldNames.Severity]);
        Assert.Equal(new Asserted("complete", "/data/patch/studyViewerStatus"), unit.Fields[FieldNames.StudyViewerStatus]);
        Assert.Equal(new Assignment("usr_one", null, "/data/patch/assignedTo"), unit.Assignment);
        Assert.Equal(new Asserted("1", "/data/patch/metadata/a~1b~0c"), unit.Metadata["a/b~c"]);
        Assert.Equal(new Asserted(null, "/data/patch/metadata/custom.old"), unit.Metadata["custom.old"]);
        Assert.False(unit.ClearMetadata);
    }

    [Fact]
    public void GivenNulls_WhenRead_ThenTheyClear()
    {
        var unit = CommandSending.Patch("""{"assignedTo":null,"metadata":null}""");

        Assert.Equal(new Assignment(null, null, "/data/patch/assignedTo"), unit.Assignment);
        Assert.True(unit.ClearMetadata);
        Assert.Empty(unit.Metadata);
    }

    [Fact]
    public void GivenANullForAnIdentityKey_WhenRead_ThenItIsIgnoredAndTold()
    {
        var unit = CommandSending.Patch("""{"metadata":{"ris.accessionNumber":null,"ris.modality":null}}""");

        Assert.Equal(["ris.modality"], unit.Metadata.Keys);
        Assert.Equal("PRS-102 /data/patch/metadata/ris.accessionNumber", $"{unit.Warnings.Single().Code} {unit.Warnings.Single().Location}");
    }

    [Fact]
    public void GivenAnEmptyPatch_WhenRead_ThenNothingIsAsserted() =>
        Assert.Equal("nothing-asserted", CommandSending.Patch("{}").IgnoredReason);

    [Theory]
    [InlineData("\"operation\":\"cancel\"", "Cancel")]
    [InlineData("\"operation\":\"uncancel\"", "Active")]
    [InlineData("\"operation\":\"cancel\",\"patch\":null,\"expectedVersion\":null,\"reason\":null,\"time\":null", "Cancel")] // A record with its empty members.
    public void GivenAnOperation_WhenRead_ThenItIsASignal(string members, string signal)
    {
        var unit = CommandSending.Part($$"""{"study":{{CommandSending.ByStudyId}},{{members}}}""").Units.Single();

        Assert.Equal(signal, unit.Signal.ToString());
        Assert.Equal("/data/operation", unit.SignalLocation);
    }

    [Theory]
    [InlineData("""{"studyInstanceUid":"1.2.3","accession":null}""")]
    [InlineData("""{"accession":{"value":"A1","issuer":"NORTH"}}""")]
    [InlineData("""{"accession":{"value":" A1 "}}""")]
    public void GivenOneNumberOfTheStudy_WhenRead_ThenItIsTheIdentity(string study)
    {
        var identity = CommandSending.Part($$"""{"study":{{study}},"operation":"cancel"}""").Units.Single().Identity;

        Assert.Equal(study.Contains("Uid") ? "1.2.3" : null, identity.StudyInstanceUid);
        Assert.Equal(study.Contains("A1") ? new Identifier("A1", study.Contains("issuer") ? "NORTH" : null) : null, identity.Accession);
    }

    [Fact]
    public void GivenFurtherMembers_WhenRead_ThenTheyGoWithTheUnit()
    {
        var unit = CommandSending.Part(
            $$"""{"study":{{CommandSending.ByStudyId}},"operation":"cancel","expectedVersion":5,"reason":"asked for"}""").Units.Single();

        Assert.Equal(5, unit.ExpectedVersion);
        Assert.Equal("asked for", unit.Reason);
        Assert.Equal("c-1", unit.CorrelationId);
    }

    [Theory]
    [InlineData("""{"isCancelled":true}""", "CMD-002 patch.isCancelled /data/patch/isCancelled")]
    [InlineData("""{"severity":null}""", "CMD-003 patch.severity /data/patch/severity")]
    [InlineData("""{"studyViewerStatus":null}""", "CMD-003 patch.studyViewerStatus /data/patch/studyViewerStatus")]
    [InlineData("""{"severity":"STAT"}""", "CMD-004 patch.severity /data/patch/severity")]
    [InlineData("""{"severity":1}""", "CMD-004 patch.severity /data/patch/severity")]
    [InlineData("""{"studyDescription":" "}""", "CMD-004 patch.studyDescription /data/patch/studyDescription")]
    [InlineData("""{"studyViewerStatus":"done"}""", "CMD-004 patch.studyViewerStatus /data/patch/studyViewerStatus")]
    [InlineData("""{"assignedTo":"usr_nobody"}""", "CMD-004 patch.assignedTo /data/patch/assignedTo")]
    [InlineData("""{"assignedTo":"usr_gone"}""", "CMD-004 patch.assignedTo /data/patch/assignedTo")] // Inactive.
    [InlineData("""{"metadata":[]}""", "CMD-004 patch.metadata /data/patch/metadata")]
    [InlineData("""{"metadata":{"k":7}}""", "CMD-004 patch.metadata.k /data/patch/metadata/k")]
    [InlineData("""{"metadata":{"":"v"}}""", "LIM-002  /data/patch/metadata/")]
    [InlineData("""{"orgId":"org_nowhere"}""", "CMD-004 patch.orgId /data/patch/orgId")]
    [InlineData("""{"severity":"high","severity":"stat"}""", "CMD-002 patch.severity /data/patch/severity")]
    [InlineData("""{"metadata":{"k":"1","k":null}}""", "CMD-002 patch.metadata.k /data/patch/metadata/k")]
    [InlineData("[]", "CMD-004 patch /data/patch")]
    [InlineData("null", "CMD-003 patch /data/patch")]
    public void GivenAFaultInThePatch_WhenRead_ThenItIsNamed(string patch, string fault) =>
        Assert.Equal(fault, CommandSending.Fault(CommandSending.Update(patch)));

    [Theory]
    [InlineData("""{"operation":"cancel"}""", "CMD-003 study /data/study")]
    [InlineData("""{"study":{},"operation":"cancel"}""", "CMD-004 study /data/study")]
    [InlineData("""{"study":"stu","operation":"cancel"}""", "CMD-004 study /data/study")]
    [InlineData("""{"study":{"studyId":"stu_1"},"operation":"cancel"}""", "CMD-004 study.studyId /data/study/studyId")]
    [InlineData("""{"study":{"studyInstanceUid":"1.02"},"operation":"cancel"}""", "CMD-004 study.studyInstanceUid /data/study/studyInstanceUid")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2","accession":{"value":"A"}},"operation":"cancel"}""", "CMD-004 study /data/study")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2","uid":null},"operation":"cancel"}""", "CMD-002 study.uid /data/study/uid")]
    [InlineData("""{"study":{"accession":{"issuer":"NORTH"}},"operation":"cancel"}""", "CMD-004 study.accession.value /data/study/accession/value")]
    [InlineData("""{"study":{"accession":{"value":"A","system":"x"}},"operation":"cancel"}""", "CMD-002 study.accession.system /data/study/accession/system")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2"}}""", "CMD-003 patch /data/patch")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2"},"operation":"cancel","patch":{}}""", "CMD-002 patch /data/patch")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2"},"operation":"delete"}""", "CMD-005  /data/operation")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2"},"operation":7}""", "CMD-004 operation /data/operation")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2"},"operation":"cancel","dryRun":true}""", "CMD-002 dryRun /data/dryRun")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2"},"operation":"cancel","expectedVersion":"5"}""", "CMD-004 expectedVersion /data/expectedVersion")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2"},"operation":"cancel","expectedVersion":1.5}""", "CMD-004 expectedVersion /data/expectedVersion")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2"},"operation":"cancel","reason":7}""", "CMD-004 reason /data/reason")]
    [InlineData("""{"study":{"studyInstanceUid":"1.2"},"operation":"cancel","time":"2026-03-02"}""", null)] // The event has a time: it counts.
    public void GivenAFaultInTheData_WhenRead_ThenItIsNamed(string data, string? fault) => Assert.Equal(fault, CommandSending.Fault(data));

    [Fact]
    public void GivenFiftyOneNewPairs_WhenRead_ThenNoStudyCouldHoldThem()
    {
        var pairs = string.Join(',', Enumerable.Range(1, 51).Select(number => $"\"k{number}\":\"v\""));

        var rejection = CommandSending.Part(CommandSending.Update($$$"""{"metadata":{{{{pairs}}}}}""")).Rejection!;

        Assert.Equal(("LIM-001", 51), (rejection.Code, rejection.Details!["count"]));
    }

    [Theory]
    [InlineData("null", true)]
    [InlineData("\"2026-03-02T16:30:00Z\"", false)]
    public void GivenATimeOrNone_WhenRead_ThenOnlyTheOneWithoutIsNeverTooLate(string time, bool neverSuperseded)
    {
        var unit = CommandSending.Read(CommandSending.Event(CommandSending.Update("""{"severity":"high"}"""), time)).Parts.Single().Units.Single();

        Assert.Equal(neverSuperseded, unit.NeverSuperseded);
        Assert.Equal(neverSuperseded ? "2026-03-02T17:00:00Z" : "2026-03-02T16:30:00Z", unit.SourceTime);
        Assert.Empty(unit.Warnings);
    }

    [Theory]
    [InlineData("\"2026-03-02T16:30:00\"")] // Without an offset it could be any of 26 instants.
    [InlineData("\"2026-03-02\"")]
    [InlineData("1772469000")]
    public void GivenATimeThatIsNone_WhenRead_ThenTheCommandIsRefused(string time)
    {
        var rejection = CommandSending.Read(CommandSending.Event(CommandSending.Update("""{"severity":"high"}"""), time)).Parts.Single().Rejection!;

        Assert.Equal(("CMD-004", "/time"), (rejection.Code, rejection.Location));
    }

    [Fact]
    public void GivenATimeInTheFuture_WhenRead_ThenTheTimeOfReceiptIsUsed()
    {
        var unit = CommandSending.Read(CommandSending.Event(CommandSending.Update("""{"severity":"high"}"""), "\"2026-03-02T18:00:00Z\""))
            .Parts.Single().Units.Single();

        Assert.Equal("CLK-101", unit.Warnings.Single().Code);
        Assert.Equal(CommandSending.ReceivedAt, unit.Clock.Transaction.Start);
    }

    [Theory]
    [InlineData("idempotency-key", "k 1~2", "cmd/console/k%201%7E2")] // The tilde is for generations.
    [InlineData("other", "x", "cmd/console/c-1")]
    public void GivenAHeader_WhenRead_ThenItIsTheKeyElseTheIdOfTheEvent(string name, string value, string key) =>
        Assert.Equal(key, CommandSending.Read(CommandSending.Event(CommandSending.Update("{}")), (name, value)).Parts.Single().BaseKey);

    [Fact]
    public void GivenNeitherKeyNorId_WhenRead_ThenTheCommandIsRefused()
    {
        var body = CommandSending.Event(CommandSending.Update("{}")).Replace("\"id\":\"c-1\",", "");
        var part = CommandSending.Read(body).Parts.Single();

        Assert.Equal("IDE-002", part.Rejection?.Code);
        Assert.Equal(MappedPart.RawKey(Encoding.UTF8.GetBytes(body)), part.BaseKey);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"specversion":"1.0","id":"c-1","type":"study.update.requested.v2","data":{}}""")]
    [InlineData("""{"id":"c-1","type":"study.update.requested.v1","data":{}}""")]
    [InlineData("""{"specversion":"1.0","id":"c-1","type":"study.update.requested.v1","data":"text"}""")]
    public void GivenWhatIsNoCommand_WhenRead_ThenItIsRefused(string body) =>
        Assert.Equal("CMD-001", CommandSending.Read(body).Parts.Single().Rejection?.Code);

    [Fact]
    public void GivenAnotherSpelling_WhenRead_ThenTheFingerprintIsThatOfTheData()
    {
        var one = CommandSending.Part(CommandSending.Update("""{"severity":"high","assignedTo":null}"""));
        var other = CommandSending.Read(CommandSending.Event(
            CommandSending.Update("""{ "assignedTo" : null, "severity":"\u0068igh"}"""), "\"2026-03-02T16:31:00Z\"")).Parts.Single();

        Assert.Equal(one.Fingerprint, other.Fingerprint);
    }

    [Fact]
    public void GivenASourceThatIsNoOperator_WhenItMovesAStudy_ThenItMayNot()
    {
        var body = Encoding.UTF8.GetBytes(CommandSending.Event(CommandSending.Update("""{"orgId":"org_west"}""")));
        var tool = CommandSending.Console with { SourceId = "tool", Authority = Authority.Ehr };

        Assert.Equal("SEC-002", CommandSending.Read(tool, body).Parts.Single().Rejection?.Code);
        Assert.Equal("org_west", CommandSending.Read(CommandSending.Console, body).Parts.Single().Units.Single().Fields[FieldNames.OrgId].Value);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("ris")] // A source of another kind sends no commands.
    public void GivenASourceThatIsNoCommandSource_WhenRead_ThenItIsRefused(string sourceId)
    {
        var body = Encoding.UTF8.GetBytes(CommandSending.Event(CommandSending.Update("{}")));
        var rules = Hl7.Hl7Sending.Rules(CommandSending.Console, Hl7.Hl7Sending.Ris);
        var inbound = new IntegrationWorker.Intake.InboundMessage
        {
            Door = IntegrationWorker.Intake.Door.Command, Body = body, SourceId = sourceId, ReceivedAt = CommandSending.ReceivedAt,
        };

        Assert.Equal("SRC-001", IntegrationWorker.Mapping.Commands.CommandReader.Read(inbound, rules).Parts.Single().Rejection?.Code);
    }

    /// <summary>The contract as a .NET producer sends it.</summary>
    [Fact]
    public void GivenAnEnvelopeOfMassTransit_WhenRead_ThenItsMessageIsTheCommand()
    {
        var command = new StudyUpdateRequested
        {
            Study = new StudyReference { StudyInstanceUid = "1.2.3" },
            Patch = JsonSerializer.SerializeToElement(new { severity = "stat", assignedTo = (string?)null }),
            Time = new DateTimeOffset(2026, 3, 2, 16, 30, 0, TimeSpan.Zero),
        };
        var body = $$$"""
            {"messageId":"7b1d0000-5d3c-0015-0b5a-08de00000001","correlationId":"k-1","messageType":["urn:message:IntegrationWorker.Contracts:StudyUpdateRequested"],
             "message":{{{JsonSerializer.Serialize(command)}}},"sentTime":"2026-03-02T16:59:00Z","headers":{},"host":{"machineName":"example"}}
            """;

        var message = CommandSending.Read(body, ("content-type", "application/vnd.masstransit+json; charset=utf-8"));
        var part = message.Parts.Single();
        var unit = part.Units.Single();

        Assert.Equal("study.update.requested.v1", message.MessageType);
        Assert.Equal("cmd/console/7b1d0000-5d3c-0015-0b5a-08de00000001", part.BaseKey);
        Assert.Equal(new Asserted("stat", "/message/patch/severity"), unit.Fields[FieldNames.Severity]);
        Assert.Equal(new Assignment(null, null, "/message/patch/assignedTo"), unit.Assignment);
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 16, 30, 0, TimeSpan.Zero), unit.Clock.Transaction.Start);
        Assert.Equal("k-1", unit.CorrelationId);
    }

    [Fact]
    public void GivenAnEnvelopeOfAnotherMessage_WhenRead_ThenItIsNoCommand() =>
        Assert.Equal(
            "CMD-001",
            CommandSending.Read(
                """{"messageId":"1","messageType":["urn:message:Other:SomethingElse"],"message":{}}""",
                ("content-type", "application/vnd.masstransit+json")).Parts.Single().Rejection?.Code);

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void GivenTheLongestKey_WhenItHasOneCharacterMore_ThenItIsNone(int length, bool isKey)
    {
        var part = CommandSending.Read(CommandSending.Event(CommandSending.Update("{}")), ("idempotency-key", new string('k', length))).Parts.Single();

        Assert.Equal(isKey ? null : Codes.NoCommandKey, part.Rejection?.Code);
        Assert.Equal(isKey, part.BaseKey.StartsWith("cmd/console/", StringComparison.Ordinal));
    }

    [Fact]
    public void GivenABodyBeyondTheLimit_WhenRead_ThenItIsRefusedUnderItsRawKey()
    {
        var part = CommandSending.Read(CommandSending.Console, new byte[(5 * 1024 * 1024) + 1], ("idempotency-key", "k")).Parts.Single();
        var largest = CommandSending.Read(CommandSending.Console, new byte[5 * 1024 * 1024], ("idempotency-key", "k")).Parts.Single();

        Assert.Equal(Codes.NotACommand, part.Rejection?.Code);
        Assert.StartsWith("raw/", part.BaseKey, StringComparison.Ordinal);
        Assert.False(largest.Rejection!.Details?.ContainsKey("limit") == true);
    }

    [Theory]
    [InlineData("{", "cmd/console/k")] // What is no JSON has the key that its sender gave it,
    [InlineData("[]", "cmd/console/k")]
    public void GivenWhatIsNoCommand_WhenItHasAKey_ThenItIsRefusedUnderIt(string body, string key)
    {
        Assert.Equal(key, CommandSending.Read(body, ("idempotency-key", "k")).Parts.Single().BaseKey);
        Assert.StartsWith("raw/", CommandSending.Read(body).Parts.Single().BaseKey, StringComparison.Ordinal); // and else none.
    }

    [Theory]
    [InlineData(1000, null)]
    [InlineData(1001, "CMD-004 study.accession.value /data/study/accession/value")]
    [InlineData(0, "CMD-004 study.accession.value /data/study/accession/value")]
    public void GivenAnAccessionNumber_WhenItIsTooLongOrEmpty_ThenItIsRefused(int length, string? fault) =>
        Assert.Equal(fault, CommandSending.Fault($$$"""{"study":{"accession":{"value":"{{{new string('1', length)}}}","issuer":"N"}},"operation":"cancel"}"""));

    [Theory]
    [InlineData("7", "CMD-004 study.accession /data/study")]
    [InlineData("{\"value\":\"A1\",\"issuer\":\"\"}", "CMD-004 study.accession.issuer /data/study/accession/issuer")]
    [InlineData("{\"value\":\"A1\",\"issuer\":7}", "CMD-004 study.accession.issuer /data/study/accession/issuer")]
    [InlineData("{\"value\":\"A1\",\"issuer\":\"N\",\"more\":1}", "CMD-002 study.accession.more /data/study/accession/more")]
    public void GivenAnAccessionNumberOfTheWrongShape_WhenRead_ThenThePlaceIsNamed(string accession, string fault) =>
        Assert.StartsWith(fault, CommandSending.Fault($$"""{"study":{"accession":{{accession}} },"operation":"cancel"}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"issuer\":\"N\"", "HOME", "N")]
    [InlineData("", "HOME", "HOME")]
    [InlineData("\"issuer\":\"N\"", null, "N")]
    [InlineData("", null, null)]
    public void GivenAnAccessionNumber_WhenItsIssuerIsNotSent_ThenItIsThatOfTheSource(string issuer, string? setting, string? expected)
    {
        var source = CommandSending.Console with { SourceId = "console-2", AccessionIssuer = setting };
        var body = CommandSending.Event($$"""{"study":{"accession":{"value":"A1"{{(issuer.Length > 0 ? "," + issuer : "")}} } },"operation":"cancel"}""");

        var unit = CommandSending.Read(source, Encoding.UTF8.GetBytes(body)).Parts.Single().Units.Single();

        Assert.Equal(new Identifier("A1", expected), unit.Identity.Accession);
    }

    [Theory]
    [InlineData("0", "CMD-004 expectedVersion /data/expectedVersion")]
    [InlineData("1", null)]
    [InlineData("1.5", "CMD-004 expectedVersion /data/expectedVersion")]
    public void GivenAVersion_WhenItIsNone_ThenItIsRefused(string version, string? fault) =>
        Assert.Equal(fault, CommandSending.Fault($$"""{"study":{{CommandSending.ByStudyId}},"operation":"cancel","expectedVersion":{{version}} }"""));

    [Theory]
    [InlineData(100, null)]
    [InlineData(101, "LIM-002")]
    public void GivenTheLongestMetadataKey_WhenItHasOneCharacterMore_ThenItIsRefused(int length, string? code) =>
        Assert.Equal(code, CommandSending.Part(CommandSending.Update($$$"""{"metadata":{"{{{new string('k', length)}}}":"1"} }""")).Rejection?.Code);

    [Theory]
    [InlineData(100, "")]
    [InlineData(101, "…")]
    public void GivenAMemberOfNoEnd_WhenRefused_ThenItsStartIsTold(int length, string end)
    {
        var member = CommandSending.Part($$$"""{"study":{{{CommandSending.ByStudyId}}},"operation":"cancel","{{{new string('m', length)}}}":1}""").Rejection!.Details!["member"];

        Assert.Equal(new string('m', 100) + end, member);
    }

    [Theory]
    [InlineData("{\"study\":{\"studyId\":\"x\"},\"patch\":{\"severity\":\"high\",\"severity\":\"stat\"}}", "patch.severity")]
    [InlineData("{\"study\":1,\"study\":2}", "study")]
    public void GivenAMemberTwice_WhenRead_ThenItIsNamedFromTheData(string data, string member) =>
        Assert.Equal(member, CommandSending.Part(data).Rejection!.Details!["member"]);

    [Fact]
    public void GivenAMemberOfTheEventTwice_WhenRead_ThenItIsNamedToo()
    {
        var body = CommandSending.Event(CommandSending.Update("{}")).Replace("\"source\":", "\"id\":\"c-2\",\"source\":");

        Assert.Equal(("CMD-002", "id"), (CommandSending.Read(body).Parts.Single().Rejection!.Code, CommandSending.Read(body).Parts.Single().Rejection!.Details!["member"]));
        Assert.Empty(CommandSending.Read(body).Parts.Single().Units);
    }
}
