using IntegrationWorker.Store.Sql;
using Xunit;

namespace IntegrationWorker.Tests.Store;

public sealed class LockNumbersTests
{
    [Fact]
    public void GivenAName_WhenItsNumberIsMade_ThenItIsTheOneThatEveryVersionMakes()
    {
        Assert.Equal(-3050198109845261588, LockNumbers.Of(2, "EX-A-1"));
        Assert.Equal(7718450949043144302, LockNumbers.Of(-1, ""));
    }

    [Fact]
    public void GivenNames_WhenTheirNumbersAreMade_ThenTheyAreDistinctAndAscend()
    {
        string[] names = ["b", "a", "b", "c", "A", "a "];

        var numbers = LockNumbers.Of(names, name => LockNumbers.Of(0, name));

        Assert.Equal(5, numbers.Length);
        Assert.Equal(numbers.Order(), numbers);
        Assert.DoesNotContain(LockNumbers.Of(1, "a"), numbers);
    }
}
