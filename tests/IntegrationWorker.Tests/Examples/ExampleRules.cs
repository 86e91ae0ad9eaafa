using System.Text.Json.Nodes;
using IntegrationWorker.Studies;
using Organization = IntegrationWorker.Studies.Org;

namespace IntegrationWorker.Tests.Examples;

/// <summary>The rules that all examples assume: tests/Samples/examples/_fixtures/config.json.</summary>
internal static class ExampleRules
{
    private static readonly JsonObject _config = JsonNode.Parse(File.ReadAllBytes(ExampleFolders.Fixture("config.json")))!.AsObject();

    public static Rulebook Rules { get; } = new(
        [.. Objects("sources").Select(SourceOf)],
        [.. _config["issuerAliases"]!.AsArray().Select(names => Texts(names))],
        [.. Objects("users").Select(UserOf)],
        [.. Objects("orgs").Select(org => new Organization(Text(org, "orgId")!, Text(org, "orgName")!, Texts(org["codes"])))],
        Texts(_config["metadataPriority"]));

    private static IEnumerable<JsonObject> Objects(string name) => _config[name]!.AsArray().Select(item => item!.AsObject());

    private static Source SourceOf(JsonObject source)
    {
        var usual = new Source { SourceId = Text(source, "sourceId")!, Kind = Text(source, "kind")! };

        return usual with
        {
            SendingApplication = (string?)source["match"]?["MSH-3"],
            SendingFacility = (string?)source["match"]?["MSH-4"],
            BaseUrl = Text(source, "base"),
            IsPlacer = Text(source, "role") == "placer",
            Authority = Enum.Parse<Authority>(Text(source, "authority")!, ignoreCase: true),
            OrgIds = Text(source, "orgId") is { } orgId ? [orgId] : source["orgIds"] is { } orgIds ? Texts(orgIds) : [],
            OrgFields = source["orgFields"] is { } orgFields ? Texts(orgFields) : [],
            RejectUnsupported = Text(source, "onUnsupported") == "reject",
            TimeZone = TimeZoneInfo.FindSystemTimeZoneById(Text(source, "timezone") ?? "UTC"),
            AllowCreate = (bool?)source["allowCreate"] ?? false,
            UserAuthority = Text(source, "userAuthority"),
            PatientIssuer = Text(source, "patientIssuer"),
            AccessionIssuer = Text(source, "accessionIssuer"),
            AccessionFields = source["accessionFields"] is { } fields ? Texts(fields) : usual.AccessionFields,
            UidIsAdvisory = Text(source, "uidTrust") == "advisory",
            ResultsEscalate = (string?)source["oru"]?["severity"] == "escalate",
            PlacerSeverityCompetes = Text(source, "placerSeverity") == "compete",
        };
    }

    private static User UserOf(JsonObject user) => new()
    {
        UserId = Text(user, "userId")!,
        Email = Text(user, "email")!,
        Npi = Text(user, "npi"),
        Active = (bool)user["active"]!,
        LocalIds = [.. user["localIds"]!.AsArray().Select(id => new LocalId((string)id!["authority"]!, (string)id["id"]!))],
    };

    private static string? Text(JsonObject from, string name) => (string?)from[name];

    private static string[] Texts(JsonNode? array) => [.. array!.AsArray().Select(item => (string)item!)];
}
