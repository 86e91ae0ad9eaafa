using FsCheck;
using FsCheck.Fluent;
using IntegrationWorker.Intake.Broker;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

public sealed class DeliveryOrderTests
{
    [Fact]
    public void GivenAnyOrderOfArrival_WhenPassed_ThenItIsTheOrderOfTheNumbers() => Prop.ForAll(
        Gen.Choose(1, 60).SelectMany(count => Gen.Shuffle(Enumerable.Range(1, count).ToArray())).ToArbitrary(),
        arrivals =>
        {
            var order = new DeliveryOrder(new FakeTimeProvider());
            var passed = new List<int>();

            foreach (var number in arrivals)
            {
                order.Pass("consumer", (ulong)number, () => passed.Add(number));
            }

            return passed.SequenceEqual(Enumerable.Range(1, arrivals.Length));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void GivenANewConsumer_WhenItsNumbersStartAgain_ThenItIsNotMixedUpWithTheOldOne()
    {
        var order = new DeliveryOrder(new FakeTimeProvider());
        var passed = new List<string>();

        order.Pass("old", 1, () => passed.Add("old 1"));
        order.Pass("old", 3, () => passed.Add("old 3"));
        order.Pass("new", 1, () => passed.Add("new 1"));

        Assert.Equal(["old 1", "new 1"], passed);
    }

    [Fact]
    public async Task GivenADeliveryThatNeverArrives_WhenPatienceEnds_ThenTheOthersGoOn()
    {
        var time = new FakeTimeProvider();
        var order = new DeliveryOrder(time);
        var passed = new List<int>();
        var all = new TaskCompletionSource();

        order.Pass("consumer", 2, () => passed.Add(2));
        order.Pass("consumer", 3, () => { passed.Add(3); all.SetResult(); });
        Assert.Empty(passed);
        time.Advance(TimeSpan.FromSeconds(1));
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        order.Pass("consumer", 1, () => passed.Add(1));

        Assert.Equal([2, 3, 1], passed);
    }
}
