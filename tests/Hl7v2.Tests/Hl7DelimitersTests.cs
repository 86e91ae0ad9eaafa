namespace Hl7v2.Tests;

public sealed class Hl7DelimitersTests
{
    [Theory]
    [InlineData("MSH|^~\\&|A", '|', '^', '~', '\\', '&')]
    [InlineData("MSH|^~\\&", '|', '^', '~', '\\', '&')]
    [InlineData("MSH|^~\\&\rPID", '|', '^', '~', '\\', '&')]
    [InlineData("MSH|^~\\&#|A", '|', '^', '~', '\\', '&')] // The truncation character of v2.7.
    [InlineData("MSH|^~\\$|A", '|', '^', '~', '\\', '$')]
    [InlineData("MSH$%~\\&$A", '$', '%', '~', '\\', '&')]
    [InlineData("MSH|^|A", '|', '^', '\0', '\0', '\0')]
    [InlineData("MSH|^~|A", '|', '^', '~', '\0', '\0')]
    [InlineData("MSH|^~\\|A", '|', '^', '~', '\\', '\0')]
    [InlineData("MSH|^~!|A", '|', '^', '~', '!', '\0')]
    public void GivenMsh1And2_WhenRead_ThenPositionsDecideAndMissingOnesAreUnused(
        string header, char field, char component, char repetition, char escape, char subcomponent)
    {
        Assert.True(Hl7Delimiters.TryRead(header, out var delimiters));

        Assert.Equal(new Hl7Delimiters(field, component, repetition, escape, subcomponent), delimiters);
    }

    [Theory]
    [InlineData("MSH|^~&|A", '~', '\0')] // The backslash was lost in a string literal.
    [InlineData("MSH|^\\&|A", '\0', '\\')] // The repetition separator was lost.
    [InlineData("MSH|^~\\\\&|A", '~', '\\')] // The backslash was doubled.
    public void GivenDamagedEncodingCharacters_WhenRead_ThenTheSubcomponentSeparatorIsWhatWasMeant(
        string header, char repetition, char escape)
    {
        Assert.True(Hl7Delimiters.TryRead(header, out var delimiters));

        Assert.Equal(new Hl7Delimiters('|', '^', repetition, escape, '&'), delimiters);
    }

    [Theory]
    [InlineData("MSH")]
    [InlineData("MSH\r")]
    [InlineData("MSH\n^~\\&")]
    [InlineData("MSH ^~\\&")]
    [InlineData("MSHA^~\\&")]
    [InlineData("MSH1^~\\&")]
    [InlineData("MSH\u0001^~\\&")]
    [InlineData("MSH§^~\\&§")] // Not one byte in every character set.
    [InlineData("MSH|")]
    [InlineData("MSH||")]
    [InlineData("MSH|\rPID|1")]
    [InlineData("MSH|^~\\&#!|A")] // Longer than the standard knows.
    [InlineData("MSH|SIM|A")]
    [InlineData("MSH|^~\\a|A")]
    [InlineData("MSH|^~ &|A")]
    [InlineData("MSH|^^\\&|A")]
    [InlineData("MSH|^~\\^|A")]
    [InlineData("MSH|^~\\\\|A")] // Doubled, but nothing follows that could be the subcomponent separator.
    [InlineData("MSH^~\\&|A")] // MSH-1 is ^, and MSH-2 does not end.
    public void GivenUnusableMsh1Or2_WhenRead_ThenRefused(string header)
    {
        Assert.False(Hl7Delimiters.TryRead(header, out var delimiters));

        Assert.Equal(default, delimiters);
    }

    [Fact]
    public void GivenNoEscapeCharacter_WhenTextHasAnAmpersand_ThenItSplitsSubcomponentsAndEscapesNothing()
    {
        Assert.True(Hl7Delimiters.TryRead("MSH|^~&|A", out var delimiters));

        var field = new Hl7Field("A\\T\\B&C", delimiters);

        Assert.Equal("C", field.Subcomponent(2).ToText());
        Assert.Equal("A\\T\\B", field.Subcomponent(1).ToText());
    }
}
