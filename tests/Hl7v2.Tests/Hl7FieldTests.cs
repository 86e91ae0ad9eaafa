namespace Hl7v2.Tests;

public sealed class Hl7FieldTests
{
    private static readonly Hl7Delimiters Usual = Hl7Delimiters.Usual;

    [Theory]
    [InlineData("", true, false)]
    [InlineData("\"\"", false, true)]
    [InlineData("\"", false, false)]
    [InlineData("\"\"\"", false, false)]
    [InlineData("\\X2222\\", false, false)] // Null is recognised before unescaping, not after.
    [InlineData("0", false, false)]
    [InlineData(" ", false, false)]
    [InlineData("^", false, false)]
    public void GivenAText_WhenAsked_ThenItIsAbsentNullOrAValue(string sent, bool isAbsent, bool isNull)
    {
        var field = new Hl7Field(sent, Usual);

        Assert.Equal(isAbsent, field.IsAbsent);
        Assert.Equal(isNull, field.IsNull);
        Assert.Equal(!isAbsent && !isNull, field.HasValue);
    }

    [Fact]
    public void GivenTheDefaultValue_WhenAsked_ThenItIsAbsent()
    {
        Hl7Field field = default;

        Assert.True(field.IsAbsent);
        Assert.True(field.Repetition(2).Component(2).Subcomponent(2).IsAbsent);
        Assert.Equal("", field.ToText());
        Assert.False(field.Repetitions.MoveNext());
    }

    [Fact]
    public void GivenAComposite_WhenPartsAreRead_ThenEachLevelCountsFromOne()
    {
        var field = new Hl7Field("a&b^c&d^^\"\"~e&f^g", Usual);

        Assert.Equal("a", field.Subcomponent(1).ToString());
        Assert.Equal("b", field.Subcomponent(2).ToString());
        Assert.Equal("c&d", field.Component(2).ToString());
        Assert.Equal("d", field.Component(2).Subcomponent(2).ToString());
        Assert.True(field.Component(3).IsAbsent);
        Assert.True(field.Component(4).IsNull);
        Assert.True(field.Component(5).IsAbsent); // Not the second repetition.
        Assert.Equal("g", field.Repetition(2).Component(2).ToString());
        Assert.Equal("f", field.Repetition(2).Subcomponent(2).ToString());
        Assert.True(field.Repetition(3).IsAbsent);
    }

    [Theory]
    [InlineData("a", false, false, false)]
    [InlineData("a~b", true, false, false)]
    [InlineData("a^b", false, true, false)]
    [InlineData("a&b", false, false, true)]
    [InlineData("a\\S\\b", false, false, false)]
    public void GivenDelimiters_WhenAsked_ThenTheLevelsAreKnown(string sent, bool repetitions, bool components, bool subcomponents)
    {
        var field = new Hl7Field(sent, Usual);

        Assert.Equal(repetitions, field.HasRepetitions);
        Assert.Equal(components, field.HasComponents);
        Assert.Equal(subcomponents, field.HasSubcomponents);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a", "[a]")]
    [InlineData("a~b", "[a][b]")]
    [InlineData("a~~\"\"~", "[a][][\"\"][]")]
    [InlineData("~", "[][]")]
    public void GivenRepetitions_WhenWalked_ThenAllComeInOrder(string sent, string expected)
    {
        var walked = "";

        foreach (var repetition in new Hl7Field(sent, Usual).Repetitions)
        {
            walked += $"[{repetition.ToString()}]";
        }

        Assert.Equal(expected, walked);
    }

    [Fact]
    public void GivenUnusedDelimiters_WhenRead_ThenNothingIsSplit()
    {
        var field = new Hl7Field("a^b~c&d\\T\\", new Hl7Delimiters('|', '\0', '\0', '\0', '\0'));

        Assert.Equal("a^b~c&d\\T\\", field.Repetition(1).Component(1).Subcomponent(1).ToText());
        Assert.True(field.Component(2).IsAbsent);
        Assert.False(field.HasComponents || field.HasRepetitions || field.HasSubcomponents);
    }

    [Fact]
    public void GivenAText_WhenCompared_ThenEveryCharacterCounts()
    {
        var field = new Hl7Field("NW", Usual);

        Assert.True(field.Is("NW"));
        Assert.False(field.Is("nw"));
        Assert.False(field.Is("N"));
        Assert.True(default(Hl7Field).Is(""));
    }

    [Fact]
    public void GivenNull_WhenTakenAsText_ThenEmpty() => Assert.Equal("", new Hl7Field("\"\"", Usual).ToText());
}
