using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Mapping.Hl7.Hl7Sending;

namespace IntegrationWorker.Tests.Mapping.Hl7;

public sealed class DocumentUnitTests
{
    [Theory]
    [InlineData("LA", "final")]
    [InlineData("AU", "final")]
    [InlineData("DI", "preliminary")]
    [InlineData("PA", "preliminary")]
    [InlineData("ZZ", null)]
    public void GivenACompletionStatus_WhenMapped_ThenLegallyAuthenticatedIsFinal(string status, string? result)
    {
        var unit = Unit(Ris, "MDM^T02", Segment("TXA", (14, "P1^EHR"), (15, "F1^RIS"), (17, status)));

        Assert.Equal(new Asserted(status, "TXA-17"), unit.Metadata["ris.documentStatus"]);
        Assert.Equal(result, unit.Procedures.SingleOrDefault()?.Facts["result"].Value);
        Assert.Equal(result is null ? ["MAP-103 TXA-17"] : [], Codes(unit));
        Assert.Equal(new Identity { Placer = new Identifier("P1", "EHR"), Filler = new Identifier("F1", "RIS") }, unit.Identity);
    }

    [Fact]
    public void GivenNoOrderNumber_WhenMapped_ThenItIsIgnored()
    {
        Assert.Equal("no-order-number", Unit(Ris, "MDM^T02", Segment("TXA", (12, "D1"), (17, "LA"))).IgnoredReason);
    }

    [Fact]
    public void GivenNoCompletionStatus_WhenMapped_ThenNothingIsAsserted()
    {
        Assert.Equal("nothing-asserted", Unit(Ris, "MDM^T02", Segment("TXA", (15, "F1"))).IgnoredReason);
    }
}
