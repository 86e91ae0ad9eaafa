using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Studies;

public sealed class FieldGateTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 2, 9, 0, 0, TimeSpan.FromHours(-6));

    [Fact]
    public void GivenAFieldNobodyWrote_WhenAnyoneSpeaks_ThenTheValueIsApplied()
    {
        var verdict = FieldGate.Judge(new FieldState { Value = "CT Head wo" }, "CT Head", Says("pacs", Authority.Pacs, 0), StatementTraits.GuardedFromPacs);

        Assert.Equal(Verdict.Apply, verdict);
    }

    [Fact]
    public void GivenADescriptionOfTheRis_WhenThePacsSaysAnother_ThenItIsHeldByAuthority()
    {
        var state = Written("CT Chest", "ris", Authority.Ris, 0);

        var verdict = FieldGate.Judge(state, "CHEST ROUTINE", Says("pacs", Authority.Pacs, 5), StatementTraits.GuardedFromPacs);

        Assert.Equal(Verdict.Authority, verdict);
    }

    [Fact]
    public void GivenAPersonChangedTheReader_WhenTheRisRepeatsItself_ThenItIsAnEcho()
    {
        var state = Written("A", "ris", Authority.Ris, 0);
        FieldGate.Settle(state, "B", Says("ops", Authority.Operator, 1), Verdict.Apply);

        var repeated = FieldGate.Judge(state, "A", Says("ris", Authority.Ris, 2), StatementTraits.None);
        var changedMind = FieldGate.Judge(state, "C", Says("ris", Authority.Ris, 2), StatementTraits.None);

        Assert.Equal(Verdict.Echo, repeated);
        Assert.Equal(Verdict.Apply, changedMind);
    }

    [Fact]
    public void GivenANewerValue_WhenAnOlderOneArrives_ThenItIsOlder()
    {
        var state = Written("IP", "ris", Authority.Ris, 10);

        var verdict = FieldGate.Judge(state, "SC", Says("ris", Authority.Ris, 5), StatementTraits.None);

        Assert.Equal(Verdict.Older, verdict);
    }

    [Theory]
    [InlineData(1, Authority.Ris, Verdict.SeverityKept)] // Newer, but the operator who raised it ranks higher.
    [InlineData(1, Authority.Operator, Verdict.Apply)] // One command of equal rank releases it.
    [InlineData(0, Authority.Operator, Verdict.SeverityKept)] // A tie is not strictly newer.
    public void GivenAnOperatorRaisedTheSeverity_WhenItIsLowered_ThenRankAndClockDecide(int minutes, object authority, object expected)
    {
        var state = Written("stat", "ops", Authority.Operator, 0);

        var verdict = FieldGate.Judge(state, "normal", Says("other", (Authority)authority, minutes), StatementTraits.Severity);

        Assert.Equal(expected, verdict);
    }

    [Fact]
    public void GivenAClock_WhenWrittenAndRead_ThenItIsTheSame()
    {
        var clock = new Clock(new Moment(_start, TimeSpan.FromMinutes(1)), Moment.At(_start.AddSeconds(3)), 42);

        Assert.Equal(clock, Clock.FromCompact(clock.ToCompact()));
    }

    [Fact]
    public void GivenAWholeMinute_WhenComparedWithASecondInIt_ThenItIsATie()
    {
        var minute = new Moment(_start, TimeSpan.FromMinutes(1));

        Assert.Equal(0, minute.CompareTo(new Moment(_start.AddSeconds(5), TimeSpan.FromSeconds(1))));
        Assert.Equal(-1, minute.CompareTo(new Moment(_start.AddMinutes(1), TimeSpan.FromSeconds(1))));
    }

    private static FieldState Written(string value, string source, Authority authority, int minutes)
    {
        var state = new FieldState();
        state.Set(value, Says(source, authority, minutes).Write);
        return state;
    }

    private static Speaker Says(string source, Authority authority, int minutes) =>
        new(new Write(source, authority, Clock.At(_start.AddMinutes(minutes)), "key#1"), authority == Authority.Operator, false);
}
