using System.Text;

namespace Hl7v2.Tests;

public sealed class Hl7CharsetTests
{
    [Theory]
    [InlineData("ASCII", 20127)]
    [InlineData("ISO IR6", 20127)]
    [InlineData("8859/1", 28591)]
    [InlineData("8859/2", 28592)]
    [InlineData("8859/3", 28593)]
    [InlineData("8859/4", 28594)]
    [InlineData("8859/5", 28595)]
    [InlineData("8859/6", 28596)]
    [InlineData("8859/7", 28597)]
    [InlineData("8859/8", 28598)]
    [InlineData("8859/9", 28599)]
    [InlineData("8859/15", 28605)]
    [InlineData("ISO-8859-1", 28591)]
    [InlineData("iso8859-15", 28605)]
    [InlineData("UNICODE UTF-8", 65001)]
    [InlineData("unicode utf-8", 65001)]
    [InlineData("UNICODE", 65001)]
    [InlineData("UTF-8", 65001)]
    [InlineData(" utf8 ", 65001)]
    [InlineData("WINDOWS-1252", 1252)]
    [InlineData("GB 18030-2000", 54936)]
    [InlineData("KS X 1001", 949)]
    [InlineData("BIG-5", 950)]
    [InlineData("CNS 11643-1992", 20000)]
    [InlineData("ISO IR14", 50220)]
    [InlineData("ISO IR87", 50220)]
    [InlineData("ISO IR159", 50220)]
    public void GivenANameOfTable0211OrACommonSpelling_WhenLookedUp_ThenTheEncodingIsKnown(string name, int codePage)
    {
        Assert.True(Hl7Charset.TryGet(name, out var charset));

        Assert.Equal(codePage, charset.CodePage);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("8859/16")]
    [InlineData("UNICODE UTF-16")]
    [InlineData("UTF-7")]
    public void GivenAnotherName_WhenLookedUp_ThenUnknown(string? name)
    {
        Assert.False(Hl7Charset.TryGet(name, out var charset));

        Assert.Null(charset);
    }

    [Theory]
    [InlineData("8859/5", "BB", "Л")]
    [InlineData("8859/15", "A4", "€")]
    [InlineData("GB 18030-2000", "C4E3", "你")]
    [InlineData("GB 18030-2000", "90308130", "\U00010000")]
    [InlineData("KS X 1001", "B0A1", "가")]
    [InlineData("BIG-5", "A440", "一")]
    [InlineData("BIG-5", "B35C", "許")] // The second byte is a backslash.
    [InlineData("CNS 11643-1992", "C4A1", "一")]
    [InlineData("WINDOWS-1252", "80", "€")]
    public void GivenBytesOfASet_WhenDecoded_ThenTheCharacterIsRead(string msh18, string bytes, string expected)
    {
        byte[] body =
        [
            .. Encoding.ASCII.GetBytes($"MSH|^~\\&|A|||||||||||||||{msh18}\rPID|"),
            .. Convert.FromHexString(bytes),
            .. "^X"u8,
        ];

        var field = Hl7Decoder.Decode(body, defaultCharset: null).Message!.Find("PID")[1];

        Assert.Equal(expected, field.Component(1).ToText());
        Assert.Equal("X", field.Component(2).ToText());
    }
}
