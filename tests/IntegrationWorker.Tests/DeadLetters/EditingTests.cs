using System.Text;
using IntegrationWorker.DeadLetters.Editing;
using Xunit;

namespace IntegrationWorker.Tests.DeadLetters;

public sealed class EditingTests
{
    private const string Order = "MSH|^~\\&|RIS|NORTH|||||ORM^O01|1|P|2.5.1\rPID|1||P1\rOBR|1||F1||R\rOBR|2||F2||R\r";

    [Fact]
    public void GivenAnOrder_WhenFieldsAreSet_ThenOnlyTheyAreOtherwise()
    {
        var (body, fault) = FieldEdit.Apply(Encoding.UTF8.GetBytes(Order), ["MSH-3=OTHER", "OBR[2]-5=S", "OBR-18=A=1", "PID-5=Ünvented^X"]);

        Assert.Null(fault);
        Assert.Equal(
            "MSH|^~\\&|OTHER|NORTH|||||ORM^O01|1|P|2.5.1\rPID|1||P1||Ünvented^X\rOBR|1||F1||R|||||||||||||A=1\rOBR|2||F2||S\r",
            Encoding.UTF8.GetString(body!));
        Assert.Equal(
            ["MSH-3: RIS > OTHER", "OBR[2]-5: R > S", "PID-5:  > Ünvented^X", "OBR-18:  > A=1"],
            MessageDiff.Of(Encoding.UTF8.GetBytes(Order), body).Select(one => $"{one.Location}: {one.Before} > {one.After}"));
    }

    [Theory]
    [InlineData("OBR-18", "no field")]
    [InlineData("obr-18=1", "no field")]
    [InlineData("OBR-0=1", "no field")]
    [InlineData("MSH-2=x", "delimiters")]
    [InlineData("ZDS-1=1.2.3", "There is no ZDS")]
    [InlineData("OBR[3]-1=1", "There is no OBR number 3")]
    public void GivenAnAssignmentThatCannotBe_WhenApplied_ThenItIsToldWhy(string assignment, string why)
    {
        var (body, fault) = FieldEdit.Apply(Encoding.UTF8.GetBytes(Order), [assignment]);

        Assert.Null(body);
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void GivenACharacterSetWithoutTheCharacter_WhenSet_ThenItIsToldAndNothingIsReplaced()
    {
        var latin = Encoding.Latin1.GetBytes(Order.Replace("|2.5.1", "|2.5.1||||||8859/1", StringComparison.Ordinal).Replace("P1", "Pé", StringComparison.Ordinal));

        Assert.Equal("The character set of the message does not have all of these characters.", FieldEdit.Apply(latin, ["PID-5=日本"]).Fault);
        Assert.NotNull(FieldEdit.Apply(latin, ["PID-5=é"]).Body);
    }

    [Fact]
    public void GivenOtherBodies_WhenCompared_ThenDifferencesHaveTheirPlaces()
    {
        var json = MessageDiff.Of("""{"data":{"patch":{"severity":"high"},"n":[1,2]}}"""u8, """{"data":{"patch":{"severity":"stat"},"n":[1]}}"""u8);
        var text = MessageDiff.Of("no header\rsecond"u8, "MSH|^~\\&|A\rsecond"u8);

        Assert.Equal(["/data/patch/severity", "/data/n/1"], json.Select(one => one.Location));
        Assert.Contains(text, one => one is { Location: "line 1", After: null });
        Assert.Empty(MessageDiff.Of([0xFF, 0xFE], [0xFF, 0xFE]));
    }
}
