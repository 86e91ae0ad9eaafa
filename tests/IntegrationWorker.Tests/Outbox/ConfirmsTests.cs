using FsCheck;
using FsCheck.Fluent;
using IntegrationWorker.Outbox;
using Xunit;

namespace IntegrationWorker.Tests.Outbox;

public sealed class ConfirmsTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public void GivenAnswersInAnyOrder_WhenAllHaveCome_ThenTheTakenOnesAreKnown() => Prop.ForAll(
        Gen.Choose(1, 40).SelectMany(count => Gen.Zip(
            Gen.Shuffle(Enumerable.Range(1, count).ToArray()),
            Gen.Elements(true, false).ArrayOf(count))).ToArbitrary(),
        answers =>
        {
            var (order, taken) = answers;
            var confirms = new Confirms();
            confirms.Expect(order.Order().Select(number => 100L + number));
            var all = confirms.WaitAsync(CancellationToken.None);

            foreach (var number in order)
            {
                confirms.Answer((ulong)number, multiple: false, taken[number - 1]);
            }

            return all.IsCompletedSuccessfully
                && all.Result.Order().SequenceEqual(order.Order().Where(number => taken[number - 1]).Select(number => 100L + number));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task GivenOneAnswerForSeveral_WhenItComes_ThenItCountsForAllBeforeIt()
    {
        var confirms = new Confirms();
        confirms.Expect([10, 20, 30, 40]);

        confirms.Answer(2, multiple: false, isTaken: false);
        confirms.Answer(3, multiple: true, isTaken: true);
        Assert.False(confirms.WaitAsync(_token).IsCompleted);
        confirms.Answer(4, multiple: true, isTaken: true);

        Assert.Equal([10, 30, 40], (await confirms.WaitAsync(_token)).Order());
    }

    [Fact]
    public async Task GivenASecondRound_WhenAnswered_ThenNumbersGoOn()
    {
        var confirms = new Confirms();
        confirms.Expect([10, 20]);
        confirms.Answer(2, multiple: true, isTaken: true);
        await confirms.WaitAsync(_token);

        confirms.Expect([30]);
        confirms.Answer(2, multiple: false, isTaken: false); // Late, for the first round.
        confirms.Answer(3, multiple: false, isTaken: true);

        Assert.Equal([30], await confirms.WaitAsync(_token));
    }

    [Fact]
    public async Task GivenAnEndOfTheChannel_WhenWaiting_ThenItFails()
    {
        var confirms = new Confirms();
        confirms.Expect([10]);

        confirms.End();

        await Assert.ThrowsAsync<IOException>(() => confirms.WaitAsync(_token));
    }
}
