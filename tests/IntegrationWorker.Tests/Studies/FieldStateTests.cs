using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Studies;

/// <summary>What a field remembers of each source. docs/mapping.md §6.3, §6.4.</summary>
public sealed class FieldStateTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly FieldState _state = new();

    [Fact]
    public void GivenWritesOfThreeSources_WhenEachIsAsked_ThenItsLastStatementIsKnown()
    {
        _state.Set("a", By("one", 1));
        _state.Set("b", By("two", 2));
        _state.Set("c", By("three", 3));
        _state.Set("d", By("one", 4));

        Assert.Equal([("one", "d"), ("two", "b"), ("three", "c")], new[] { "one", "two", "three" }.Select(source => (source, _state.LastSaidBy(source)!.Value)));
        Assert.Null(_state.LastSaidBy("four"));
        Assert.Equal(["three", "two"], _state.Others!.Select(said => said.Source).Order());
    }

    [Fact]
    public void GivenOneSourceAlone_WhenItWritesAgain_ThenNothingIsKeptBeside()
    {
        _state.Set("a", By("one", 1));
        _state.Set("b", By("one", 2));

        Assert.Null(_state.Others);
    }

    [Fact]
    public void GivenAStatementThatWasHeld_WhenItsSourceSpeaksAgain_ThenOnlyTheLastOneStands()
    {
        _state.Set("a", By("one", 1));
        _state.Remember(new Said("two", "b", Clock.At(_start)));
        _state.Remember(new Said("three", "x", Clock.At(_start)));
        _state.Remember(new Said("two", "c", Clock.At(_start.AddMinutes(1))));

        Assert.Equal(["three x", "two c"], _state.Others!.Select(said => $"{said.Source} {said.Value}").Order());
    }

    [Fact]
    public void GivenAHeldStatementOfTheWriterBefore_WhenAnotherWrites_ThenTheHeldOneStays()
    {
        _state.Set("a", By("one", 1));
        _state.Remember(new Said("one", "b", Clock.At(_start.AddMinutes(2))));

        _state.Set("c", By("two", 3));

        Assert.Equal("b", _state.LastSaidBy("one")!.Value);
    }

    [Fact]
    public void GivenAHeightThatOthersRepeat_WhenAsked_ThenTheHolderIsWhoRaisedIt()
    {
        _state.Set("stat", By("ops", 1));
        _state.Set("stat", By("ris", 2));
        _state.Set("stat", By("ehr", 3));
        Assert.Equal("ops", _state.Holder!.Source);

        _state.Set("high", By("ris", 4));
        Assert.Null(_state.Holder);
    }

    [Fact]
    public void GivenAStatementOlderThanTheLastOfItsSource_WhenItIsHeld_ThenWhatTheSourceSaidStays()
    {
        _state.Set("a", By("ris", 5));
        _state.Set("b", By("ops", 6));
        var late = new Speaker(By("ris", 3), false, false);

        FieldGate.Settle(_state, "z", late, Verdict.Older);
        Assert.Equal("a", _state.LastSaidBy("ris")!.Value);

        FieldGate.Settle(_state, "y", new Speaker(By("ris", 7), false, false), Verdict.Authority);
        Assert.Equal("y", _state.LastSaidBy("ris")!.Value);
    }

    private static Write By(string source, int minute) => new(source, Authority.Ris, Clock.At(_start.AddMinutes(minute)), $"key {minute}");
}
