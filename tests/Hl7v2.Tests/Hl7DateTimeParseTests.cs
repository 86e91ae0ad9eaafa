using System.Globalization;

namespace Hl7v2.Tests;

public sealed class Hl7DateTimeParseTests
{
    [Theory]
    [InlineData("2026", "2026-01-01T00:00:00.0000", Hl7Precision.Year)]
    [InlineData("202603", "2026-03-01T00:00:00.0000", Hl7Precision.Month)]
    [InlineData("20260302", "2026-03-02T00:00:00.0000", Hl7Precision.Day)]
    [InlineData("2026030210", "2026-03-02T10:00:00.0000", Hl7Precision.Hour)]
    [InlineData("202603021016", "2026-03-02T10:16:00.0000", Hl7Precision.Minute)]
    [InlineData("20260302101659", "2026-03-02T10:16:59.0000", Hl7Precision.Second)]
    [InlineData("20260302101659.1", "2026-03-02T10:16:59.1000", Hl7Precision.Millisecond)]
    [InlineData("20260302101659.0123", "2026-03-02T10:16:59.0123", Hl7Precision.Millisecond)]
    [InlineData("20260302101659007", "2026-03-02T10:16:59.0070", Hl7Precision.Millisecond)] // The point is left out.
    [InlineData("20240229", "2024-02-29T00:00:00.0000", Hl7Precision.Day)]
    [InlineData("00010101", "0001-01-01T00:00:00.0000", Hl7Precision.Day)]
    [InlineData(" 99991231235959.9999 ", "9999-12-31T23:59:59.9999", Hl7Precision.Millisecond)]
    public void GivenATimestamp_WhenParsed_ThenItsStartAndPrecisionAreKnown(string sent, string local, Hl7Precision precision)
    {
        Assert.True(Hl7DateTime.TryParse(sent, out var value));

        Assert.Equal(local, value.Local.ToString("yyyy-MM-ddTHH:mm:ss.ffff", CultureInfo.InvariantCulture));
        Assert.Equal(DateTimeKind.Unspecified, value.Local.Kind);
        Assert.Equal(precision, value.Precision);
        Assert.Null(value.Offset);
    }

    [Theory]
    [InlineData("20260302101659-0600", -360)]
    [InlineData("20260302101659.5+0530", 330)]
    [InlineData("20260302101659007+0100", 60)]
    [InlineData("20260302+1400", 840)]
    [InlineData("2026-1400", -840)]
    [InlineData("2026030210+0000", 0)]
    [InlineData("2026030210-0000", 0)]
    public void GivenAnOffset_WhenParsed_ThenItIsKept(string sent, int minutes)
    {
        Assert.True(Hl7DateTime.TryParse(sent, out var value));

        Assert.Equal(TimeSpan.FromMinutes(minutes), value.Offset);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\"\"")]
    [InlineData("202")]
    [InlineData("20261")]
    [InlineData("2026031")]
    [InlineData("202603021")]
    [InlineData("2026030210165")]
    [InlineData("202603021016590")] // 15 digits are neither seconds nor milliseconds.
    [InlineData("2026030210165900")]
    [InlineData("202603021016590000")]
    [InlineData("20260302101659.")]
    [InlineData("20260302101659.12345")]
    [InlineData("20260302101659.1a")]
    [InlineData("202603021016.5")]
    [InlineData("202600")]
    [InlineData("202613")]
    [InlineData("20260300")]
    [InlineData("20260230")]
    [InlineData("20250229")]
    [InlineData("2026030224")]
    [InlineData("202603021060")]
    [InlineData("20260302101660")]
    [InlineData("0000")]
    [InlineData("00000000")]
    [InlineData("20260302+06")]
    [InlineData("20260302+06:00")]
    [InlineData("20260302+1401")]
    [InlineData("20260302-1500")]
    [InlineData("20260302+0060")]
    [InlineData("20260302+")]
    [InlineData("20260302Z")]
    [InlineData("-0600")]
    [InlineData("2026-03-02")]
    [InlineData("2026-03-02T10:00:00Z")]
    [InlineData("2026 0302")]
    [InlineData("２０２６")] // Digits, but not ASCII.
    [InlineData("20260302^S")]
    public void GivenWhatIsNoTimestamp_WhenParsed_ThenRefused(string sent)
    {
        Assert.False(Hl7DateTime.TryParse(sent, out var value));

        Assert.Equal(default, value);
    }
}
