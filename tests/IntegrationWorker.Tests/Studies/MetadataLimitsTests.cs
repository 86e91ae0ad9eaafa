using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Studies;

/// <summary>How long values may be and what is withheld. docs/mapping.md §3.7, §3.8, §9.</summary>
public sealed class MetadataLimitsTests
{
    private readonly List<Notice> _warnings = [];

    [Theory]
    [InlineData("ris.accessionNumber", true)]
    [InlineData("ris.requestedProcedureId", true)]
    [InlineData("fhir.id", true)]
    [InlineData("patient.id", true)]
    [InlineData("visit.number", true)]
    [InlineData("ris.placerOrderNumber", true)]
    [InlineData("ris.fillerOrderNumber", true)]
    [InlineData("ris.procedureCode", true)]
    [InlineData("ris.stationAeTitle", true)]
    [InlineData("ris.statusReason", false)]
    [InlineData("patient.name", false)]
    public void GivenAKey_WhenItsValueIsTooLong_ThenAnIdentifierIsDroppedAndATextIsCut(string key, bool isIdentifier)
    {
        var fit = MetadataLimits.Fit(key, new string('x', 1001), _warnings);

        Assert.Equal(isIdentifier ? null : new string('x', 999) + "…", fit);
        Assert.Equal([isIdentifier ? Codes.IdentifierTooLong : Codes.ValueCut], _warnings.Select(warning => warning.Code));
    }

    [Theory]
    [InlineData("ris.accessionNumber", true)]
    [InlineData("ris.requestedProcedureId", true)]
    [InlineData("patient.class", true)]
    [InlineData("visit.number", true)]
    [InlineData("ris.placerOrderNumber", true)]
    [InlineData("ris.fillerOrderNumber", true)]
    [InlineData("ris.orderingProvider", true)]
    [InlineData("ris.modality", false)]
    [InlineData("fhir.id", false)]
    public void GivenAKey_WhenAnEventIsWritten_ThenWhatNamesAPersonOrAnOrderIsWithheld(string key, bool isRedacted) =>
        Assert.Equal(isRedacted, MetadataLimits.IsRedacted(key));

    [Fact]
    public void GivenTheMostThatFits_WhenItIsAsked_ThenNothingIsCut()
    {
        var whole = new string('x', 1000);

        Assert.Equal(whole, MetadataLimits.Fit("ris.statusReason", whole, _warnings));
        Assert.Equal(whole, MetadataLimits.FitDescription(whole, _warnings));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void GivenATextWhoseCutWouldSplitAPair_WhenItIsCut_ThenThePairIsLeftOut()
    {
        // Two units for one sign: the second of them would be the first that does not fit.
        var value = MetadataLimits.Fit("ris.statusReason", new string('x', 998) + "🦴🦴", _warnings);
        var description = MetadataLimits.FitDescription(new string('x', 999) + "🦴", _warnings);

        Assert.Equal(new string('x', 998) + "…", value);
        Assert.Equal(new string('x', 999), description);
    }
}
