using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Mapping.Fhir;

/// <summary>Bundles that are no notifications. docs/mapping.md §7.1.</summary>
public sealed class FhirBundleTests
{
    private const string Base = "https://fhir.example.org/r4/";

    [Theory]
    [InlineData("collection")]
    [InlineData("searchset")]
    [InlineData("transaction")]
    [InlineData("batch")]
    [InlineData("history")]
    public void GivenABundle_WhenRead_ThenEachImagingStudyIsAPartOfItsOwn(string type)
    {
        var message = FhirSending.Read(FhirSending.Bundle(
            type,
            FhirSending.Entry(FhirSending.Study(id: "a")),
            FhirSending.Entry("""{"resourceType":"Patient","id":"p"}"""),
            FhirSending.Entry(FhirSending.Study(id: "b", version: "4"))));

        Assert.Equal($"Bundle/{type}", message.MessageType);
        Assert.Equal(["fhir/pacs/ImagingStudy/a/1", "fhir/pacs/ImagingStudy/b/4"], message.Parts.Select(part => part.BaseKey));
        Assert.All(message.Parts, part => Assert.Equal(1, part.Units.Single().Number));
        Assert.Null(message.Notification);
    }

    [Theory]
    [InlineData("ServiceRequest/r", Base + "ServiceRequest/r")]
    [InlineData("urn:uuid:0b9d3c3a-5a2e-4c0e-8f57-aefe794495fd", "urn:uuid:0b9d3c3a-5a2e-4c0e-8f57-aefe794495fd")]
    [InlineData(Base + "ServiceRequest/r", Base + "ServiceRequest/r")]
    [InlineData("ServiceRequest/r/_history/2", Base + "ServiceRequest/r")]
    public void GivenARequestInTheSameBundle_WhenRead_ThenItsPriorityCounts(string reference, string fullUrl)
    {
        var message = FhirSending.Read(FhirSending.Bundle(
            "transaction",
            FhirSending.Entry(FhirSending.Study($"\"basedOn\":[{{\"reference\":\"{reference}\"}}]")),
            FhirSending.Entry("""{"resourceType":"ServiceRequest","id":"r","priority":"asap"}""", fullUrl)));

        Assert.Equal("high", message.Parts.Single().Units.Single().Fields[FieldNames.Severity].Value);
    }

    [Fact]
    public void GivenABundleThatIsNoNotification_WhenItIsPostedToTheHook_ThenItsStudiesAreTakenAllTheSame() =>
        Assert.Equal(
            "fhir/pacs/ImagingStudy/a/1",
            FhirSending.Read(FhirSending.Bundle("transaction", FhirSending.Entry(FhirSending.Study(id: "a"))), ("fhir-interaction", "notify")).Parts.Single().BaseKey);

    [Fact]
    public void GivenTheSameVersionTwice_WhenRead_ThenItIsOnePart() =>
        Assert.Single(FhirSending.Read(FhirSending.Bundle("searchset", FhirSending.Entry(FhirSending.Study()), FhirSending.Entry(FhirSending.Study()))).Parts);

    [Fact]
    public void GivenADeletedEntry_WhenRead_ThenItIsADelete()
    {
        var message = FhirSending.Read(FhirSending.Bundle(
            "history", """{"fullUrl":"https://fhir.example.org/r4/ImagingStudy/gone","request":{"method":"DELETE","url":"ImagingStudy/gone"}}"""));

        Assert.Equal("fhir/pacs/ImagingStudy/gone/deleted@2026-03-02T15:30:00Z", message.Parts.Single().BaseKey);
        Assert.Equal(UnitKind.FhirDelete, message.Parts.Single().Units.Single().Kind);
    }

    [Theory]
    [InlineData("""{"resource":{"resourceType":"Patient","id":"p"}}""", "not-imaging")]
    [InlineData("", "nothing-asserted")]
    public void GivenNoImagingStudy_WhenRead_ThenTheBundleIsIgnored(string entries, string reason) =>
        Assert.Equal(reason, FhirSending.Read(FhirSending.Bundle("collection", entries)).Parts.Single().IgnoredReason);

    /// <summary>One damaged resource costs its neighbours nothing.</summary>
    [Fact]
    public void GivenADamagedResourceBesideAGoodOne_WhenRead_ThenOnlyTheDamagedOneIsRejected()
    {
        var message = FhirSending.Read(FhirSending.Bundle(
            "collection", FhirSending.Entry($$"""{"resourceType":"ImagingStudy","id":"{{new string('x', 200)}}"}"""), FhirSending.Entry(FhirSending.Study())));

        Assert.Equal(["FHR-001", null], message.Parts.Select(part => part.Rejection?.Code));
    }
}
