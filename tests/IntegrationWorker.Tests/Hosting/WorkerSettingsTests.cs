using System.Text.RegularExpressions;
using IntegrationWorker.Hosting.Settings;
using IntegrationWorker.Intake;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Studies;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

public sealed partial class WorkerSettingsTests : IDisposable
{
    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void GivenNoFile_WhenLoaded_ThenTheDefaultsAreInOrderAndNobodySends()
    {
        var settings = WorkerSettings.Load([]);

        Assert.Empty(settings.Rules.Sources);
        Assert.Equal("./data/worker.db", settings.Configuration["Store:Path"]);
        Assert.Equal("./data/keys.json", settings.Configuration["Protection:KeyFile"]);
        Assert.Equal(Rulebook.DefaultMetadataPriority, settings.Rules.MetadataPriority);
    }

    [Fact]
    public void GivenTheConfigurationOfTheExamples_WhenLoaded_ThenEverySourceHasItsRules()
    {
        var rules = WorkerSettings.Load([Repository.PathOf("tests", "Samples", "examples", "_fixtures", "config.json")]).Rules;

        var north = rules.FindSender("NRIS", "NORTH")!;
        Assert.Equal(("ris-north", Authority.Ris, true, false), (north.SourceId, north.Authority, north.AllowCreate, north.IsPlacer));
        Assert.Equal("America/Chicago", north.TimeZone.Id);
        Assert.Equal(["IPC-1", "OBR-18"], north.AccessionFields);
        Assert.True(rules.FindSource("ehr-main")!.IsPlacer);
        Assert.True(rules.FindSource("ris-west")!.UidIsAdvisory);
        Assert.Equal("https://fhir.pacs.example.org/r4", rules.FindSource("pacs-fhir")!.BaseUrl);
        Assert.True(rules.IsSameIssuer("NORTH", "2.16.840.1.113883.19.10"));
        Assert.Equal(3, rules.Users.All.Count);
        Assert.Equal(2, rules.Orgs.Count);
    }

    [Fact]
    public void GivenTheDemo_WhenLoaded_ThenItIsInOrder() =>
        Assert.NotEmpty(WorkerSettings.Load([Repository.PathOf("samples", "demo.json")]).Rules.Sources);

    [Fact]
    public void GivenManyFaults_WhenLoaded_ThenAllAreNamedAtOnceWithTheirPaths()
    {
        var file = _folder.Write("""
            {
              "Brokr": {},
              "broker": { "Transport": "rabbitmq", "Uri": "http://x", "Prefetch": "many" },
              "store": { "Pth": "x", "Provider": "oracle" },
              "intake": { "BatchMessagesMax": 0 },
              "http": { "Urls": "ftp://x" },
              "sources": [
                { "sourceId": "a b", "kind": "hl7v2", "authority": "rs", "timezone": "Europe/Brussel", "accessionField": ["OBR-3"],
                  "uidFields": ["OBR18"], "fhir": { "assign": true }, "reuseAfter": "tomorrow", "defaultCharset": "KLINGON",
                  "priorityCodes": { "X": "urgent" }, "orgId": "org_1", "metadataKeys": [ { "key": "patient.id" } ] },
                { "sourceId": "two", "kind": "fhir", "authority": "pacs", "match": { "MSH-3": "A" }, "base": "nowhere" },
                { "sourceId": "two", "kind": "command", "authority": "operator", "queue": "study-updates.dead" }
              ],
              "issuerAliases": [ ["A", "B"], ["B"] ],
              "users": [ { "userId": "me", "email": "" } ],
              "orgs": [ { "orgId": "org_00000000000000000000000000000001" } ],
              "metadataPriority": [ "a", "a" ]
            }
            """);

        var failure = Assert.Throws<SettingsException>(() => WorkerSettings.Load([file]));

        Assert.Equal(
            """
            Broker:Prefetch
            Broker:Uri
            Brokr
            Http:Urls
            Intake:BatchMessagesMax
            IssuerAliases:1
            IssuerAliases:1
            MetadataPriority
            Orgs:0:orgName
            Sources:0:accessionField
            Sources:0:authority
            Sources:0:defaultCharset
            Sources:0:fhir
            Sources:0:match:MSH-3
            Sources:0:metadataKeys:0:reason
            Sources:0:orgId
            Sources:0:orgId
            Sources:0:priorityCodes:X
            Sources:0:reuseAfter
            Sources:0:sourceId
            Sources:0:timezone
            Sources:0:uidFields
            Sources:1:base
            Sources:1:match
            Sources:2:queue
            Sources:2:sourceId
            Store:Provider
            Store:Pth
            Users:0:email
            Users:0:userId
            """.ReplaceLineEndings("\n"),
            string.Join('\n', failure.Faults.Select(fault => fault.Path).Order(StringComparer.Ordinal)));
        Assert.All(failure.Faults, fault => Assert.Contains(fault.Path, failure.Message, StringComparison.Ordinal));
        Assert.Contains("Do you mean Broker?", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Do you mean accessionFields?", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"Broker\": ", "is not JSON")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{ \"Broker\": {}, \"Broker\": {} }", "is not JSON")] // Which of the two would count?
    public void GivenAFileThatIsNoObject_WhenLoaded_ThenItIsNamed(string json, string wrong)
    {
        var file = _folder.Write(json);

        var failure = Assert.Throws<SettingsException>(() => WorkerSettings.Load([file]));

        Assert.Contains(failure.Faults, fault => fault.Path == file && fault.Wrong.StartsWith(wrong, StringComparison.Ordinal));
    }

