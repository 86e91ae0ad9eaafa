namespace Hl7v2.Tests;

public sealed class Hl7IntervalTests
{
    [Theory]
    [InlineData("202603021610", "20260302161030", "overlap")] // Within that minute: nobody can tell.
    [InlineData("202603021610", "202603021610", "overlap")]
    [InlineData("20260302", "202603021610", "overlap")]
    [InlineData("202603021610", "202603021611", "before")] // They touch.
    [InlineData("20260302161000", "20260302161000.9", "overlap")]
    [InlineData("20260302161000.8", "20260302161000.9", "before")]
    [InlineData("20260302161000-0600", "20260302161000-0700", "before")]
    [InlineData("20260302171000-0600", "20260302161000-0700", "overlap")]
    public void GivenTwoTimestamps_WhenCompared_ThenOneIsBeforeOrTheyOverlap(string first, string second, string expected)
    {
        var (a, b) = (Interval(first), Interval(second));

        Assert.Equal(expected == "before", a.IsBefore(b));
        Assert.False(b.IsBefore(a));
        Assert.Equal(expected == "overlap", a.Overlaps(b));
        Assert.Equal(expected == "overlap", b.Overlaps(a));
    }

    private static Hl7Interval Interval(string sent)
    {
        Assert.True(Hl7DateTime.TryParse(sent, out var value));
        return value.Resolve(TimeZoneInfo.Utc, messageOffset: null);
    }
}
