using System.Globalization;
using System.Text;
using System.Text.Json;
using IntegrationWorker.Decoding;
using Xunit;

namespace IntegrationWorker.Tests.Decoding;

/// <summary>RFC 8785, with the samples of its appendices that can be written down.</summary>
public sealed class JsonCanonicalTests
{
    [Theory]
    [InlineData("""{"b":1,"a":[true,null,"x"]}""", """{"a":[true,null,"x"],"b":1}""")]
    [InlineData("""{ "\u20ac":1, "\r":2, "\ufb33":3, "1":4, "\ud83d\ude00":5, "\u0080":6, "\u00f6":7 }""", "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}")]
    [InlineData("""{"s":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"}""", """{"s":"€$\u000f\nA'B\"\\\\\"/"}""")]
    [InlineData("[1E30, 4.50, 2e-3, 0.000000000000000000000000001, 333333333.33333329]", "[1e+30,4.5,0.002,1e-27,333333333.3333333]")]
    [InlineData("[-0, 0.0, 1e21, 1e20, 123456789012345678901]", "[0,0,1e+21,100000000000000000000,123456789012345680000]")]
    public void GivenJson_WhenWritten_ThenItIsCanonical(string sent, string canonical)
    {
        using var document = JsonDocument.Parse(sent);

        Assert.Equal(canonical, Encoding.UTF8.GetString(JsonCanonical.Write(document.RootElement).Span));
    }

    [Theory]
    [InlineData("0000000000000001", "5e-324")]
    [InlineData("7fefffffffffffff", "1.7976931348623157e+308")]
    [InlineData("4340000000000000", "9007199254740992")]
    [InlineData("4430000000000000", "295147905179352830000")]
    [InlineData("44b52d02c7e14af6", "1e+23")]
    [InlineData("444b1ae4d6e2ef4e", "999999999999999700000")]
    [InlineData("3eb0c6f7a0b5ed8d", "0.000001")]
    [InlineData("41b3de4355555556", "333333333.3333334")]
    [InlineData("becbf647612f3696", "-0.0000033333333333333333")]
    public void GivenANumberOfTheAppendix_WhenWritten_ThenItIsAsThere(string bits, string text) =>
        Assert.Equal(text, JsonCanonical.Number(BitConverter.Int64BitsToDouble(long.Parse(bits, NumberStyles.HexNumber))));

    /// <summary>One value, spelled in many ways.</summary>
    [Fact]
    public void GivenTheCanonicalForm_WhenWrittenAgain_ThenItStays()
    {
        using var sent = JsonDocument.Parse("""{"z":{"b":[1.50,"\u00e9"],"a":null},"a":"\t\u007f"}""");
        var once = JsonCanonical.Write(sent.RootElement);
        using var again = JsonDocument.Parse(once);

        Assert.Equal(once.ToArray(), JsonCanonical.Write(again.RootElement).ToArray());
    }
}
