using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Mapping.Hl7;
using Xunit;

namespace IntegrationWorker.Tests.Mapping.Fhir;

/// <summary>How long the parts of a key may be, and which of several times counts. docs/mapping.md §3.7, §5.1, §7.1, §7.4, §7.5.</summary>
public sealed class FhirLimitsTests
{
    private const string At = "2026-03-02T15:59:00Z";

    private static readonly string _longest = new('x', 128);

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "FHR-001")]
    public void GivenTheLongestId_WhenItHasOneCharacterMore_ThenTheResourceIsRefused(int more, string? code)
    {
        var id = _longest + new string('x', more);
        (string, string)[] deletes = [("fhir-interaction", "delete"), ("fhir-url", $"ImagingStudy/{id}")];

        Assert.Equal(code, FhirSending.Read(FhirSending.Study(id: id)).Parts.Single().Rejection?.Code);
        Assert.Equal(code, FhirSending.Read("", deletes).Parts.Single().Rejection?.Code);
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void GivenAVersion_WhenItIsTooLongForAKey_ThenTheTimeStandsInItsPlace(int length, bool isKept)
    {
        var version = new string('7', length);

        var key = FhirSending.Read(FhirSending.Study(version: version)).Parts.Single().BaseKey;

        Assert.Equal($"fhir/pacs/ImagingStudy/is-1/{(isKept ? version : "2026-03-02T15:00:00Z")}", key);
    }

    [Fact]
    public void GivenNeitherVersionNorReadableTime_WhenRead_ThenTheFingerprintIsTheKey()
    {
        var part = FhirSending.Read("""{"resourceType":"ImagingStudy","id":"1","meta":{"lastUpdated":"soon"}}""").Parts.Single();

        Assert.EndsWith(Convert.ToHexStringLower(part.Fingerprint), part.BaseKey, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ImagingStudy/1", "fhir/pacs/ImagingStudy%2F1/empty@" + At)]
    [InlineData("", "fhir/pacs/_/empty@" + At)]
    public void GivenAnEmptyRestHook_WhenRead_ThenItsAddressIsInTheKey(string url, string key) => Assert.Equal(key, EmptyHook(url, At));

    [Theory]
    [InlineData(0, "x")]
    [InlineData(1, "_")]
    public void GivenTheLongestAddress_WhenItHasOneCharacterMore_ThenItIsNotInTheKey(int more, string part)
    {
        var url = _longest + new string('x', more);

        Assert.Equal($"fhir/pacs/{(part == "x" ? url : part)}/empty@{At}", EmptyHook(url, At));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("")]
    public void GivenAnEmptyRestHookWithoutATime_WhenRead_ThenThatOfReceiptIsInTheKey(string time) =>
        Assert.EndsWith("/empty@2026-03-02T16:00:00Z", EmptyHook("x", time), StringComparison.Ordinal);

    [Theory]
    [InlineData("Patient", "Patient")]
    [InlineData("Nothing", "")] // What is no type of FHIR is not told as one.
    public void GivenAResourceThatIsNotUsed_WhenRead_ThenOnlyAKnownTypeIsTheTypeOfTheMessage(string type, string expected) =>
        Assert.Equal(expected, FhirSending.Read($$"""{"resourceType":"{{type}}" }""").MessageType);

    [Theory]
    [InlineData(64, 64, 'x')]
    [InlineData(65, 64, '…')]
    public void GivenATypeOfNoEnd_WhenRefused_ThenItsStartIsTold(int length, int shown, char last)
    {
        var type = FhirSending.Read($$"""{"resourceType":"{{new string('x', length)}}" }""").Parts.Single().Rejection!.Details!["type"].ToString()!;

        Assert.Equal((shown, last), (type.Length, type[^1]));
    }

    [Theory]
    [InlineData("ImagingStudy/from-url", """{"resourceType":"ImagingStudy","id":"from-body"}""", "from-url")]
    [InlineData("nowhere", """{"resourceType":"ImagingStudy","id":"from-body"}""", "from-body")]
    [InlineData("nowhere", """{"resourceType":"ImagingStudy"}""", null)]
    [InlineData("nowhere", "{", null)]
    public void GivenADelete_WhenTheAddressNamesNothing_ThenTheBodyDoes(string url, string body, string? id)
    {
        var part = FhirSending.Read(body, ("fhir-interaction", "delete"), ("fhir-url", url)).Parts.Single();

        Assert.Equal(id is null ? "FHR-001" : null, part.Rejection?.Code);
        Assert.Equal(id is null ? null : $"ImagingStudy/{id}", part.Units.SingleOrDefault()?.Identity.FhirResource?.Value);
    }

    [Fact]
    public void GivenADelete_WhenItIsRead_ThenItIsTheSnapshotOfNothing()
    {
        var part = FhirSending.Read("", ("fhir-interaction", "delete"), ("fhir-url", "ImagingStudy/1"), ("fhir-time", At)).Parts.Single();
        var ignored = FhirSending.Read(FhirSending.Pacs with { FhirOnDelete = "ignore" }, "", ("fhir-interaction", "delete"), ("fhir-url", "ImagingStudy/1"));

        Assert.Equal("fhir.", part.Units.Single().SnapshotPrefix);
        Assert.Equal("deleted", part.Units.Single().Metadata["fhir.status"].Value);
        Assert.True(part.ReuseIsNewGeneration);
        Assert.Null(part.IgnoredReason);
        Assert.Equal("nothing-asserted", ignored.Parts.Single().IgnoredReason);
    }

    [Theory]
    [InlineData("soon", "2026-03-02T16:00:00Z", "CLK-102")]
    [InlineData("2026-03-02T18:00:00Z", "2026-03-02T18:00:00Z", "CLK-101")] // In the future: told apart by it, but not believed.
    public void GivenADeleteWhoseTimeCannotBeUsed_WhenRead_ThenTheTimeOfReceiptIsItsClock(string time, string inKey, string code)
    {
        var part = FhirSending.Read("", ("fhir-interaction", "delete"), ("fhir-url", "ImagingStudy/1"), ("fhir-time", time)).Parts.Single();

        Assert.Equal($"fhir/pacs/ImagingStudy/1/deleted@{inKey}", part.BaseKey);
        Assert.Equal(FhirSending.ReceivedAt, part.Units.Single().Clock.Transaction.Start);
        Assert.Equal([code], part.Units.Single().Warnings.Select(warning => warning.Code));
    }

    [Theory]
    [InlineData("\"response\":{\"lastModified\":\"2026-03-02T14:00:00Z\"},", "\"timestamp\":\"2026-03-02T15:30:00Z\",", "14:00")]
    [InlineData("", "\"timestamp\":\"2026-03-02T15:30:00Z\",", "15:30")]
    [InlineData("", "", "15:59")] // The header.
    public void GivenADeletedEntry_WhenSeveralTimesAreSent_ThenTheNearestCounts(string inEntry, string inBundle, string expected)
    {
        var body = $$$"""
            {"resourceType":"Bundle","type":"history",{{{inBundle}}}"entry":[{"fullUrl":"https://fhir.example.org/r4/Patient/1"},
             { {{{inEntry}}} "request":{"method":"DELETE","url":"ImagingStudy/gone"} }]}
            """;

        Assert.Equal(
            $"fhir/pacs/ImagingStudy/gone/deleted@2026-03-02T{expected}:00Z", FhirSending.Read(body, ("fhir-time", At)).Parts.Single().BaseKey);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(0, false)]
    public void GivenATypeOfABundle_WhenItIsNoCode_ThenItIsACollection(int length, bool isTold)
    {
        var type = new string('x', length);

        Assert.Equal($"Bundle/{(isTold ? type : "collection")}", FhirSending.Read(FhirSending.Bundle(type, FhirSending.Entry(FhirSending.Study()))).MessageType);
    }

    [Fact]
    public void GivenOneVersionInSeveralEvents_WhenRead_ThenTheLastEventBroughtIt()
    {
        var status = Status("", Event(5, "ImagingStudy/is-1"), Event(6, "https://fhir.example.org/r4/ImagingStudy/is-1"));

        var message = FhirSending.Read(FhirSending.Bundle("history", status, FhirSending.Entry(FhirSending.Study())));

        Assert.Equal(6, message.Parts.Single().Units.Single().EventNumber);
    }

    [Theory]
    [InlineData("2026-03-02T15:01:00Z", "2026-03-02T15:04:00Z", "15:04")] // The latest event,
    [InlineData("2026-03-02T15:04:00Z", "2026-03-02T15:01:00Z", "15:04")]
    [InlineData("", "", "15:30")] // else the Bundle.
    public void GivenTimesOfEvents_WhenRead_ThenTheLatestIsThatOfTheNotification(string first, string second, string expected)
    {
        var message = FhirSending.Read(
            FhirSending.Bundle("history", Status("", Event(5, "ImagingStudy/1", first), Event(6, "ImagingStudy/2", second))), ("fhir-time", At));

        Assert.Equal($"2026-03-02T{expected}:00Z", message.Notification!.At?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
    }

    [Fact]
    public void GivenNoTimeInABundle_WhenRead_ThenTheHeaderHasIt()
    {
        var bundle = FhirSending.Bundle("history", Status("")).Replace("2026-03-02T15:30:00Z", "soon");

        Assert.Equal(new DateTimeOffset(2026, 3, 2, 15, 59, 0, TimeSpan.Zero), FhirSending.Read(bundle, ("fhir-time", At)).Notification!.At);
        Assert.Null(FhirSending.Read(bundle).Notification!.At);
    }

    [Theory]
    [InlineData("event-notification", "", true)]
    [InlineData("event-notification", "ImagingStudy/1", false)] // It says of what: that is read.
    [InlineData("event-notification", "Patient/1", false)]
    [InlineData("heartbeat", "", false)]
    public void GivenANotificationWithoutResources_WhenItDoesNotSayOfWhat_ThenTheServerHasToBeSearched(string type, string focus, bool saysOnlyThat)
    {
        var bundle = FhirSending.Bundle("history", focus.Length > 0 ? Status("", Event(5, focus)) : Status("").Replace("event-notification", type));

        Assert.Equal(saysOnlyThat, FhirSending.Read(bundle).Notification!.SaysOnlyThat);
    }

    [Fact]
    public void GivenEventsWithoutAFocus_WhenResourcesAreSentBesideThem_ThenTheyAreTaken()
    {
        var one = FhirSending.Read(FhirSending.Bundle("history", Status("", Event(5, null)), FhirSending.Entry(FhirSending.Study())));
        var two = FhirSending.Read(FhirSending.Bundle(
            "history", Status("", Event(5, null), Event(6, null)), FhirSending.Entry(FhirSending.Study(id: "a")), FhirSending.Entry(FhirSending.Study(id: "b"))));

        Assert.Equal(5, one.Parts.Single().Units.Single().EventNumber);
        Assert.Equal(["fhir/pacs/ImagingStudy/a/1", "fhir/pacs/ImagingStudy/b/1"], two.Parts.Select(part => part.BaseKey));
        Assert.All(two.Parts, part => Assert.Null(part.Units.Single().EventNumber)); // Nobody knows which is which.
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void GivenAnAccessionNumber_WhenItIsTooLong_ThenItIsDroppedWholeAndTold(int length, bool isKept)
    {
        var unit = FhirSending.Read(
            $$"""
            {"resourceType":"ImagingStudy","id":"1","meta":{"lastUpdated":"2026-03-02T15:00:00Z"},
             "identifier":[{"type":{"coding":[{"code":"ACSN"}]},"value":"{{new string('1', length)}}" }]}
            """).Parts.Single().Units.Single();

        Assert.Equal(isKept, unit.Identity.Accession is not null);
        Assert.Equal(isKept ? [] : ["LIM-102"], unit.Warnings.Select(warning => warning.Code));
    }

    [Theory]
    [InlineData(64, null)]
    [InlineData(65, "IDN-004")]
    public void GivenALenientSource_WhenAUidIsLongerThanAny_ThenItIsRefused(int length, string? code)
    {
        var body = $$"""{"resourceType":"ImagingStudy","id":"1","identifier":[{"system":"urn:dicom:uid","value":"0{{new string('1', length - 1)}}" }]}""";

        Assert.Equal(code, FhirSending.Read(FhirSending.Pacs with { LenientUid = true }, body).Parts.Single().Units.Single().Rejection?.Code);
    }

    [Fact]
    public void GivenManyUids_WhenTheyContradict_ThenTenAreTold()
    {
        var identifiers = string.Join(',', Enumerable.Range(1, 12).Select(number => $$"""{"system":"urn:dicom:uid","value":"1.2.{{number}}" }"""));
        var body = $$"""{"resourceType":"ImagingStudy","id":"1","identifier":[{{identifiers}},{"system":"urn:dicom:uid"}]}""";

        var told = Assert.IsType<string[]>(FhirSending.Read(body).Parts.Single().Units.Single().Rejection!.Details!["values"]);

        Assert.Equal(Enumerable.Range(1, 10).Select(number => $"1.2.{number}"), told);
    }

    [Fact]
    public void GivenAnAccessionNumberOfItsOwn_WhenTheRequestHasAnother_ThenItsOwnCounts()
    {
        const string type = "\"type\":{\"coding\":[{\"code\":\"ACSN\"}]}";
        var body = $$"""
            {"resourceType":"ImagingStudy","id":"1","identifier":[{ {{type}} },{ {{type}},"value":"A1"}],"basedOn":[null,{"identifier":{ {{type}},"value":"A2"} }]}
            """;

        Assert.Equal(new Identifier("A1", "NORTH"), FhirSending.Read(body).Parts.Single().Units.Single().Identity.Accession);
    }

    [Theory]
    [InlineData("true", "ImagingStudy/true")] // Not valid, but a name: what was sent is what is kept.
    [InlineData("false", "ImagingStudy/false")]
    [InlineData("12", "ImagingStudy/12")]
    public void GivenAnIdOfTheWrongKind_WhenRead_ThenItsTextCounts(string id, string expected) =>
        Assert.Equal(expected, FhirSending.Read($$"""{"resourceType":"ImagingStudy","id":{{id}},"meta":{"versionId":"1"} }""").Parts.Single().Units.Single().Metadata["fhir.id"].Value);

    [Theory]
    [InlineData(100, 100, 'x')]
    [InlineData(101, 100, '…')]
    public void GivenALongPriority_WhenItIsNotKnown_ThenItsStartIsTold(int length, int shown, char last)
    {
        var unit = FhirSending.Unit(
            $$"""
            "contained":[{"resourceType":"ServiceRequest","id":"r1","priority":"{{new string('x', length)}}" }],"basedOn":[{"reference":"#r1"}]
            """);

        var value = Assert.Single(unit.Warnings).Details!["value"].ToString()!;

        Assert.Equal((shown, last), (value.Length, value[^1]));
    }

    [Theory]
    [InlineData("#nobody")]
    [InlineData("Encounter/e")] // Not a request, whatever its priority.
    public void GivenAReferenceToNoRequest_WhenRead_ThenNothingIsSaidOfSeverity(string reference)
    {
        var message = FhirSending.Read(FhirSending.Bundle(
            "collection",
            FhirSending.Entry(FhirSending.Study($"\"basedOn\":[{{\"reference\":\"{reference}\"}}]")),
            FhirSending.Entry("""{"resourceType":"Encounter","id":"e","priority":"stat"}""")));

        Assert.Empty(message.Parts.Single().Units.Single().Fields);
    }

    [Theory]
    [InlineData("""{"identifier":{"system":"WEST","value":"W1"}}""", "usr_one", null)] // The authority of a local id.
    [InlineData("""{"identifier":{"system":"WEST"}}""", null, "DIR-101")]
    [InlineData("""{"identifier":{"value":"R1"}}""", null, "DIR-101")]
    [InlineData("""{"identifier":{"value":"9000000002"},"reference":"Practitioner/R1"}""", "usr_one", null)] // Nobody says that it is an NPI.
    [InlineData("""{"identifier":{"system":"http://hl7.org/fhir/sid/us-npi"},"reference":"Practitioner/R1"}""", "usr_one", null)]
    public void GivenAnIdentifierOfAnInterpreter_WhenItHasNoSystem_ThenItNamesNobody(string interpreter, string? userId, string? code)
    {
        var unit = FhirSending.Unit(FhirSending.Pacs with { FhirAssigns = true }, $"\"interpreter\":[{interpreter}]");

        Assert.Equal(userId, unit.Assignment?.UserId);
        Assert.Equal(code is null ? [] : [code], unit.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public void GivenCountsThatAreUnknown_WhenTheSourceKeepsThem_ThenTheirKeysStay()
    {
        var keys = new Dictionary<string, string> { ["fhir.numberOfSeries"] = "for the test", ["fhir.numberOfInstances"] = "for the test" };
        var source = FhirSending.Pacs with { MetadataKeys = keys };
        const string unknown = """{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}""";

        var unit = FhirSending.Unit(source, $"\"_numberOfSeries\":{unknown},\"numberOfInstances\":400");

        Assert.Equal(["fhir.numberOfSeries"], unit.UnknownKeys);
        Assert.Equal("400", unit.Metadata["fhir.numberOfInstances"].Value);
        Assert.Null(FhirSending.Unit(source, "\"numberOfSeries\":1").UnknownKeys); // Absent is absent: the snapshot deletes it.
    }

    [Theory]
    [InlineData("ImagingStudy/elsewhere", "fhir/pacs/ImagingStudy/elsewhere/1")]
    [InlineData("nowhere", "fhir/pacs/ImagingStudy/_/1")]
    public void GivenAResourceWithoutAnId_WhenItsAddressHasOne_ThenThatCounts(string url, string key)
    {
        const string body = """{"resourceType":"ImagingStudy","meta":{"versionId":"1"},"identifier":[{"system":"urn:dicom:uid","value":"1.2.3"}]}""";

        Assert.Equal(key, FhirSending.Read(body, ("fhir-url", url)).Parts.Single().BaseKey);
        Assert.Equal("fhir/pacs/ImagingStudy/is-1/1", FhirSending.Read(FhirSending.Study(), ("fhir-url", url)).Parts.Single().BaseKey);
    }

    [Fact]
    public void GivenNoSourceAtAll_WhenRead_ThenItIsRefused()
    {
        var inbound = FhirSending.Inbound(FhirSending.Pacs, "{}"u8.ToArray()) with { SourceId = null };

        Assert.Equal("SRC-001", IntegrationWorker.Mapping.Fhir.FhirReader.Read(inbound, Hl7Sending.Rules(FhirSending.Pacs)).Parts.Single().Rejection?.Code);
    }

    private static string EmptyHook(string url, string time) => FhirSending.Read("", ("fhir-url", url), ("fhir-time", time)).Parts.Single().BaseKey;

    private static string Status(string further, params string[] events) => FhirSending.Entry(
        $$$"""
        {"resourceType":"Parameters","parameter":[{"name":"subscription","valueReference":{"reference":"Subscription/sub-1"}},
         {"name":"type","valueCode":"event-notification"}{{{further}}}{{{string.Concat(events)}}}]}
        """);

    private static string Event(long number, string? focus, string timestamp = "")
    {
        var reference = focus is null ? "" : $$$""",{"name":"focus","valueReference":{"reference":"{{{focus}}}"}}""";
        var time = timestamp.Length == 0 ? "" : $$$""",{"name":"timestamp","valueInstant":"{{{timestamp}}}"}""";

        return $$$""",{"name":"notification-event","part":[{"name":"event-number","valueString":"{{{number}}}"}{{{reference}}}{{{time}}}]}""";
    }
}
