using IntegrationWorker.Store.PostgreSql;
using Xunit;

namespace IntegrationWorker.Tests.Store;

public sealed class PositionalTextTests
{
    [Fact]
    public void GivenNames_WhenConverted_ThenEachHasTheNumberOfItsFirstPlace()
    {
        var text = PositionalText.Of("select @b + @a from unnest(@r_rows, @a) as r(a) where c = '@' and d @> e and f = @b");

        Assert.Equal("select $1 + $2 from unnest($3, $2) as r(a) where c = '@' and d @> e and f = $1", text.Sql);
        Assert.Equal(["b", "a", "r_rows"], text.Names);
    }

    [Fact]
    public void GivenATextWithoutNames_WhenConverted_ThenItStaysAsItIs()
    {
        var text = PositionalText.Of("select 1");

        Assert.Equal("select 1", text.Sql);
        Assert.Empty(text.Names);
    }
}