    [Fact]
    public void GivenNoSuchFile_WhenLoaded_ThenItIsNamed() =>
        Assert.Contains("/nowhere/x.json", Assert.Throws<SettingsException>(() => WorkerSettings.Load(["/nowhere/x.json"])).Message, StringComparison.Ordinal);

    [Fact]
    public void GivenAPasswordInAWrongAddress_WhenLoaded_ThenItIsNotRepeated()
    {
        var file = _folder.Write("""{ "Broker": { "Transport": "rabbitmq", "Uri": "http://me:secret@host" } }""");

        var failure = Assert.Throws<SettingsException>(() => WorkerSettings.Load([file]));

        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GivenKeysThatCannotBeUsed_WhenLoaded_ThenEachIsNamedWithItsPathAndNoneIsRepeated()
    {
        var file = _folder.Write("""
            { "Protection": { "Keys": [
                { "Id": "2026", "Key": "c2VjcmV0" },
                { "Id": "2026", "Key": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=" },
                { "Id": "", "Key": "no Base64 secret" },
                { "Id": "2029", "Kee": "c2VjcmV0" } ] } }
            """);

        var failure = Assert.Throws<SettingsException>(() => WorkerSettings.Load([file]));

        Assert.Equal(
            ["Protection:Keys:0:Key", "Protection:Keys:1:Id", "Protection:Keys:2:Id", "Protection:Keys:2:Key", "Protection:Keys:3:Kee", "Protection:Keys:3:Key"],
            failure.Faults.Select(fault => fault.Path).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2Vj", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void GivenATextInsteadOfKeys_WhenLoaded_ThenItIsNotRepeated()
    {
        var file = _folder.Write("""{ "Protection": { "Keys": "c2VjcmV0" } }""");

        var failure = Assert.Throws<SettingsException>(() => WorkerSettings.Load([file]));

        Assert.Contains(failure.Faults, fault => fault.Path == "Protection:Keys");
        Assert.DoesNotContain("c2Vj", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void GivenSeveralFilesWithKeys_WhenLoaded_ThenTheKeysOfTheLastOneAreThere()
    {
        const string key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        var first = _folder.Write($$"""{ "Protection": { "Keys": [{ "Id": "1", "Key": "{{key}}" }, { "Id": "2", "Key": "{{key}}" }] } }""");
        var second = _folder.Write($$"""{ "Protection": { "Keys": [{ "Id": "3", "Key": "{{key}}" }] } }""");

        var keys = WorkerSettings.Load([first, second]).Configuration.GetSection("Protection").Get<ProtectionOptions>()!.Keys;

        Assert.Equal(["3"], keys.Select(one => one.Id));
        Assert.Empty(WorkerSettings.Load([]).Configuration.GetSection("Protection").Get<ProtectionOptions>()!.Keys);
    }

    [Fact]
    public void GivenSeveralFiles_WhenLoaded_ThenListsAreReplacedWholeAndSingleSettingsOneByOne()
    {
        var first = _folder.Write("""
            { "Intake": { "BatchMessagesMax": 10, "HoldSeconds": 20 },
              "Sources": [ { "sourceId": "one", "kind": "command", "authority": "operator" }, { "sourceId": "two", "kind": "command", "authority": "ris" } ] }
            """);
        var last = _folder.Write("""
            { "intake": { "BatchMessagesMax": 11 }, "sources": [ { "sourceId": "three", "kind": "command", "authority": "ehr" } ] }
            """);

        var settings = WorkerSettings.Load([first, last]);

        Assert.Equal(["three"], settings.Rules.Sources.Select(source => source.SourceId));
        var intake = settings.Configuration.GetSection(IntakeOptions.Section).Get<IntakeOptions>()!;
        Assert.Equal((11, 20), (intake.BatchMessagesMax, intake.HoldSeconds));
    }

    [Fact]
    public void GivenAnEmptyList_WhenLoaded_ThenItIsNotTheDefault()
    {
        var file = _folder.Write("""
            { "Sources": [ { "sourceId": "one", "kind": "hl7v2", "authority": "ris", "match": { "MSH-3": "A", "MSH-4": "B" }, "excludeSections": [] } ] }
            """);

        Assert.Equal([], WorkerSettings.Load([file]).Rules.Sources[0].ExcludeSections);
    }

    [Fact]
    public void GivenEverySwitchOfTheMapping_WhenLoaded_ThenNoneIsUnknown()
    {
        var mapping = File.ReadAllText(Repository.PathOf("docs", "mapping.md"));
        var table = mapping[mapping.IndexOf("## 11. Settings of a source", StringComparison.Ordinal)..];
        var names = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Name().Matches(line.Split('|')[1]).Select(match => match.Groups[1].Value))
            .ToList();
        var file = _folder.Write($"{{ \"Sources\": [ {{ {string.Join(", ", names.Select(name => $"\"{name}\": null"))} }} ] }}");

        var failure = Assert.Throws<SettingsException>(() => WorkerSettings.Load([file]));

        Assert.True(names.Count > 40, $"Only {names.Count} names were found.");
        Assert.DoesNotContain(failure.Faults, fault => fault.Wrong == "is not a setting.");
    }

    [Fact]
    public void GivenEverySwitch_WhenSet_ThenTheSourceHasIt()
    {
        var file = _folder.Write("""
            { "Sources": [ { "sourceId": "one", "kind": "hl7v2", "match": { "MSH-3": "A", "MSH-4": "B" }, "queue": "own", "role": "placer",
              "authority": "ehr", "authorityByField": { "severity": "operator" }, "orgIds": ["org_00000000000000000000000000000001"],
              "orgFields": ["MSH-4"], "timezone": "Europe/Brussels", "defaultCharset": "8859/1", "processingIds": ["P", "T"],
              "onUnsupported": "reject", "onRejected": "hold", "excludeSections": ["LAB"], "allowCreate": true, "uidTrust": "advisory", "lenientUid": true,
              "uidFields": ["ZZZ-1"], "accessionFields": ["OBR-20"], "accessionIssuer": "I1", "fillerIssuer": "I2", "placerIssuer": "I3",
              "patientIssuer": "I4", "patientGuard": "warn", "placerFanOut": true, "placerSeverity": "compete", "priorityCodes": { "9": "stat" },
              "severityConflict": "precedence", "descriptionFields": ["OBR-4.5"], "orderCompleteMeansRead": true, "dcPolicy": "metadata",
              "assignmentFields": ["OBR-32", "OBR-33"], "userAuthority": "U", "oru": { "severity": "escalate", "assign": "fill" },
              "metadataKeys": [ { "key": "patient.id", "reason": "invented" } ], "nullSemantics": "ignore", "idempotency": "content",
              "reuseAfter": "01:00:00", "fingerprintExclude": ["EVN-2"], "clock": "message", "maxFutureSkew": "00:01:00" } ] }
            """);

        var source = WorkerSettings.Load([file]).Rules.Sources[0];

        Assert.Equal(
            (true, "own", Authority.Ehr, Authority.Operator, true, true), (source.IsPlacer, source.Queue, source.Authority, source.AuthorityFor("severity"), source.RejectUnsupported, source.AllowCreate));
        Assert.Equal((true, true, true, true, true, true), (source.UidIsAdvisory, source.LenientUid, source.PatientGuardWarns, source.PlacerFanOut, source.PlacerSeverityCompetes, source.SeverityByPrecedence));
        Assert.Equal((true, true, true, true, true, true), (source.OrderCompleteMeansRead, source.DiscontinueIsMetadata, source.ResultsEscalate, source.ResultsAssign, source.IgnoreNulls, source.ClockIsMessageTime));
        Assert.Equal(("I1", "I2", "I3", "I4", "U", "8859/1"), (source.AccessionIssuer, source.FillerIssuer, source.PlacerIssuer, source.PatientIssuer, source.UserAuthority, source.DefaultCharset));
        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), IdempotencyStrategy.Content), (source.ReuseAfter, source.MaxFutureSkew, source.Idempotency));
        Assert.Equal(["OBR-33"], source.AssignmentFields);
        Assert.Equal(Severity.Stat, source.PriorityCodes["9"]);
        Assert.Equal("invented", source.MetadataKeys["patient.id"]);
        Assert.Equal(
            ["ZZZ-1", "OBR-20", "OBR-4.5", "EVN-2", "LAB"],
            [.. source.UidFields, .. source.AccessionFields, .. source.DescriptionFields, .. source.FingerprintExclude, .. source.ExcludeSections!]);
    }

    [GeneratedRegex("`([A-Za-z]+)(?:\\[\\])?`")]
    private static partial Regex Name();
}
