using System.Security.Cryptography;
using System.Text;

namespace Hl7v2.Tests;

public sealed class Hl7CanonicalTests
{
    [Theory]
    [InlineData("MSH|^~\\&|A|\rPID|1||\rNTE|||\r", "MSH|^~\\&|A\rPID|1\rNTE")]
    [InlineData("MSH|^~\\&|A\nPID|1\r\n\r\nOBR|1", "MSH|^~\\&|A\rPID|1\rOBR|1")]
    [InlineData("MSH|^~\\&||||", "MSH|^~\\&")]
    [InlineData("MSH|^~\\&|A\rPID||a^^|b~|", "MSH|^~\\&|A\rPID||a^^|b~")] // Only whole fields at the end are what a resend loses.
    [InlineData("MSH$^~\\&$A$\rPID$1$$", "MSH$^~\\&$A\rPID$1")]
    public void GivenAMessage_WhenCanonical_ThenLineEndsAndTrailingEmptyFieldsDoNotCount(string sent, string expected)
    {
        Assert.Equal(expected, Hl7Canonical.ToText(Parse(sent), blankMessageTime: false, exclude: null));
    }

    [Theory]
    [InlineData("MSH|^~\\&|A|B|C|D|20260302||ORM^O01|1|P|2.5|77|x", "MSH|^~\\&|A|B|C|D|||ORM^O01|1|P|2.5||x")]
    [InlineData("MSH|^~\\&|A|B|C|D|20260302~20260303^x", "MSH|^~\\&|A|B|C|D")]
    [InlineData("MSH|^~\\&|A\rOBR|1|2|3|4|5|6|7|8|9|10|11|12|13", "MSH|^~\\&|A\rOBR|1|2|3|4|5|6|7|8|9|10|11|12|13")]
    public void GivenTheTimeOfTheMessage_WhenBlanked_ThenMsh7AndMsh13AreGone(string sent, string expected)
    {
        Assert.Equal(expected, Hl7Canonical.ToText(Parse(sent), blankMessageTime: true, exclude: null));
    }

    [Theory]
    [InlineData("OBR-2", "MSH|^~\\&|A\rOBR|1||x\rOBR|2||y\rOBX|1|keep")] // Every segment of the name, every repetition.
    [InlineData("OBR-3", "MSH|^~\\&|A\rOBR|1|a&b^c^d~e^f^g\rOBR|2|h\rOBX|1|keep")]
    [InlineData("OBR-2.2", "MSH|^~\\&|A\rOBR|1|a&b^^d~e^^g|x\rOBR|2|h|y\rOBX|1|keep")]
    [InlineData("OBR-2.3", "MSH|^~\\&|A\rOBR|1|a&b^c~e^f|x\rOBR|2|h|y\rOBX|1|keep")]
    [InlineData("OBR-2.1.1", "MSH|^~\\&|A\rOBR|1|&b^c^d~^f^g|x\rOBR|2||y\rOBX|1|keep")]
    [InlineData("OBR-2.1.2", "MSH|^~\\&|A\rOBR|1|a^c^d~e^f^g|x\rOBR|2|h|y\rOBX|1|keep")]
    [InlineData("PID-3", "MSH|^~\\&|A\rOBR|1|a&b^c^d~e^f^g|x\rOBR|2|h|y\rOBX|1|keep")]
    [InlineData("MSH-1", "MSH|^~\\&|A\rOBR|1|a&b^c^d~e^f^g|x\rOBR|2|h|y\rOBX|1|keep")] // Says how to read the rest.
    [InlineData("MSH-2", "MSH|^~\\&|A\rOBR|1|a&b^c^d~e^f^g|x\rOBR|2|h|y\rOBX|1|keep")]
    [InlineData("MSH-3", "MSH|^~\\&\rOBR|1|a&b^c^d~e^f^g|x\rOBR|2|h|y\rOBX|1|keep")]
    public void GivenAPlace_WhenExcluded_ThenLeftOutAndTheOthersKeepTheirPlaces(string place, string expected)
    {
        Assert.True(Hl7FieldAddress.TryParse(place, out var address));
        var message = Parse("MSH|^~\\&|A\rOBR|1|a&b^c^d~e^f^g|x\rOBR|2|h|y\rOBX|1|keep\r");

        Assert.Equal(expected, Hl7Canonical.ToText(message, blankMessageTime: false, [address]));
    }

    [Fact]
    public void GivenSeveralPlaces_WhenExcluded_ThenAllAreLeftOut()
    {
        var message = Parse("MSH|^~\\&|A|B|C|D|2026\rPV1|1|I^x||z\rOBR|1|2\r");

        var text = Hl7Canonical.ToText(message, blankMessageTime: true, [new("PV1", 2, 2), new("PV1", 4), new("OBR", 1)]);

        Assert.Equal("MSH|^~\\&|A|B|C|D\rPV1|1|I\rOBR||2", text);
    }

    [Fact]
    public void GivenUnusedDelimiters_WhenComponentsAreExcluded_ThenTheWholeFieldIsItsFirstOne()
    {
        var message = Parse("MSH|^|A\rOBR|1|a~b&c^d|x");

        Assert.Equal("MSH|^|A\rOBR|1|^d|x", Hl7Canonical.ToText(message, blankMessageTime: false, [new("OBR", 2, 1)]));
        Assert.Equal("MSH|^|A\rOBR|1|a~b&c|x", Hl7Canonical.ToText(message, blankMessageTime: false, [new("OBR", 2, 2, 1)]));
    }

    [Fact]
    public void GivenATextBegun_WhenWritten_ThenAppended()
    {
        var text = new StringBuilder("hl7:|");

        Hl7Canonical.Write(Parse("MSH|^~\\&|||"), text, blankMessageTime: true, exclude: null);

        Assert.Equal("hl7:|MSH|^~\\&", text.ToString());
    }

    [Fact]
    public void GivenAResendWithANewTime_WhenCanonical_ThenTheTextIsTheSame()
    {
        var first = Parse("MSH|^~\\&|A|B|C|D|20260302100000-0600||ORM^O01|1|P|2.5\rORC|XO|1|2|||\r");
        var second = Parse("\u000BMSH|^~\\&|A|B|C|D|20260302110000-0600||ORM^O01|1|P|2.5|2|\r\nORC|XO|1|2\r\n\u001C\r");

        Assert.Equal(
            Hl7Canonical.ToText(first, blankMessageTime: true, exclude: null),
            Hl7Canonical.ToText(second, blankMessageTime: true, exclude: null));
    }

    [Fact]
    public void GivenMessagesOfAllLengths_WhenHashed_ThenItIsTheHashOfTheTextInUtf8()
    {
        foreach (var length in (int[])[0, 1, 700, 20_000, 100, 300_000, 3])
        {
            var message = Parse("MSH|^~\\&|A||||20260101|\rNTE|1||" + string.Concat(Enumerable.Repeat("ü𝄞", length)));

            Assert.Equal(
                SHA256.HashData(Encoding.UTF8.GetBytes(Hl7Canonical.ToText(message, blankMessageTime: true, exclude: null))),
                Hl7Canonical.Hash(message, blankMessageTime: true, exclude: null));
        }
    }

    private static Hl7Message Parse(string sent)
    {
        Assert.True(Hl7Message.TryParse(sent, Encoding.UTF8, out var message, out _));
        return message;
    }
}
