using System.Text;

namespace Hl7v2.Tests;

public sealed class Iso2022JpTests
{
    [Theory]
    [InlineData("\u001b$B;3ED\u001b(B", "山田")]
    [InlineData("\u001b$@;3ED\u001b(J", "山田")]
    [InlineData("\u001b$(B;3ED\u001b(H", "山田")]
    [InlineData("A\u001b$B;3\u001b(BB\u001b$BED\u001b(BC", "A山B田C")]
    [InlineData("\u001b$(D0!\u001b(B", "丂")] // JIS X 0212; in JIS X 0208 the same bytes are 亜.
    [InlineData("\u001b$B0!\u001b(B", "亜")]
    [InlineData("\u001b(I12\u001b(B12", "ｱｲ12")]
    [InlineData("\u001b(JA\\T\\B", "A&B")] // The yen sign of JIS X 0201 is the backslash of the message.
    [InlineData("\u001b$B!A!]\u001b(B", "～－")]
    [InlineData("\u001b$B!1!2\u001b(B", "￣＿")]
    [InlineData("\u001b$B\t;3\u001b(B", "\t山")]
    public void GivenSwitchedSets_WhenDecoded_ThenEachIsReadInItsOwn(string sent, string expected)
    {
        var decoded = Decode("ISO IR6~ISO IR87", sent);

        Assert.Equal(Hl7ReadFault.None, decoded.Fault);
        Assert.Equal(expected, decoded.Message?.Find("PID")[1].ToText());
    }

    [Fact]
    public void GivenDelimiterBytesInsideASwitch_WhenDecoded_ThenTheyAreTextAndNotDelimiters()
    {
        // 宮 ends in the byte of a backslash, ◇ in that of a tilde, マ in that of a caret, 慈 in that of a vertical bar.
        var message = Decode("", "a^\u001b$B1'ET5\\\u001b(B^\u001b$B!~%^;|\u001b(B|x").Message!;

        Assert.Equal("宇都宮", message.Find("PID")[1].Component(2).ToText());
        Assert.Equal("◇マ慈", message.Find("PID")[1].Component(3).ToText());
        Assert.Equal("x", message.Find("PID")[2].ToText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ISO IR6")]
    [InlineData("ISO IR87")]
    [InlineData("8859/1")]
    [InlineData("SOMETHING ELSE")] // The escape sequence says it all.
    public void GivenASwitchAnywhere_WhenDecoded_ThenItDecides(string msh18)
    {
        var decoded = Decode(msh18, "\u001b$B;3\u001b(B");

        Assert.Equal("山", decoded.Message?.Find("PID")[1].ToText());
        Assert.False(decoded.Utf8Overrode);
        Assert.Equal("ISO-2022-JP", decoded.Charset);
    }

    [Theory]
    [InlineData("ISO IR14")]
    [InlineData("ISO IR87")]
    [InlineData("ISO IR159")]
    public void GivenAJapaneseName_WhenNothingIsSwitched_ThenTheRightHalfIsKana(string msh18)
    {
        var decoded = Decode(msh18, "A\u00B1\u00DF");

        Assert.Equal("Aｱﾟ", decoded.Message?.Find("PID")[1].ToText());
    }

    [Fact]
    public void GivenMsh20NamesIso2022_WhenAnEscapeIsInTheBody_ThenItIsASwitch()
    {
        var decoded = Decode("8859/1||ISO 2022-1994", "\u001b-A\u00E9");

        Assert.Equal(Hl7ReadFault.CharacterSet, decoded.Fault); // A switch that is not Japanese is not read as something else.
    }

    [Fact]
    public void GivenMsh20NamesIso2022_WhenNothingIsSwitched_ThenTheFirstRepetitionCounts()
    {
        var decoded = Decode("8859/1||ISO 2022-1994", "\u00E9");

        Assert.Equal("é", decoded.Message?.Find("PID")[1].ToText());
    }

    [Fact]
    public void GivenASwitchThatIsNotUndone_WhenTheLineEnds_ThenTheNextOneBeginsInAscii()
    {
        var message = Decode("ISO IR87", "\u001b$B;3\rOBR|1").Message!;

        Assert.Equal("山", message.Find("PID")[1].ToText());
        Assert.Equal("1", message.Find("OBR")[1].ToText());
    }

    [Theory]
    [InlineData("\u001b$B;")] // Half a character.
    [InlineData("\u001b$B;\u001b(B")]
    [InlineData("\u001b$B;\r3")]
    [InlineData("\u001b$B)!\u001b(B")] // An empty row of JIS X 0208.
    [InlineData("\u001b$(D~~\u001b(B")]
    [InlineData("\u001b$)C;3")] // Korean.
    [InlineData("\u001b(Z12")]
    [InlineData("\u001b$B;3\u001b(B\u00E9")] // Neither kana nor anything else.
    [InlineData("\u001b$B;\u00B3\u001b(B")]
    [InlineData("\u001b(I`\u001b(B")]
    [InlineData("\u001b$")]
    public void GivenBytesOutsideTheSets_WhenDecoded_ThenRefused(string sent)
    {
        var decoded = Decode("ISO IR87", sent);

        Assert.Equal(Hl7ReadFault.CharacterSet, decoded.Fault);
    }

    [Fact]
    public void GivenHexadecimalJapanese_WhenUnescaped_ThenReadInTheSetOfTheMessage()
    {
        var message = Decode("ISO IR87", "\\X1B24423B331B2842\\ \u001b$B;3\u001b(B").Message!;

        Assert.Equal("山 山", message.Find("PID")[1].ToText());
    }

    [Fact]
    public void GivenJapaneseText_WhenWritten_ThenReadBackTheSame()
    {
        Assert.True(Hl7Charset.TryGet("ISO IR87", out var charset));
        var writer = new Hl7Writer(Hl7Delimiters.Usual, charset).Segment("MSH").Segment("PID").Field(1, "山田 ﾀﾛｳ A&B😀");

        var message = Hl7Decoder.Decode(writer.ToBytes(), defaultCharset: null).Message!;

        Assert.StartsWith("山田 ﾀﾛｳ A&B?", message.Find("PID")[1].ToText());
    }

    private static Hl7Decoded Decode(string msh18, string sent) =>
        Hl7Decoder.Decode(Encoding.Latin1.GetBytes($"MSH|^~\\&|A|||||||||||||||{msh18}\rPID|{sent}"), defaultCharset: null);
}
