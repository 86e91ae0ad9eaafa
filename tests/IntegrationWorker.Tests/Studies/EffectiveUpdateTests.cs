using System.Text.Json;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Studies;

public sealed class EffectiveUpdateTests
{
    [Theory]
    [InlineData("""{"create":{"studyInstanceUid":"2.25.1","studyDescription":"CT","severity":"stat","metadata":{"ris.modality":"CT"}}}""")]
    [InlineData("""{"patch":{"severity":"high","assignedTo":null,"metadata":{"custom.a":null,"ris.modality":"CT"}},"lifecycle":"uncancel"}""")]
    [InlineData("""{"patch":{"metadata":{"ris.orderStatus":"CA"}},"lifecycle":"cancel"}""")]
    [InlineData("""{"lifecycle":"cancel"}""")]
    [InlineData("{}")]
    public void GivenTheTextOfAnUpdate_WhenItIsReadAndWritten_ThenItIsTheSame(string json) =>
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<EffectiveUpdate>(json)));

    [Fact]
    public void GivenACreation_WhenItIsRead_ThenItsPartsAreKnown()
    {
        var update = JsonSerializer.Deserialize<EffectiveUpdate>(
            """{"create":{"studyInstanceUid":"2.25.1","severity":"stat","metadata":{"ris.modality":"CT"}}}""")!;

        Assert.Equal((true, "2.25.1", null), (update.Creates, update.StudyInstanceUid, update.Lifecycle));
        Assert.Equal([("severity", "stat"), ("metadata.ris.modality", "CT")], update.Changes.Select(change => (change.Field, change.Current)));
    }
}
