using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Studies;

/// <summary>Clocks: their order and their short text. docs/mapping.md §6.1, §6.2.</summary>
public sealed class ClockTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 2, 9, 0, 0, TimeSpan.FromHours(-6));

    [Theory]
    [InlineData(false, false, null)]
    [InlineData(true, false, null)]
    [InlineData(false, true, null)]
    [InlineData(true, true, 7L)]
    [InlineData(false, false, 7L)]
    public void GivenAClock_WhenItIsWrittenAndRead_ThenItIsTheSame(bool isMessageTime, bool hasTimeOfItsOwn, long? sequence)
    {
        var message = Moment.At(hasTimeOfItsOwn ? _start.AddSeconds(3) : _start);
        var clock = new Clock(Moment.At(_start), message, sequence, isMessageTime);

        var text = clock.ToCompact();

        Assert.Equal(clock, Clock.FromCompact(text));
        Assert.Equal(isMessageTime, text[0] == 'm');
        Assert.Equal(sequence is not null ? 3 : hasTimeOfItsOwn ? 2 : 1, text.Split(';').Length); // No longer than it has to be.
    }

    [Theory]
    [InlineData(1, 0, null, null, 1)]
    [InlineData(-1, 5, null, null, -1)] // The transaction time comes before the time of the message.
    [InlineData(0, 1, null, null, 1)]
    [InlineData(0, 0, 2L, 1L, 1)]
    [InlineData(0, 0, 1L, 2L, -1)]
    [InlineData(0, 0, 2L, null, 0)] // A sequence counts only if both have one.
    [InlineData(0, 0, null, 1L, 0)]
    public void GivenTwoClocks_WhenCompared_ThenTransactionThenMessageThenSequenceDecide(int transaction, int message, long? mine, long? theirs, int expected)
    {
        var left = new Clock(Moment.At(_start.AddMinutes(transaction)), Moment.At(_start.AddMinutes(message)), mine);
        var right = new Clock(Moment.At(_start), Moment.At(_start), theirs);

        Assert.Equal(expected, Math.Sign(left.CompareTo(right)));
        Assert.Equal((expected < 0, expected > 0), (left.IsOlderThan(right), left.IsNewerThan(right)));
        Assert.Equal(-expected, Math.Sign(right.CompareTo(left)));
    }

    [Fact]
    public void GivenAnIntervalThatEndsWhereAnotherBegins_WhenCompared_ThenItIsOlder()
    {
        var minute = new Moment(_start, TimeSpan.FromMinutes(1));
        var next = new Moment(_start.AddMinutes(1), TimeSpan.FromMinutes(1));

        Assert.Equal((-1, 1), (minute.CompareTo(next), next.CompareTo(minute)));
    }
}
