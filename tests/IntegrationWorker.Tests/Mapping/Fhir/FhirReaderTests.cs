using System.Text;
using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Mapping.Hl7;
using Xunit;

namespace IntegrationWorker.Tests.Mapping.Fhir;

/// <summary>Keys, clocks, and what is refused or ignored before a resource is read. docs/mapping.md §5.1, §5.2, §6.1, §7.1.</summary>
public sealed class FhirReaderTests
{
    [Theory]
    [InlineData("""{"versionId":"7","lastUpdated":"2026-03-02T15:00:00Z"}""", "fhir/pacs/ImagingStudy/is-1/7")]
    [InlineData("""{"lastUpdated":"2026-03-02T15:00:00Z"}""", "fhir/pacs/ImagingStudy/is-1/2026-03-02T15:00:00Z")]
    [InlineData("""{"versionId":"W/\"7\"~1"}""", "fhir/pacs/ImagingStudy/is-1/W%2F%227%22%7E1")]
    public void GivenAVersion_WhenRead_ThenItIsTheEndOfTheKey(string meta, string key) =>
        Assert.Equal(key, Part($$"""{"resourceType":"ImagingStudy","id":"is-1","meta":{{meta}}}""").BaseKey);

    [Fact]
    public void GivenNoVersion_WhenRead_ThenTheFingerprintIsTheEndOfTheKey()
    {
        var part = Part("""{"resourceType":"ImagingStudy","id":"is-1"}""");

        Assert.Equal($"fhir/pacs/ImagingStudy/is-1/{Convert.ToHexStringLower(part.Fingerprint)}", part.BaseKey);
        Assert.True(part.ReuseIsNewGeneration);
    }

    [Fact]
    public void GivenAnotherMetaAndAnotherSpelling_WhenRead_ThenTheFingerprintIsTheSame()
    {
        var one = Part("""{"resourceType":"ImagingStudy","id":"1","meta":{"versionId":"1"},"numberOfSeries":1.0e1,"description":"caf\u00e9"}""");
        var other = Part("""{"description":"café","id":"1","resourceType":"ImagingStudy","numberOfSeries":10,"meta":{"versionId":"9"}}""");
        var another = Part("""{"description":"tea","id":"1","resourceType":"ImagingStudy","numberOfSeries":10,"meta":{"versionId":"9"}}""");

        Assert.Equal(one.Fingerprint, other.Fingerprint);
        Assert.NotEqual(one.Fingerprint, another.Fingerprint);
    }

    [Fact]
    public void GivenAnotherPriorityInTheSameBundle_WhenRead_ThenTheFingerprintIsAnotherOne()
    {
        var study = FhirSending.Entry(FhirSending.Study("\"basedOn\":[{\"reference\":\"ServiceRequest/r\"}]"));
        var fingerprints = new[] { "stat", "routine" }
            .Select(priority => FhirSending.Entry($$"""{"resourceType":"ServiceRequest","id":"r","priority":"{{priority}}"}"""))
            .Select(request => FhirSending.Read(FhirSending.Bundle("collection", study, request)).Parts.Single().Fingerprint);

        Assert.Equal(2, fingerprints.Select(Convert.ToHexStringLower).Distinct().Count());
    }

    [Fact]
    public void GivenLastUpdated_WhenRead_ThenItIsBothTimesAndTheVersionTheSequence()
    {
        var unit = Part("""{"resourceType":"ImagingStudy","id":"1","meta":{"versionId":"12","lastUpdated":"2026-03-02T09:00:00.120-06:00"}}""").Units.Single();

        Assert.Equal(new DateTimeOffset(2026, 3, 2, 15, 0, 0, 120, TimeSpan.Zero), unit.Clock.Transaction.Start);
        Assert.Equal(unit.Clock.Transaction, unit.Clock.Message);
        Assert.Equal(12, unit.Clock.Sequence);
        Assert.Equal("2026-03-02T09:00:00.120-06:00", unit.SourceTime);
    }

    [Theory]
    [InlineData("\"lastUpdated\":\"2026-03-02T16:11:00Z\"", "CLK-101 ImagingStudy.meta.lastUpdated")] // More than ten minutes ahead.
    [InlineData("\"lastUpdated\":\"soon\"", "CLK-102 ImagingStudy.meta.lastUpdated")]
    [InlineData("\"versionId\":\"1\"", "CLK-102 ImagingStudy.meta.lastUpdated")]
    public void GivenNoTimeToRelyOn_WhenRead_ThenTheTimeOfReceiptIsUsed(string meta, string warning)
    {
        var unit = Part($$"""{"resourceType":"ImagingStudy","id":"1","meta":{ {{meta}} } }""").Units.Single();

        Assert.Equal(FhirSending.ReceivedAt, unit.Clock.Transaction.Start);
        Assert.Equal([warning], FhirSending.Codes(unit));
    }

