using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Commands;
using IntegrationWorker.Mapping.Fhir;
using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Examples;
using IntegrationWorker.Tests.Mapping.Hl7;

namespace IntegrationWorker.Tests.Fuzzing;

/// <summary>What is damaged: the worked examples, the samples, and the messages in CORPUS_DIR if it is set. And how it is read.</summary>
internal static class FuzzSamples
{
    /// <summary>What is longer makes few inputs of much time.</summary>
    private const int BytesMax = 64 * 1024;

    private const string OpenId = "fuzz";

    /// <summary>Any sender, and everything on that can be switched on.</summary>
    private static readonly Source _open = Hl7Sending.Ris with
    {
        SourceId = OpenId,
        SendingApplication = null,
        SendingFacility = null,
        ResultsAssign = true,
        ResultsEscalate = true,
        LenientUid = true,
        ProcessingIds = ["P", "T", "D"],
        OrgFields = ["ORC-21", "PV1-3.4", "MSH-4"],
        UidFields = ["OBR-20", "ZDS-1.1"],
        AssignmentFields = ["OBR-33", "OBR-34", "ORC-19"],
        FingerprintExclude = ["OBX-14", "PID-5.1", "PV1-3.1.2"],
        MetadataKeys = new Dictionary<string, string> { ["patient.name"] = "for the test", ["patient.birthDate"] = "for the test" },
    };

    public static Rulebook Rules { get; } = new(
        [.. ExampleRules.Rules.Sources, _open],
        [["NORTH", "2.16.840.1.113883.19.10"], ["RIS", "RIS-OLD"]],
        ExampleRules.Rules.Users.All,
        ExampleRules.Rules.Orgs,
        []);

    /// <summary>In the same order in every run, or a seed would mean another input.</summary>
    public static IReadOnlyList<InboundMessage> All { get; } =
        [.. OfExamples(), .. OfFolder(ExampleFolders.Samples), .. OfFolder(Environment.GetEnvironmentVariable("CORPUS_DIR"))];

    public static MappedMessage Read(InboundMessage inbound) => inbound.Door switch
    {
        Door.Hl7v2 => Hl7Reader.Read(inbound, Rules, Hl7Sending.Hash),
        Door.Fhir => FhirReader.Read(inbound, Rules),
        _ => CommandReader.Read(inbound, Rules),
    };

    private static IEnumerable<InboundMessage> OfExamples() =>
        ExampleFolders.All()
            .SelectMany(name => Example.Load(name).Steps)
            .Select(step => step.Inbound.Door == Door.Hl7v2 ? step.Inbound with { SourceId = OpenId } : step.Inbound)
            .Where(inbound => inbound.Body.Length <= BytesMax);

    private static IEnumerable<InboundMessage> OfFolder(string? folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetExtension(file) is ".hl7" or ".json" && new FileInfo(file).Length is > 0 and <= BytesMax)
                .Order(StringComparer.Ordinal)
                .Select(OfFile)
            : [];

    private static InboundMessage OfFile(string file) => Path.GetExtension(file) == ".hl7"
        ? new InboundMessage { Door = Door.Hl7v2, Body = File.ReadAllBytes(file), SourceId = OpenId, ReceivedAt = Hl7Sending.ReceivedAt }
        : new InboundMessage
        {
            Door = Door.Fhir,
            Body = File.ReadAllBytes(file),
            SourceId = Rules.Sources.First(source => source.Kind == "fhir").SourceId,
            ReceivedAt = Hl7Sending.ReceivedAt,
            Headers = new Dictionary<string, string> { ["content-type"] = "application/fhir+json" },
        };
}
