using System.Globalization;

namespace Hl7v2.Tests;

public sealed class Hl7DateTimeZoneTests
{
    private static readonly TimeZoneInfo Chicago = TimeZoneInfo.FindSystemTimeZoneById("America/Chicago");
    private static readonly TimeZoneInfo LordHowe = TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe");

    private static readonly TimeZoneInfo Dublin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Dublin");
    private static readonly TimeZoneInfo Apia = TimeZoneInfo.FindSystemTimeZoneById("Pacific/Apia");

    private static readonly TimeSpan WinterInChicago = TimeSpan.FromHours(-6);

    [Theory]
    [InlineData("20260302101659-0500", "2026-03-02T10:16:59-05:00", "2026-03-02T10:17:00-05:00")]
    [InlineData("202603021016", "2026-03-02T10:16:00-06:00", "2026-03-02T10:17:00-06:00")]
    [InlineData("2026030210", "2026-03-02T10:00:00-06:00", "2026-03-02T11:00:00-06:00")]
    [InlineData("20260302", "2026-03-02T00:00:00-06:00", "2026-03-03T00:00:00-06:00")]
    [InlineData("20260308", "2026-03-08T00:00:00-06:00", "2026-03-09T00:00:00-05:00")] // A day of 23 hours.
    [InlineData("202603", "2026-03-01T00:00:00-06:00", "2026-04-01T00:00:00-05:00")]
    [InlineData("2026", "2026-01-01T00:00:00-06:00", "2027-01-01T00:00:00-06:00")]
    [InlineData("2026+0100", "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00")]
    public void GivenATimestamp_WhenResolved_ThenItIsAnIntervalOfItsPrecision(string sent, string start, string end)
    {
        var interval = Parse(sent).Resolve(Chicago, messageOffset: null);

        Assert.Equal(new Hl7Interval(Instant(start), Instant(end)), interval);
        Assert.Equal(Instant(start).Offset, interval.Start.Offset);
    }

    [Theory]
    [InlineData("20260302101659.5", 1_000_000)]
    [InlineData("20260302101659.05", 100_000)]
    [InlineData("20260302101659.005", 10_000)]
    [InlineData("20260302101659.0005", 1_000)]
    [InlineData("20260302101659000", 10_000)]
    public void GivenAFraction_WhenResolved_ThenItsDigitsAreItsPrecision(string sent, long ticks)
    {
        var interval = Parse(sent).Resolve(Chicago, messageOffset: null);

        Assert.Equal(ticks, (interval.End - interval.Start).Ticks);
    }

    [Theory]
    [InlineData("20260701090000", -6, "2026-07-01T09:00:00-06:00")] // Chicago is at -5 then: the sender is elsewhere.
    [InlineData("20260302090000", 1, "2026-03-02T09:00:00+01:00")]
    [InlineData("20260302090000", -6, "2026-03-02T09:00:00-06:00")]
    [InlineData("20260302090000-0700", 1, "2026-03-02T09:00:00-07:00")]
    public void GivenAnOffsetOfTheMessage_WhenResolved_ThenItComesAfterThatOfTheField(string sent, int messageHours, string expected)
    {
        var interval = Parse(sent).Resolve(Chicago, TimeSpan.FromHours(messageHours));

        Assert.Equal(Instant(expected), interval.Start);
        Assert.Equal(Instant(expected).Offset, interval.Start.Offset);
    }

    [Theory]
    [InlineData("20260302101000-0600", null)]
    [InlineData("20260702101000-0500", null)]
    [InlineData("20260302101000", null)]
    [InlineData("20261101013000-0500", null)] // Both offsets are Chicago's in this hour.
    [InlineData("20261101013000-0600", null)]
    [InlineData("20260302101000+0100", 1)]
    [InlineData("20260302101000-0500", -5)] // Chicago has that offset, but not in March.
    [InlineData("20260308023000-0600", -6)] // An hour that Chicago does not have.
    public void GivenTheTimeOfTheMessage_WhenItsOffsetIsThatOfTheZone_ThenTheZoneCounts(string msh7, int? expectedHours)
    {
        var offset = Parse(msh7).OffsetOutside(Chicago);

        Assert.Equal(expectedHours, offset?.TotalHours);
    }

    [Fact]
    public void GivenAMessageOfWinter_WhenItMakesAnAppointmentInSummer_ThenTheZoneOfTheSourceCounts()
    {
        var messageOffset = Parse("20260302101000-0600").OffsetOutside(Chicago);

        var appointment = Parse("202607010900").ToRfc3339(Chicago, messageOffset);

        Assert.Equal("2026-07-01T09:00:00-05:00", appointment);
    }

    [Fact]
    public void GivenARepeatedHour_WhenResolved_ThenItIsTheEarlierInstant()
    {
        Assert.Equal(Instant("2026-11-01T01:30:00-05:00"), Parse("20261101013000").Resolve(Chicago, messageOffset: null).Start);
        Assert.Equal(Instant("2026-11-01T01:30:00-05:00"), Parse("20261101013000").Resolve(Chicago, WinterInChicago).Start);
        Assert.Equal(Instant("2026-11-01T01:30:00-06:00"), Parse("20261101013000-0600").Resolve(Chicago, messageOffset: null).Start);
    }

