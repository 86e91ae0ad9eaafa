using System.Text;

namespace Hl7v2.Tests;

public sealed class Hl7SegmentTests
{
    [Fact]
    public void GivenMsh_WhenFieldsAreRead_ThenNumbersAreThoseOfTheStandard()
    {
        var header = Segment(0, "MSH|^~\\&|APP|FAC^1.2^ISO|||20260302||ORM^O01|ID1|P|2.5");

        Assert.Equal("|", header[1].ToString());
        Assert.Equal("^~\\&", header[2].ToText()); // Neither split nor unescaped.
        Assert.False(header[2].HasComponents);
        Assert.Equal("^~\\&", header[2].Component(1).ToString());
        Assert.Equal("APP", header[3].ToString());
        Assert.Equal("1.2", header[4].Component(2).ToString());
        Assert.Equal("O01", header[9].Component(2).ToString());
        Assert.Equal("2.5", header[12].ToString());
        Assert.True(header[13].IsAbsent);
        Assert.Equal(12, header.FieldCount);
    }

    [Fact]
    public void GivenAnySegment_WhenFieldsAreRead_ThenNumbersCountFromOne()
    {
        var segment = Segment(1, "MSH|^~\\&|A\rOBR|1|P1^EHR||CODE");

        Assert.Equal("OBR", segment.Name.ToString());
        Assert.True(segment.Is("OBR"));
        Assert.Equal("1", segment[1].ToString());
        Assert.Equal("P1^EHR", segment[2].ToString());
        Assert.True(segment[3].IsAbsent);
        Assert.Equal("CODE", segment[4].ToString());
        Assert.True(segment[5].IsAbsent);
        Assert.Equal(4, segment.FieldCount);
    }

    [Theory]
    [InlineData("OBR", 0)]
    [InlineData("OBR|", 1)]
    [InlineData("OBR||||", 4)]
    [InlineData("a line of a report that was wrapped", 0)]
    public void GivenAShortSegment_WhenCounted_ThenEmptyFieldsCount(string sent, int expected)
    {
        var segment = Segment(1, "MSH|^~\\&|A\r" + sent);

        Assert.Equal(expected, segment.FieldCount);
        Assert.True(segment[Math.Max(expected, 1)].IsAbsent);
    }

    [Fact]
    public void GivenOtherDelimiters_WhenRead_ThenTheySplit()
    {
        var segment = Segment(1, "MSH$%*!@$A\rOBR$1$P1%E|HR@2*P2$a!F!b");

        Assert.Equal("E|HR", segment[2].Component(2).Subcomponent(1).ToString());
        Assert.Equal("P2", segment[2].Repetition(2).ToString());
        Assert.Equal("a$b", segment[3].ToText());
    }

    [Fact]
    public void GivenANumberBelowOne_WhenRead_ThenItIsOurMistake()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Segment(0, "MSH|^~\\&|A")[0].IsAbsent);
        Assert.Throws<ArgumentOutOfRangeException>(() => Segment(0, "MSH|^~\\&|A")[3].Component(0).IsAbsent);
    }

    private static Hl7Segment Segment(int index, string text)
    {
        Assert.True(Hl7Message.TryParse(text, Encoding.UTF8, out var message, out _));
        return message[index];
    }
}
