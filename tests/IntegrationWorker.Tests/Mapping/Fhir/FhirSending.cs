using System.Text;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Fhir;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Mapping.Hl7;

namespace IntegrationWorker.Tests.Mapping.Fhir;

/// <summary>Invented resources of an invented server, read by <see cref="FhirReader"/>.</summary>
internal static class FhirSending
{
    public const string Uid = "2.25.1234567890";

    public const string Identifier = $$"""[{"system":"urn:dicom:uid","value":"urn:oid:{{Uid}}"}]""";

    public static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 16, 0, 0, TimeSpan.Zero);

    public static readonly Source Pacs = new()
    {
        SourceId = "pacs",
        Kind = "fhir",
        Authority = Authority.Pacs,
        OrgIds = ["org_north"],
        BaseUrl = "https://fhir.example.org/r4",
        AccessionIssuer = "NORTH",
        UserAuthority = "RIS",
    };

    public static MappedMessage Read(string body, params (string Name, string Value)[] headers) => Read(Pacs, body, headers);

    public static MappedMessage Read(Source source, string body, params (string Name, string Value)[] headers) =>
        Read(source, Encoding.UTF8.GetBytes(body), headers);

    public static MappedMessage Read(Source source, ReadOnlyMemory<byte> body, params (string Name, string Value)[] headers) =>
        FhirReader.Read(Inbound(source, body, headers), Hl7Sending.Rules(source));

    public static InboundMessage Inbound(Source source, ReadOnlyMemory<byte> body, params (string Name, string Value)[] headers) => new()
    {
        Door = Door.Fhir,
        Body = body,
        SourceId = source.SourceId,
        ReceivedAt = ReceivedAt,
        Headers = headers.ToDictionary(header => header.Name, header => header.Value),
    };

    /// <summary>An ImagingStudy of version 1 with its UID, and what else is given.</summary>
    public static string Study(string members = "", string id = "is-1", string version = "1") =>
        $$"""
        {"resourceType":"ImagingStudy","id":"{{id}}","meta":{"versionId":"{{version}}","lastUpdated":"2026-03-02T15:00:00Z"},
         "identifier":{{Identifier}}{{(members.Length > 0 ? "," : "")}}{{members}}}
        """;

    public static UnitUpdate Unit(string members) => Unit(Pacs, members);

    public static UnitUpdate Unit(Source source, string members) => Read(source, Study(members)).Parts.Single().Units.Single();

    public static string Bundle(string type, params string[] entries) =>
        $$"""{"resourceType":"Bundle","type":"{{type}}","timestamp":"2026-03-02T15:30:00Z","entry":[{{string.Join(',', entries)}}]}""";

    public static string Entry(string resource, string? fullUrl = null) =>
        fullUrl is null ? $$"""{"resource":{{resource}}}""" : $$"""{"fullUrl":"{{fullUrl}}","resource":{{resource}}}""";

    public static List<string> Codes(UnitUpdate unit) => [.. unit.Warnings.Select(warning => $"{warning.Code} {warning.Location}".Trim())];
}
