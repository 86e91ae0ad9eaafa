using System.Text;

namespace Hl7v2.Tests;

public sealed class Hl7DecoderTests
{
    private static readonly byte[] Message = "MSH|^~\\&|A\rPID|1"u8.ToArray();

    [Theory]
    [InlineData("", "")]
    [InlineData("0B", "1C0D")]
    [InlineData("EFBBBF", "")]
    [InlineData("0BEFBBBF", "0D1C0D")]
    [InlineData("EFBBBF0B", "0D0A")]
    [InlineData("0D0A0D0A2009", "0D")]
    [InlineData("", "0D00")] // A terminating NUL that a sender counted in.
    public void GivenFramingAroundAMessage_WhenDecoded_ThenItIsRemoved(string before, string after)
    {
        byte[] body = [.. Convert.FromHexString(before), .. Message, .. Convert.FromHexString(after)];

        var decoded = Hl7Decoder.Decode(body, defaultCharset: null);

        Assert.Equal(Hl7ReadFault.None, decoded.Fault);
        Assert.Equal("MSH|^~\\&|A\rPID|1", decoded.Message?.Text);
        Assert.False(decoded.Utf8Overrode);
    }

    [Theory]
    [InlineData("", Hl7ReadFault.Empty)]
    [InlineData("\u000B\u001C\r", Hl7ReadFault.Empty)]
    [InlineData("PID|1", Hl7ReadFault.NotHl7)]
    [InlineData("M", Hl7ReadFault.NotHl7)]
    [InlineData("MSH", Hl7ReadFault.Delimiters)]
    [InlineData("MSH|^~\\&#!|A", Hl7ReadFault.Delimiters)]
    [InlineData("MSH\u00A7^~\\&\u00A7A", Hl7ReadFault.Delimiters)] // One byte in Latin-1, but not in every set.
    [InlineData("FHS|^~\\&|A\rMSH|^~\\&|A", Hl7ReadFault.Batch)]
    [InlineData("BHS|^~\\&|A", Hl7ReadFault.Batch)]
    [InlineData("MSH|^~\\&|A\rMSH|^~\\&|B", Hl7ReadFault.Batch)]
    [InlineData("MSH|^~\\&|A\0B", Hl7ReadFault.CharacterSet)]
    [InlineData("MSH|^~\\&|A\rPID|\u00E9", Hl7ReadFault.CharacterSet)]
    public void GivenABodyThatIsNoMessage_WhenDecoded_ThenTheFaultSaysWhy(string body, Hl7ReadFault expected)
    {
        var decoded = Hl7Decoder.Decode(Encoding.Latin1.GetBytes(body), defaultCharset: null);

        Assert.Equal(expected, decoded.Fault);
        Assert.Null(decoded.Message);
        Assert.Equal("UNICODE UTF-8", decoded.Charset);
    }

    [Fact]
    public void GivenUtf16_WhenDecoded_ThenItIsNoMessage()
    {
        var decoded = Hl7Decoder.Decode([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("MSH|^~\\&|A")], defaultCharset: null);

        Assert.Equal(Hl7ReadFault.NotHl7, decoded.Fault);
    }

    [Theory]
    [InlineData("MSH|^~\\&|A||||||||||||||| 8859/1 \rPID|1", "8859/1")]
    [InlineData("MSH|^~\\&|A|||||||||||||||8859/1~8859/2|X\rPID|1", "8859/1")]
    [InlineData("MSH$%~\\&$A$$$$$$$$$$$$$$$8859/1$X\nPID|1", "8859/1")]
    [InlineData("MSH|^~\\&|A\rPID|||||||||||||||8859/1", "UNICODE UTF-8")] // Not MSH.
    [InlineData("MSH|^~\\&|A|||||||||||||||~8859/1", "UNICODE UTF-8")] // The first repetition counts.
    public void GivenMsh18_WhenDecoded_ThenItsFirstRepetitionNamesTheSet(string body, string expected)
    {
        var decoded = Hl7Decoder.Decode(Encoding.ASCII.GetBytes(body), defaultCharset: null);

        Assert.Equal(expected, decoded.Charset);
        Assert.Equal(expected == "8859/1" ? 28591 : 65001, decoded.Message?.Charset.CodePage);
    }

