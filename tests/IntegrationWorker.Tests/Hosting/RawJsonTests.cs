using System.Text.Json;
using IntegrationWorker.Hosting;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

public class RawJsonTests
{
    [Theory]
    [InlineData("""{"a":[1,null,{"b":"Ä+"}]}""")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public void GivenAValue_WhenItIsWrittenInsideOfAnother_ThenItStandsThereAsItIs(string json)
    {
        var raw = new RawJson(System.Text.Encoding.UTF8.GetBytes(json));

        var written = JsonSerializer.Serialize(new Holder("first", raw, "last"), JsonSerializerOptions.Web);

        Assert.Equal($$"""{"first":"first","raw":{{json}},"last":"last"}""", written);
    }

    [Fact]
    public void GivenAValueInsideOfAnother_WhenItIsRead_ThenItIsTheSameValue()
    {
        var holder = JsonSerializer.Deserialize<Holder>("""{"first":"","raw":{"a": [1, 2]},"last":""}""", JsonSerializerOptions.Web)!;

        Assert.Equal("""{"a":[1,2]}""", System.Text.Encoding.UTF8.GetString(holder.Raw.Utf8.Span).Replace(" ", ""));
    }

    private sealed record Holder(string First, RawJson Raw, string Last);
}