    [Fact]
    public void GivenAMissingHour_WhenResolved_ThenMovedForwardByTheGap()
    {
        Assert.Equal("2026-03-08T03:30:00-05:00", Parse("202603080230").ToRfc3339(Chicago, messageOffset: null));
        Assert.Equal("2026-03-08T03:00:00-05:00", Parse("2026030802").ToRfc3339(Chicago, messageOffset: null));

        // Half an hour of gap, from 02:00 to 02:30.
        Assert.Equal("2026-10-04T02:45:00+11:00", Parse("202610040215").ToRfc3339(LordHowe, messageOffset: null));
    }

    // Irish summer time is the standard time there and winter the exception, which the platform's local times do not know.
    [Theory]
    [InlineData("202603290030", "2026-03-29T00:30:00+00:00")]
    [InlineData("202603290130", "2026-03-29T02:30:00+01:00")]
    [InlineData("202603290230", "2026-03-29T02:30:00+01:00")]
    [InlineData("202610250030", "2026-10-25T00:30:00+01:00")]
    [InlineData("202610250130", "2026-10-25T01:30:00+01:00")]
    [InlineData("202610250230", "2026-10-25T02:30:00+00:00")]
    public void GivenAZoneThatGoesBackInWinter_WhenResolved_ThenTheSameRulesHold(string sent, string expected)
    {
        Assert.Equal(expected, Parse(sent).ToRfc3339(Dublin, messageOffset: null));
    }

    [Fact]
    public void GivenADayThatNeverWas_WhenResolved_ThenMovedForwardByThatDay()
    {
        Assert.Equal("2011-12-31T12:00:00+14:00", Parse("201112301200").ToRfc3339(Apia, messageOffset: null));
    }

    [Theory]
    [InlineData("2026", "2026")]
    [InlineData("202603", "2026-03")]
    [InlineData("20260302", "2026-03-02")]
    [InlineData("20260302-0600", "2026-03-02")]
    [InlineData("2026030210", "2026-03-02T10:00:00-06:00")]
    [InlineData("202603021016", "2026-03-02T10:16:00-06:00")]
    [InlineData("20260302101659", "2026-03-02T10:16:59-06:00")]
    [InlineData("20260302101659.10", "2026-03-02T10:16:59.10-06:00")]
    [InlineData("20260302101659.0001", "2026-03-02T10:16:59.0001-06:00")]
    [InlineData("20260302101659.5+0000", "2026-03-02T10:16:59.5+00:00")]
    [InlineData("20260302101659007-0330", "2026-03-02T10:16:59.007-03:30")]
    [InlineData("00010101", "0001-01-01")]
    public void GivenATimestamp_WhenWrittenInRfc3339_ThenAsPreciseAsItWasSent(string sent, string expected)
    {
        Assert.Equal(expected, Parse(sent).ToRfc3339(Chicago, messageOffset: null));
    }

    [Theory]
    [InlineData("0001")]
    [InlineData("00010101")]
    [InlineData("0001010100+1400")]
    [InlineData("9999")]
    [InlineData("999912")]
    [InlineData("99991231")]
    [InlineData("99991231-1400")]
    [InlineData("99991231235959.9999")]
    [InlineData("99991231235959.9999-1400")]
    [InlineData("99991231235959.9999+1400")]
    [InlineData("18000101120000")] // Before there were time zones: offsets with seconds.
    public void GivenTheEndsOfTheCalendar_WhenResolved_ThenNothingThrows(string sent)
    {
        foreach (var zone in (TimeZoneInfo[])[Chicago, LordHowe, TimeZoneInfo.Utc])
        {
            foreach (var messageOffset in (TimeSpan?[])[null, TimeSpan.FromHours(14), TimeSpan.FromHours(-14)])
            {
                var interval = Parse(sent).Resolve(zone, messageOffset);

                Assert.True(interval.Start <= interval.End);
                Assert.NotEmpty(Parse(sent).ToRfc3339(zone, messageOffset));
                Assert.True(interval.Overlaps(interval));
            }
        }
    }

    [Fact]
    public void GivenEveryZoneOfThePlatform_WhenEveryHourOfAYearIsResolved_ThenIntervalsAreSound()
    {
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones())
        {
            for (var local = new DateTime(2011, 12, 1); local.Year < 2012; local = local.AddHours(3))
            {
                var value = Parse(local.ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture));

                var interval = value.Resolve(zone, messageOffset: null);

                Assert.Equal(TimeSpan.FromMinutes(1), interval.End - interval.Start);
            }
        }
    }

    private static Hl7DateTime Parse(string sent)
    {
        Assert.True(Hl7DateTime.TryParse(sent, out var value));
        return value;
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