    [Theory]
    [InlineData("", "empty-payload-query-scheduled")]
    [InlineData(" \r\n", "empty-payload-query-scheduled")]
    public void GivenAnEmptyRestHook_WhenRead_ThenAQueryIsDue(string body, string reason)
    {
        var message = FhirSending.Read(body, ("fhir-time", "2026-03-02T15:59:00Z"));

        Assert.Equal("empty", message.MessageType);
        Assert.Equal(reason, message.Parts.Single().IgnoredReason);
        Assert.EndsWith("/empty@2026-03-02T15:59:00Z", message.Parts.Single().BaseKey, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "FHR-001")]
    [InlineData("[]", "FHR-001")]
    [InlineData("{\"resourceType\":7}", "FHR-001")]
    [InlineData("{\"resourceType\":\"ImagingStudy\",\"description\":\"\\ud800\"}", "FHR-001")] // Half a character.
    [InlineData("{\"resourceType\":\"Patient\"}", "FHR-002")]
    [InlineData("{\"resourceType\":\"Parameters\"}", "FHR-002")]
    [InlineData("{\"resourceType\":\"Nothing of that kind\"}", "FHR-002")]
    public void GivenABodyThatCannotBeUsed_WhenRead_ThenItIsRejectedUnderItsRawKey(string body, string code)
    {
        var part = Part(body);

        Assert.Equal(code, part.Rejection?.Code);
        Assert.Equal(MappedPart.RawKey(Encoding.UTF8.GetBytes(body)), part.BaseKey);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("ris")] // A source of another kind does not send FHIR.
    public void GivenASourceThatIsNoFhirSource_WhenRead_ThenItIsRefused(string sourceId)
    {
        var rules = Hl7Sending.Rules(FhirSending.Pacs, Hl7Sending.Ris);
        var inbound = FhirSending.Inbound(FhirSending.Pacs with { SourceId = sourceId }, Encoding.UTF8.GetBytes(FhirSending.Study()));

        var message = IntegrationWorker.Mapping.Fhir.FhirReader.Read(inbound, rules);

        Assert.Equal("SRC-001", message.Parts.Single().Rejection?.Code);
    }

    [Fact]
    public void GivenABodyBeyondTheLimit_WhenRead_ThenItIsRejected() =>
        Assert.Equal("FHR-001", FhirSending.Read(FhirSending.Pacs, new byte[(5 * 1024 * 1024) + 1]).Parts.Single().Rejection?.Code);

    [Theory]
    [InlineData("metadata", "None", 1)]
    [InlineData("cancel", "Cancel", 1)]
    [InlineData("ignore", "None", 0)]
    public void GivenADelete_WhenRead_ThenTheSourceSaysWhatItMeans(string onDelete, string signal, int units)
    {
        var source = FhirSending.Pacs with { FhirOnDelete = onDelete };
        var message = FhirSending.Read(
            source, "", ("fhir-interaction", "delete"), ("fhir-url", "https://fhir.example.org/r4/ImagingStudy/is-1"), ("fhir-time", "2026-03-02T15:00:00Z"));

        Assert.Equal("delete", message.MessageType);
        Assert.Equal("fhir/pacs/ImagingStudy/is-1/deleted@2026-03-02T15:00:00Z", message.Parts.Single().BaseKey);
        Assert.Equal(units, message.Parts.Single().Units.Count);
        Assert.All(message.Parts.Single().Units, unit => Assert.Equal(signal, unit.Signal.ToString()));
        Assert.All(message.Parts.Single().Units, unit => Assert.Equal(new Identifier("ImagingStudy/is-1", "pacs"), unit.Identity.FhirResource));
    }

    [Theory]
    [InlineData("Patient/1", "FHR-002")]
    [InlineData("nowhere", "FHR-001")]
    public void GivenADeleteOfSomethingElse_WhenRead_ThenItIsRejected(string url, string code) =>
        Assert.Equal(code, FhirSending.Read("", ("fhir-interaction", "delete"), ("fhir-url", url)).Parts.Single().Rejection?.Code);

    private static MappedPart Part(string body) => FhirSending.Read(body).Parts.Single();
}
