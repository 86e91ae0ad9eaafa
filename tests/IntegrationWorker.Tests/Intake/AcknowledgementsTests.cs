using FsCheck;
using FsCheck.Fluent;
using IntegrationWorker.Intake.Broker;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

public class AcknowledgementsTests
{
    private readonly BrokerSide _broker = new();

    [Fact]
    public async Task GivenABatchInOrder_WhenItIsSettled_ThenOneFrameAcknowledgesIt()
    {
        _broker.Deliver(256);

        await SettleAsync([.. Enumerable.Range(1, 256).Select(number => ((ulong)number, true))]);

        Assert.Equal(["up to 256"], _broker.Frames);
    }

    [Fact]
    public async Task GivenADeliveryThatTakesLonger_WhenLaterOnesAreSettled_ThenTheyDoNotWaitForIt()
    {
        _broker.Deliver(5);
        var acknowledgements = New();
        acknowledgements.Settle(1, true);
        acknowledgements.Settle(3, true);
        acknowledgements.Settle(4, true);
        var work = acknowledgements.RunAsync();
        Assert.Equal(["up to 1", "3", "4"], _broker.Frames);

        acknowledgements.Settle(2, true);
        acknowledgements.Settle(5, true);
        acknowledgements.EndAfter(5);
        await work;

        Assert.Empty(_broker.Outstanding);
    }

    [Fact]
    public async Task GivenADeliveryThatGoesBack_WhenOthersAroundItAreDecided_ThenItIsNotAcknowledgedWithThem()
    {
        _broker.Deliver(3);

        await SettleAsync([(1, true), (3, true), (2, false)]);

        Assert.Equal([2ul], _broker.Returned);
        Assert.Empty(_broker.Outstanding);
    }

    [Fact]
    public async Task GivenADeliveryThatIsSettledTwice_WhenTheBrokerIsTold_ThenItIsToldOnce()
    {
        _broker.Deliver(2);

        await SettleAsync([(1, true), (1, false), (2, false), (2, true)]);

        Assert.Equal([2ul], _broker.Returned);
        Assert.Empty(_broker.Outstanding);
    }

    // The broker closes a channel that settles what is not outstanding, and the model here throws.
    [Fact]
    public void GivenAnyOrderInAnyPortions_WhenAllAreSettled_ThenEachIsSettledOnceAndAsItWasMeant() =>
        Prop.ForAll<int>(SettlesEachOnce).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static void SettlesEachOnce(int seed)
    {
        var random = new Random(seed);
        var broker = new BrokerSide();
        var count = random.Next(1, 40);
        broker.Deliver(count);
        var acknowledgements = New(broker);
        var work = acknowledgements.RunAsync();
        var returned = new List<ulong>();
        var numbers = Enumerable.Range(1, count).ToArray();
        random.Shuffle(numbers.AsSpan(random.Next(count)));

        foreach (var number in numbers)
        {
            var isDecided = random.Next(5) > 0;
            acknowledgements.Settle((ulong)number, isDecided);

            if (!isDecided)
            {
                returned.Add((ulong)number);
            }

            // The rest of the portion waits behind a frame that the network has not taken yet.
            broker.IsSlow = random.Next(3) > 0;
        }

        broker.IsSlow = false;
        acknowledgements.EndAfter((ulong)count);
        work.GetAwaiter().GetResult();

        Assert.Empty(broker.Outstanding);
        Assert.Equal(returned.Order(), broker.Returned.Order());
    }

    private async Task SettleAsync(IReadOnlyList<(ulong Number, bool IsDecided)> settled)
    {
        var acknowledgements = New();

        foreach (var (number, isDecided) in settled)
        {
            acknowledgements.Settle(number, isDecided);
        }

        acknowledgements.EndAfter(settled.Max(one => one.Number));
        await acknowledgements.RunAsync();
    }

    private Acknowledgements New() => New(_broker);

    private static Acknowledgements New(BrokerSide broker) => new(broker.AcknowledgeAsync, broker.ReturnAsync);

    /// <summary>What a broker does with the frames of a channel.</summary>
    private sealed class BrokerSide
    {
        private TaskCompletionSource _network = Ready();

        public SortedSet<ulong> Outstanding { get; } = [];

        public List<ulong> Returned { get; } = [];

        public List<string> Frames { get; } = [];

        public bool IsSlow
        {
            set
            {
                if (!value)
                {
                    _network.TrySetResult();
                }
                else if (_network.Task.IsCompleted)
                {
                    _network = new TaskCompletionSource();
                }
            }
        }

        public void Deliver(int count) => Outstanding.UnionWith(Enumerable.Range(1, count).Select(number => (ulong)number));

        public async ValueTask AcknowledgeAsync(ulong number, bool multiple)
        {
            await _network.Task;
            Frames.Add(multiple ? $"up to {number}" : $"{number}");
            Take(number);

            if (multiple)
            {
                Outstanding.RemoveWhere(earlier => earlier < number);
            }
        }

        public async ValueTask ReturnAsync(ulong number)
        {
            await _network.Task;
            Take(number);
            Returned.Add(number);
        }

        private void Take(ulong number) => Assert.True(Outstanding.Remove(number), $"Delivery {number} is not outstanding.");

        private static TaskCompletionSource Ready()
        {
            var ready = new TaskCompletionSource();
            ready.SetResult();
            return ready;
        }
    }
}