    [Theory]
    [InlineData("", "8859/2", "8859/2", "ł")]
    [InlineData("8859/1", "8859/2", "8859/1", "³")]
    [InlineData("", " 8859/2 ", "8859/2", "ł")]
    public void GivenADefaultOfTheSource_WhenDecoded_ThenItCountsForAnEmptyMsh18(
        string msh18, string defaultCharset, string charset, string expected)
    {
        var decoded = Hl7Decoder.Decode(Body(msh18, 0xB3), defaultCharset);

        Assert.Equal(charset, decoded.Charset);
        Assert.Equal(expected, decoded.Message?.Find("PID")[1].ToText());
    }

    [Theory]
    [InlineData("KLINGON", "KLINGON")]
    [InlineData("UNICODE UTF-16", "UNICODE UTF-16")]
    [InlineData("a long name that nobody gave to any character set", "unknown")] // Could be content: not for an error text.
    [InlineData("A\tB", "unknown")]
    public void GivenAnUnknownName_WhenDecoded_ThenRefusedByName(string msh18, string expected)
    {
        var decoded = Hl7Decoder.Decode(Body(msh18, (byte)'A'), defaultCharset: "8859/1");

        Assert.Equal(Hl7ReadFault.CharacterSet, decoded.Fault);
        Assert.Equal(expected, decoded.Charset);
    }

    [Theory]
    [InlineData("8859/1")]
    [InlineData("8859/15")]
    [InlineData("ASCII")]
    [InlineData("ISO IR6")]
    [InlineData("WINDOWS-1252")]
    public void GivenUtf8UnderASingleByteName_WhenDecoded_ThenTheBytesWin(string msh18)
    {
        var decoded = Hl7Decoder.Decode(Body(msh18, "Épaule"u8), defaultCharset: null);

        Assert.True(decoded.Utf8Overrode);
        Assert.Equal(msh18, decoded.Charset);
        Assert.Equal("Épaule", decoded.Message?.Find("PID")[1].ToText());
        Assert.Equal(65001, decoded.Message?.Charset.CodePage);
    }

    [Fact]
    public void GivenLatinBytesUnderALatinName_WhenDecoded_ThenTheNameCounts()
    {
        var decoded = Hl7Decoder.Decode(Body("8859/1", Encoding.Latin1.GetBytes("Épaule numérisée")), defaultCharset: null);

        Assert.False(decoded.Utf8Overrode);
        Assert.Equal("Épaule numérisée", decoded.Message?.Find("PID")[1].ToText());
    }

    [Fact]
    public void GivenUtf8UnderItsOwnName_WhenDecoded_ThenNothingWasOverridden()
    {
        var decoded = Hl7Decoder.Decode(Body("UNICODE UTF-8", "É"u8), defaultCharset: null);

        Assert.False(decoded.Utf8Overrode);
        Assert.Equal("É", decoded.Message?.Find("PID")[1].ToText());
    }

    [Theory]
    [InlineData("", "C3")]
    [InlineData("UNICODE UTF-8", "C328")]
    [InlineData("UTF-8", "EDA080")] // Half a surrogate pair.
    [InlineData("UTF-8", "C080")] // NUL in two bytes.
    [InlineData("ASCII", "E9")]
    [InlineData("8859/6", "A1")] // A byte without a character in this set.
    [InlineData("8859/8", "BF")]
    [InlineData("GB 18030-2000", "FF41")]
    [InlineData("KS X 1001", "B0")]
    [InlineData("KS X 1001", "FF41")]
    [InlineData("BIG-5", "80")]
    [InlineData("CNS 11643-1992", "8EA2A1A1")] // Plane 2, which the platform would read as other characters.
    public void GivenBytesThatDoNotDecode_WhenDecoded_ThenRefusedAndNothingIsReplaced(string msh18, string bytes)
    {
        var decoded = Hl7Decoder.Decode(Body(msh18, Convert.FromHexString(bytes)), defaultCharset: null);

        Assert.Equal(Hl7ReadFault.CharacterSet, decoded.Fault);
        Assert.Null(decoded.Message);
    }

    private static byte[] Body(string msh18, params ReadOnlySpan<byte> patient) =>
        [.. Encoding.ASCII.GetBytes($"MSH|^~\\&|A|||||||||||||||{msh18}\rPID|"), .. patient];
}
