using FsCheck;
using FsCheck.Fluent;

namespace Hl7v2.Tests;

public sealed class Hl7EscapeTests
{
    private static readonly Hl7Delimiters[] All =
    [
        Hl7Delimiters.Usual,
        new('$', '%', '*', '!', '@'),
        new('.', '+', '-', '"', ','),
        new('|', '\0', '\0', '\\', '\0'),
    ];

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a|b^c&d~e\\f", @"a\F\b\S\c\T\d\R\e\E\f")]
    [InlineData("a\r\nb", @"a\X0D\\X0A\b")]
    [InlineData("\"\"", @"\X2222\")] // Would be null otherwise.
    [InlineData("", "")]
    public void GivenAText_WhenEscaped_ThenNothingOfItIsADelimiter(string text, string expected)
    {
        Assert.Equal(expected, Hl7Text.Escape(text, Hl7Delimiters.Usual));
    }

    [Fact]
    public void GivenNoEscapeCharacter_WhenEscaped_ThenBlanksStandForDelimiters()
    {
        var delimiters = new Hl7Delimiters('|', '^', '~', '\0', '&');

        Assert.Equal("a b c\\d", Hl7Text.Escape("a|b^c\\d", delimiters));
        Assert.Equal(" ", Hl7Text.Escape("\"\"", delimiters));
    }

    [Fact]
    public void GivenAnyText_WhenEscapedAndUnescaped_ThenItIsTheSame()
    {
        var texts = ArbMap.Default.ArbFor<string>().Filter(text => text is not null && IsText(text));

        Prop.ForAll(texts, text => All.All(delimiters => Returns(text, delimiters))).QuickCheckThrowOnFailure();
    }

    // Random strings seldom hold what matters here, so these are made of nothing else.
    [Fact]
    public void GivenTextOfDelimitersAndSequences_WhenEscapedAndUnescaped_ThenItIsTheSame()
    {
        var pieces = Gen.Elements("|", "^", "~", "\\", "&", "\"", "\r", "\n", "\\T\\", "\\X41\\", "X0D", ".br", "$", "!", "é", "😀", " ", "a");
        var texts = pieces.ListOf().Select(string.Concat).ToArbitrary();

        Prop.ForAll(texts, text => All.All(delimiters => Returns(text, delimiters))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void GivenAnyBytes_WhenDecodedAndRead_ThenNothingThrows()
    {
        var bodies = ArbMap.Default.ArbFor<byte[]>();

        Prop.ForAll(bodies, body => Reading.Everything([.. "MSH|^~\\&|"u8, .. body ?? []]) >= 0).QuickCheckThrowOnFailure();
    }

    private static bool Returns(string text, Hl7Delimiters delimiters)
    {
        var field = new Hl7Field(Hl7Text.Escape(text, delimiters), delimiters);

        return !field.IsNull
            && !field.HasRepetitions && !field.HasComponents && !field.HasSubcomponents
            && !field.Raw.ContainsAny(delimiters.Field, '\r', '\n')
            && field.ToText() == text;
    }

    private static bool IsText(string text) => !text.Contains('\0') && !text.Any(char.IsSurrogate);
}
