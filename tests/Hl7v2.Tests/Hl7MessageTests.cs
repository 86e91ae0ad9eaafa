using System.Text;

namespace Hl7v2.Tests;

public sealed class Hl7MessageTests
{
    [Theory]
    [InlineData("MSH|^~\\&|A\rPID|1\rOBR|1\r")]
    [InlineData("MSH|^~\\&|A\nPID|1\nOBR|1")]
    [InlineData("MSH|^~\\&|A\r\nPID|1\r\nOBR|1\r\n")]
    [InlineData("MSH|^~\\&|A\r\r \t\rPID|1\r\r\nOBR|1\r\r")] // Blank lines are no segments.
    [InlineData("\u000B\r\n MSH|^~\\&|A\rPID|1\rOBR|1\r\u001C\r\0")]
    public void GivenAnyLineEnd_WhenParsed_ThenSegmentsAreTheSame(string text)
    {
        var message = Parse(text);

        Assert.Equal(3, message.Count);
        Assert.Equal("MSH|^~\\&|A", message[0].ToString());
        Assert.Equal("PID|1", message[1].ToString());
        Assert.Equal("OBR|1", message[2].ToString());
    }

    [Fact]
    public void GivenSeveralSegmentsOfAName_WhenSearched_ThenFoundFromThePositionOn()
    {
        var message = Parse("MSH|^~\\&|A\rOBR|1\rOBX|1\rOBR|2\rOBR\r");

        Assert.Equal(1, message.IndexOf("OBR"));
        Assert.Equal(3, message.IndexOf("OBR", 2));
        Assert.Equal(4, message.IndexOf("OBR", 4)); // A name alone is a segment.
        Assert.Equal(-1, message.IndexOf("OBR", 5));
        Assert.Equal(-1, message.IndexOf("OBR", 99));
        Assert.Equal(1, message.IndexOf("OBR", -1));
        Assert.Equal("1", message.Find("OBX")[1].ToString());
    }

    [Theory]
    [InlineData("OB")]
    [InlineData("OBRX")]
    [InlineData("obr")]
    [InlineData("PID")]
    [InlineData("")]
    public void GivenNoSegmentOfTheName_WhenSearched_ThenAnAbsentOneWithAbsentFields(string name)
    {
        var message = Parse("MSH|^~\\&|A\rOBR|1\r");

        var segment = message.Find(name);

        Assert.Equal(-1, message.IndexOf(name));
        Assert.True(segment.IsAbsent);
        Assert.True(segment[44].IsAbsent);
        Assert.True(segment[44].Component(2).Subcomponent(3).IsAbsent);
        Assert.Equal("", segment[44].ToText());
        Assert.Equal(0, segment.FieldCount);
        Assert.Equal("", segment.Name.ToString());
    }

    [Theory]
    [InlineData("", Hl7ReadFault.Empty)]
    [InlineData("\r\n \u000B\u001C\r", Hl7ReadFault.Empty)]
    [InlineData("PID|1", Hl7ReadFault.NotHl7)]
    [InlineData("msh|^~\\&|", Hl7ReadFault.NotHl7)]
    [InlineData("MS", Hl7ReadFault.NotHl7)]
    [InlineData("{\"resourceType\":\"Bundle\"}", Hl7ReadFault.NotHl7)]
    [InlineData("MSH", Hl7ReadFault.Delimiters)]
    [InlineData("MSH|^^", Hl7ReadFault.Delimiters)]
    [InlineData("FHS|^~\\&|A\rBHS|^~\\&\rMSH|^~\\&|A", Hl7ReadFault.Batch)]
    [InlineData("BHS|^~\\&\rMSH|^~\\&|A", Hl7ReadFault.Batch)]
    [InlineData("MSH|^~\\&|A\rPID|1\rMSH|^~\\&|A", Hl7ReadFault.Batch)] // Two messages, each for its own patient.
    [InlineData("MSH|^~\\&|A\0B", Hl7ReadFault.CharacterSet)]
    public void GivenTextThatIsNoMessage_WhenParsed_ThenTheFaultSaysWhy(string text, Hl7ReadFault expected)
    {
        var parsed = Hl7Message.TryParse(text, Encoding.UTF8, out var message, out var fault);

        Assert.False(parsed);
        Assert.Null(message);
        Assert.Equal(expected, fault);
    }

    // Numbers, because the data of a theory cannot hold half a pair.
    [Theory]
    [InlineData(0xD83D, 'B')]
    [InlineData(0xDE00, 'B')]
    [InlineData(0xDE00, 0xD83D)]
    [InlineData('B', 0xD83D)]
    public void GivenHalfASurrogatePair_WhenParsed_ThenTheCharacterSetIsAtFault(int first, int second)
    {
        var parsed = Hl7Message.TryParse($"MSH|^~\\&|{(char)first}{(char)second}", Encoding.UTF8, out _, out var fault);

        Assert.False(parsed);
        Assert.Equal(Hl7ReadFault.CharacterSet, fault);
    }

    [Fact]
    public void GivenSurrogatePairs_WhenParsed_ThenKept()
    {
        var message = Parse("MSH|^~\\&|A\U0001F600B\U0001F600");

        Assert.Equal("A\U0001F600B\U0001F600", message[0][3].ToText());
    }

    [Fact]
    public void GivenACharset_WhenTextIsHexadecimal_ThenItsBytesAreReadInIt()
    {
        Assert.True(Hl7Message.TryParse("MSH|^~\\&|\\XE9\\", Encoding.Latin1, out var latin, out _));
        Assert.True(Hl7Message.TryParse("MSH|^~\\&|\\XE9\\", Encoding.ASCII, out var ascii, out _));

        Assert.Equal("é", latin[0][3].ToText());
        Assert.Equal("\\XE9\\", ascii[0][3].ToText()); // An encoding that would replace is not asked to.
    }

    private static Hl7Message Parse(string text)
    {
        Assert.True(Hl7Message.TryParse(text, Encoding.UTF8, out var message, out var fault));
        Assert.Equal(Hl7ReadFault.None, fault);
        return message;
    }
}
