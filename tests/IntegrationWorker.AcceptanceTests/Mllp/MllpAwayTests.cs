using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Journeys;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Mllp;

/// <summary>Nothing can be stored: nothing is accepted. Senders wait, or are told, as the listener is set.</summary>
public sealed class MllpAwayTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenAStoreThatIsAway_WhenTheListenerWaits_ThenTheAnswerComesWhenTheStoreIsBack()
    {
        await using var postgres = await PostgresServer.StartOwnAsync(durable: false, _token);
        var settings = new WorkerSettings { Postgres = await postgres.CreateDatabaseAsync(_token) };
        await using var site = await MllpSite.StartAsync(null, _token, settings);
        await using var peer = await site.ConnectAsync(_token);
        await using var refused = await site.ConnectAsync(_token);
        var order = new InventedOrder();

        await postgres.StopAsync(_token);
        var good = peer.AskAsync(order.Bytes, _token);
        var bad = refused.AskAsync((order with { Sender = "NOBODY" }).Bytes, _token);
        await site.Worker.WaitUntilNotReadyAsync(_token);
        await using var late = await site.ConnectAsync(_token);
        var later = late.AskAsync((order with { Control = "XO", Minute = 1 }).Bytes, _token);
        await Task.Delay(TimeSpan.FromSeconds(1), _token);
        Assert.False(good.IsCompleted || bad.IsCompleted || later.IsCompleted);
        await postgres.StartAsync(_token);

        Assert.Equal("AA", (await good)!.Code);
        Assert.Equal("AE", (await bad)!.Code);
        Assert.Equal("AA", (await later)!.Code);
        Assert.Single(await site.Worker.DeadLettersAsync(_token));
    }

    [Fact]
    public async Task GivenAStoreThatIsAway_WhenTheListenerRejects_ThenTheAnswerIsARejectionAndTheResendIsAcceptedOnce()
    {
        await using var postgres = await PostgresServer.StartOwnAsync(durable: false, _token);
        var settings = new WorkerSettings { Postgres = await postgres.CreateDatabaseAsync(_token) };
        await using var site = await MllpSite.StartAsync(null, _token, settings, ("WhenStoreFails", "reject"));
        await using var peer = await site.ConnectAsync(_token);
        var order = new InventedOrder();

        await postgres.StopAsync(_token);
        var first = (await peer.AskAsync(order.Bytes, _token))!;
        var second = (await peer.AskAsync(order.Bytes, _token))!;
        await postgres.StartAsync(_token);
        await site.Worker.WaitUntilReadyAsync(_token);
        var third = (await peer.AskAsync(order.Bytes, _token))!;

        Assert.Equal(("AR", "AR", "AA"), (first.Code, second.Code, third.Code));
        Assert.Contains("SYS-901", first.Text, StringComparison.Ordinal);
        Assert.Single(await site.Worker.EventsAsync(_token));
        Assert.Empty(await site.Worker.DeadLettersAsync(_token));
    }

    [Fact]
    public async Task GivenABrokerThatIsAway_WhenSent_ThenNothingIsAcceptedUntilItIsBack()
    {
        var rejecting = FreePorts.One();
        var settings = new WorkerSettings
        {
            Environment = new Dictionary<string, string?> { ["Mllp__1__Port"] = $"{rejecting}", ["Mllp__1__WhenStoreFails"] = "reject" },
        };
        await using var broker = await RabbitMqBroker.StartOwnAsync(_token);
        await using var site = await MllpSite.StartAsync(await broker.CreateVirtualHostAsync(_token), _token, settings);
        await using var waiter = await site.ConnectAsync(_token);
        await using var asker = await MllpPeer.ConnectAsync(rejecting, _token);
        var (first, second) = (new InventedOrder(), new InventedOrder());
        Assert.Equal("AA", (await waiter.AskAsync(new InventedOrder().Bytes, _token))!.Code);
        Assert.Equal("AA", (await asker.AskAsync(new InventedOrder().Bytes, _token))!.Code);

        await broker.StopAsync(_token);
        await site.Worker.WaitUntilNotReadyAsync(_token);
        var waiting = waiter.AskAsync(first.Bytes, _token);
        Assert.Equal("AR", (await asker.AskAsync(second.Bytes, _token))!.Code);
        Assert.False(waiting.IsCompleted);
        await broker.StartAsync(_token);
        await site.Worker.WaitUntilReadyAsync(_token);

        Assert.Equal("AA", (await waiting)!.Code);
        Assert.Equal("AA", (await asker.AskAsync(second.Bytes, _token))!.Code);
        await site.Worker.WaitForOutcomeAsync(first.Key, _token);
        await site.Worker.WaitForOutcomeAsync(second.Key, _token);
    }

    [Fact]
    public async Task GivenAStoreThatIsAway_WhenTheWorkerIsStopped_ThenItEndsInOrderWithoutAnAnswer()
    {
        await using var postgres = await PostgresServer.StartOwnAsync(durable: false, _token);
        var settings = new WorkerSettings { Postgres = await postgres.CreateDatabaseAsync(_token) };
        await using var site = await MllpSite.StartAsync(null, _token, settings);
        await using var peer = await site.ConnectAsync(_token);

        await postgres.StopAsync(_token);
        var asking = peer.AskAsync(new InventedOrder().Bytes, _token);
        await site.Worker.WaitUntilNotReadyAsync(_token);

        Assert.True(await site.Worker.StopAsync());
        Assert.Null(await asking);
    }
}
