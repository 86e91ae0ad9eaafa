using System.Text;

namespace Hl7v2.Tests;

public sealed class Hl7WriterTests
{
    [Fact]
    public void GivenFieldsInAnyOrder_WhenWritten_ThenEachStandsAtItsNumber()
    {
        var writer = new Hl7Writer(Hl7Delimiters.Usual, Encoding.UTF8)
            .Segment("MSH").Field(10, "1").Field(3, "WORKER").Component(9, 2, "O01").Component(9, 1, "ACK").Field(12, "")
            .Segment("MSA").Field(2, "A|B").Field(1, "AA").Field(5, null)
            .Segment("ZZZ");

        Assert.Equal("MSH|^~\\&|WORKER||||||ACK^O01|1\rMSA|AA|A\\F\\B\rZZZ\r", writer.ToString());
    }

    [Fact]
    public void GivenAFieldSetTwice_WhenWritten_ThenTheLastTextCounts()
    {
        var writer = new Hl7Writer(Hl7Delimiters.Usual, Encoding.UTF8)
            .Segment("PID").Component(3, 2, "b").Field(3, "a").Component(3, 3, "c").RawField(5, "X^Y~Z").RawField(6, "\"\"");

        Assert.Equal("PID|||a^^c||X^Y~Z|\"\"\r", writer.ToString());
    }

    [Theory]
    [InlineData("|^~\\&")]
    [InlineData("$%*!@")]
    public void GivenDelimiters_WhenWrittenAndRead_ThenTheyAreTheMessagesOwn(string sent)
    {
        var delimiters = new Hl7Delimiters(sent[0], sent[1], sent[2], sent[3], sent[4]);
        var writer = new Hl7Writer(delimiters, Encoding.UTF8).Segment("MSH").Field(3, "a|b$c").Component(4, 2, "x^%&@");

        var message = Hl7Decoder.Decode(writer.ToBytes(), defaultCharset: null).Message!;

        Assert.Equal(delimiters, message.Delimiters);
        Assert.Equal("a|b$c", message[0][3].ToText());
        Assert.Equal("x^%&@", message[0][4].Component(2).ToText());
    }

    [Theory]
    [InlineData('^', '~', '\0', '&', "MSH|^~&|A\r")]
    [InlineData('^', '\0', '\0', '\0', "MSH|^|A\r")]
    public void GivenUnusedDelimiters_WhenWritten_ThenMsh2HasTheOthers(
        char component, char repetition, char escape, char subcomponent, string expected)
    {
        var delimiters = new Hl7Delimiters('|', component, repetition, escape, subcomponent);

        Assert.Equal(expected, new Hl7Writer(delimiters, Encoding.UTF8).Segment("MSH").Field(3, "A").ToString());
    }

    [Fact]
    public void GivenACharset_WhenWritten_ThenItsBytesAreSentAndWhatItLacksIsAQuestionMark()
    {
        var writer = new Hl7Writer(Hl7Delimiters.Usual, Encoding.Latin1).Segment("PID").Field(1, "é€");

        Assert.Equal([.. "PID|"u8, 0xE9, (byte)'?', (byte)'\r'], writer.ToBytes());
    }

    [Fact]
    public void GivenUtf8_WhenWritten_ThenWithoutAByteOrderMark()
    {
        var writer = new Hl7Writer(Hl7Delimiters.Usual, Encoding.UTF8).Segment("PID").Field(1, "é");

        Assert.Equal([.. "PID|é\r"u8], writer.ToBytes());
    }

    [Fact]
    public void GivenAMistakeOfOurs_WhenWriting_ThenItThrows()
    {
        var writer = new Hl7Writer(Hl7Delimiters.Usual, Encoding.UTF8);

        Assert.Throws<InvalidOperationException>(() => writer.Field(1, "x"));
        Assert.Throws<ArgumentException>(() => writer.Segment(""));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Segment("MSH").Field(2, "x")); // Written from the delimiters.
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Segment("PID").Field(0, "x"));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Segment("PID").Component(1, 0, "x"));
    }
}
