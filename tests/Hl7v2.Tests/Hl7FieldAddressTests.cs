using System.Text;

namespace Hl7v2.Tests;

public sealed class Hl7FieldAddressTests
{
    [Theory]
    [InlineData("PV1-44", "PV1", 44, 0, 0)]
    [InlineData("OBR-27.6", "OBR", 27, 6, 0)]
    [InlineData("ZDS-1.1.2", "ZDS", 1, 1, 2)]
    public void GivenAnAddress_WhenParsed_ThenItsPartsAreKnownAndItIsWrittenTheSame(
        string text, string segment, int field, int component, int subcomponent)
    {
        Assert.True(Hl7FieldAddress.TryParse(text, out var address));

        Assert.Equal(new Hl7FieldAddress(segment, field, component, subcomponent), address);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("OBR")]
    [InlineData("OBR-")]
    [InlineData("OBR-0")]
    [InlineData("OBR-1.0")]
    [InlineData("OBR-1.")]
    [InlineData("OBR-1.2.3.4")]
    [InlineData("OBR-+1")]
    [InlineData("OBR- 1")]
    [InlineData("OBR-1000")]
    [InlineData("OBR-99999999999")]
    [InlineData("obr-1")]
    [InlineData("1BR-1")]
    [InlineData("OBRX-1")]
    [InlineData("OBR.1")]
    public void GivenWhatIsNoAddress_WhenParsed_ThenRefused(string? text)
    {
        Assert.False(Hl7FieldAddress.TryParse(text, out var address));

        Assert.Equal(default, address);
    }

    [Theory]
    [InlineData("OBR-2", "a&b^c~d")]
    [InlineData("OBR-2.1", "a&b")]
    [InlineData("OBR-2.1.2", "b")]
    [InlineData("OBR-2.2.1", "c")]
    [InlineData("OBR-3", "")]
    [InlineData("ORC-2", "")] // Another segment.
    public void GivenASegment_WhenRead_ThenWhatStandsThere(string text, string expected)
    {
        Assert.True(Hl7FieldAddress.TryParse(text, out var address));
        Assert.True(Hl7Message.TryParse("MSH|^~\\&|A\rOBR|1|a&b^c~d", Encoding.UTF8, out var message, out _));

        Assert.Equal(expected, address.Of(message.Find("OBR")).ToString());
        Assert.True(address.Of(message.Find("PV1")).IsAbsent);
    }

    [Fact]
    public void GivenTheDefaultValue_WhenRead_ThenAbsent()
    {
        Assert.True(Hl7Message.TryParse("MSH|^~\\&|A", Encoding.UTF8, out var message, out _));

        Assert.True(default(Hl7FieldAddress).Of(message[0]).IsAbsent);
    }
}
