using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace IntegrationWorker.Store;

public sealed class PositionSetTests
{
    [Fact]
    public void GivenAnyPositions_WhenKeptAsRanges_ThenTheyAreTheSamePositions()
    {
        Prop.ForAll(Positions(), positions =>
        {
            var expected = new SortedSet<long>(positions);

            var set = PositionSet.Of(positions);

            Assert.Equal(expected, set.Positions);
            Assert.Equal(expected.Count, set.Count);
            Assert.All(Enumerable.Range(0, 45), position => Assert.Equal(expected.Contains(position), set.Contains(position)));
            Assert.All(
                set.Ranges.Zip(set.Ranges.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First, "Ranges that touch are one."));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void GivenTwoSets_WhenOneIsTakenFromTheOther_ThenWhatIsLeftIsInTheFirstOnly()
    {
        Prop.ForAll(Positions(), Positions(), (first, second) =>
        {
            var left = PositionSet.Of(first).Without(PositionSet.Of(second));

            Assert.Equal(new SortedSet<long>(first).Except(second), left.Positions);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void GivenARangeWithHoles_WhenTheyAreTaken_ThenThePiecesAreLeft()
    {
        var left = new PositionSet([new PositionRange(1, 256)]).Without(PositionSet.Of([1, 2, 100, 256, 300]));

        Assert.Equal([new PositionRange(3, 99), new PositionRange(101, 255)], left.Ranges);
    }

    private static Arbitrary<long[]> Positions() => Gen.Choose(1, 40).Select(position => (long)position).ArrayOf().ToArbitrary();
}
