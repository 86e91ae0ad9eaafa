using IntegrationWorker.Hosting;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

public sealed class UtcTimeConverterTests
{
    [Theory]
    [InlineData("2026-03-02T16:00:00.1239999Z", "2026-03-02T16:00:00.123Z")] // Cut off, not rounded.
    [InlineData("2026-03-02T23:30:00-06:00", "2026-03-03T05:30:00.000Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z")]
    public void GivenAnInstant_WhenWritten_ThenItIsInUtcToTheMillisecond(string instant, string expected) =>
        Assert.Equal(expected, UtcTimeConverter.ToText(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture)));
}
