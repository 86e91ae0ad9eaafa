namespace Hl7v2.Tests;

public sealed class Hl7UnescapeTests
{
    private static readonly Hl7Delimiters Usual = Hl7Delimiters.Usual;

    [Theory]
    [InlineData("no escapes", "no escapes")]
    [InlineData(@"a\F\b\S\c\T\d\R\e\E\f", @"a|b^c&d~e\f")]
    [InlineData(@"\E\T\E\", @"\T\")] // Once: what comes out is not read again.
    [InlineData(@"\H\bold\N\ plain", "bold plain")]
    [InlineData(@"a\.br\b\.sp\c\.sk\d\.ce\e", "a\nb\nc\nd\ne")]
    [InlineData(@"a\.sp2\b\.sp+3\c\.sk 4\d", "a\nb\nc\nd")]
    [InlineData(@"\.in+4\a\.ti-2\b\.in 4\c\.fi\d\.nf\e", "abcde")]
    [InlineData(@"\X41\\X42\", "AB")]
    [InlineData(@"\Xc3A9\", "é")]
    [InlineData(@"\XC3\\XA9\", "é")] // One character in two sequences.
    [InlineData(@"\XE5\\XB1B1E794\\XB0\!", "山田!")]
    [InlineData(@"\X0D0A\", "\r\n")]
    [InlineData(@"caf\XC3A9\\.br\line", "café\nline")]
    public void GivenKnownSequences_WhenUnescaped_ThenResolvedAndNotReported(string sent, string expected)
    {
        List<string>? unknown = null;

        var text = new Hl7Field(sent, Usual).ToText(ref unknown);

        Assert.Equal(expected, text);
        Assert.Null(unknown);
    }

    [Theory]
    [InlineData(@"a\Z9\b", @"\Z9\")]
    [InlineData(@"\C2842\", @"\C..\")]
    [InlineData(@"\M2442\", @"\M..\")]
    [InlineData(@"\P\", @"\P\")]
    [InlineData(@"\f\", @"\f\")] // Small letters are other sequences.
    [InlineData(@"\.xx\", @"\.xx\")]
    [InlineData(@"\.brown\", @"\..\")]
    [InlineData(@"\.sp1a\", @"\..\")]
    [InlineData(@"\X\", @"\X..\")]
    [InlineData(@"\X4\", @"\X..\")]
    [InlineData(@"\Z12\", @"\Z12\")]
    [InlineData(@"DOE\JO\", @"\J..\")] // Not a sequence at all, so its text must not be reported.
    [InlineData(@"\X4G\", @"\X..\")]
    [InlineData(@"\XFF\", @"\X..\")] // No UTF-8.
    [InlineData(@"\X00\", @"\X..\")] // NUL never gets into a text.
    [InlineData(@"\XEDA080\", @"\X..\")] // Nor half a surrogate pair.
    [InlineData(@"\\", @"\\")]
    [InlineData(@"C:\secret\file", @"\..\")]
    public void GivenASequenceThatIsNotKnown_WhenUnescaped_ThenKeptAsSentAndItsKindReported(string sent, string reported)
    {
        List<string>? unknown = null;

        var text = new Hl7Field(sent, Usual).ToText(ref unknown);

        Assert.Equal(sent, text);
        Assert.Equal([reported], unknown);
    }

    [Theory]
    [InlineData(@"\")]
    [InlineData(@"a\")]
    [InlineData(@"a\b")]
    [InlineData(@"\X41")]
    [InlineData(@"\.br")]
    [InlineData(@"5\ and 6\ of 7")] // No sequence holds blanks.
    public void GivenASingleEscapeCharacter_WhenUnescaped_ThenKeptAndNotReported(string sent)
    {
        List<string>? unknown = null;

        var text = new Hl7Field(sent, Usual).ToText(ref unknown);

        Assert.Equal(sent, text);
        Assert.Null(unknown);
    }

    [Theory]
    [InlineData(@"5\ apples \T\ pears", @"5\ apples & pears")]
    [InlineData(@"\X41\\X4", @"A\X4")]
    [InlineData(@"\XC3A9\\XFF\\X41\", @"é\XFF\A")] // The bad one does not spoil its neighbours.
    public void GivenStrayAndSoundSequences_WhenUnescaped_ThenTheSoundOnesAreResolved(string sent, string expected)
    {
        Assert.Equal(expected, Hl7Text.Unescape(sent, Usual));
    }

    [Fact]
    public void GivenTheExampleOfTheMapping_WhenUnescaped_ThenAsTheMappingSays()
    {
        List<string>? unknown = null;
        var description = Hl7Decoder.Decode(SampleFiles.Example("05-escape-sequences/message.hl7"), defaultCharset: null)
            .Message!.Find("OBR")[44].Component(2);

        var text = description.ToText(ref unknown);

        Assert.Equal("CT Thorax & Abdomen ^2~3 |C| a\\b café\nline two \\Z9\\", text);
        Assert.Equal([@"\Z9\"], unknown);
    }

    [Fact]
    public void GivenSequencesOfSeveralFields_WhenUnescaped_ThenEachKindIsListedOnce()
    {
        List<string>? unknown = null;

        new Hl7Field(@"\Z1\\Z2\\Z1\", Usual).ToText(ref unknown);
        new Hl7Field(@"\Z2\\Z3\", Usual).ToText(ref unknown);

        Assert.Equal([@"\Z1\", @"\Z2\", @"\Z3\"], unknown);
    }

    [Fact]
    public void GivenVeryManyKinds_WhenUnescaped_ThenAFewAreNamed()
    {
        List<string>? unknown = null;
        var sent = string.Concat(Enumerable.Range(10, 90).Select(number => $@"\Z{number}\"));

        var text = new Hl7Field(sent, Usual).ToText(ref unknown);

        Assert.Equal(sent, text);
        Assert.Equal(16, unknown?.Count);
    }

    [Fact]
    public void GivenOtherDelimiters_WhenUnescaped_ThenTheirOwnComeOut()
    {
        var text = Hl7Text.Unescape(@"!F!!S!!R!!E!!T! \T\", new Hl7Delimiters('$', '%', '*', '!', '@'));

        Assert.Equal(@"$%*!@ \T\", text);
    }

    [Fact]
    public void GivenUnusedDelimiters_WhenUnescaped_ThenTheUsualOnesComeOutAndNeverNul()
    {
        var text = Hl7Text.Unescape(@"\F\\S\\R\\T\", new Hl7Delimiters('$', '\0', '\0', '\\', '\0'));

        Assert.Equal("$^~&", text);
    }

    [Fact]
    public void GivenNoEscapeCharacter_WhenUnescaped_ThenTextIsTakenAsItIs()
    {
        var text = Hl7Text.Unescape(@"a\T\b", new Hl7Delimiters('|', '^', '~', '\0', '&'));

        Assert.Equal(@"a\T\b", text);
    }
}
