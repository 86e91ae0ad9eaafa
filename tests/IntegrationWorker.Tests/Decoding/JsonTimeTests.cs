using IntegrationWorker.Decoding;
using Xunit;

namespace IntegrationWorker.Tests.Decoding;

public sealed class JsonTimeTests
{
    private static readonly TimeZoneInfo _chicago = TimeZoneInfo.FindSystemTimeZoneById("America/Chicago");

    [Theory]
    [InlineData("2026-03-02T15:30:00.120Z", "2026-03-02T15:30:00.1200000+00:00", 0.001)]
    [InlineData("2026-03-02t15:30:00z", "2026-03-02T15:30:00.0000000+00:00", 1)]
    [InlineData("2026-03-02T15:30:00.1234567891+01:00", "2026-03-02T15:30:00.1234567+01:00", 0.0000001)]
    [InlineData("2026-03-02T15:30-06:00", "2026-03-02T15:30:00.0000000-06:00", 60)]
    [InlineData("2026-06-30T23:59:60Z", "2026-06-30T23:59:59.0000000+00:00", 1)] // A leap second.
    [InlineData("2026-03-02", "2026-03-02T00:00:00.0000000-06:00", 86400)] // The zone of the source.
    [InlineData("2026-07-02T10:00:00", "2026-07-02T10:00:00.0000000-05:00", 1)]
    [InlineData("2026-02", "2026-02-01T00:00:00.0000000-06:00", 2419200)]
    [InlineData("2024", "2024-01-01T00:00:00.0000000-06:00", 31622400)]
    public void GivenATime_WhenRead_ThenItIsAsPreciseAsItWasSent(string text, string start, double seconds)
    {
        Assert.True(JsonTime.TryRead(text, _chicago, out var moment));

        Assert.Equal(start, moment.Start.ToString("O"));
        Assert.Equal(seconds, moment.Width.TotalSeconds, 8);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("20260302")]
    [InlineData("2026-13-02")]
    [InlineData("2026-03-02T25:00:00Z")]
    [InlineData("2026-03-02T15:30:00+25:00")]
    [InlineData("2026-03-02T15:30:00.Z")]
    [InlineData("2026-03-02 15:30:00Z")]
    [InlineData("0001-01-01T00:00:00Z")] // An offset would carry it out of the calendar.
    [InlineData("9999-12-31T23:59:59Z")]
    public void GivenWhatIsNoTime_WhenRead_ThenItIsRefused(string? text) => Assert.False(JsonTime.TryRead(text, _chicago, out _));

    [Theory]
    [InlineData("2026-03-02T15:30:00", false)]
    [InlineData("2026-03-02", false)]
    [InlineData("2026-03-02T15:30:00Z", true)]
    public void GivenNoZone_WhenRead_ThenOnlyATimeWithAnOffsetIsOne(string text, bool isRead) => Assert.Equal(isRead, JsonTime.TryRead(text, zone: null, out _));
}
