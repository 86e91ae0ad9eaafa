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

    [Theory]
    [InlineData("wait")]
    [InlineData("reject")]
    public async Task GivenABrokerThatIsAway_WhenSent_ThenNothingIsAcceptedUntilItIsBack(string whenStoreFails)
    {
        await using var broker = await RabbitMqBroker.StartOwnAsync(_token);
        var host = await broker.CreateVirtualHostAsync(_token);
        await using var site = await MllpSite.StartAsync(host, _token, null, ("WhenStoreFails", whenStoreFails));
        await using var peer = await site.ConnectAsync(_token);
        Assert.Equal("AA", (await peer.AskAsync(new InventedOrder().Bytes, _token))!.Code);
        var order = new InventedOrder();

        await broker.StopAsync(_token);
        await site.Worker.WaitUntilNotReadyAsync(_token);
        var asking = peer.AskAsync(order.Bytes, _token);

        if (whenStoreFails == "reject")
        {
            Assert.Equal("AR", (await asking)!.Code);
        }
        else
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _token);
            Assert.False(asking.IsCompleted);
        }

        await broker.StartAsync(_token);
        await site.Worker.WaitUntilReadyAsync(_token);
        var answer = whenStoreFails == "reject" ? await peer.AskAsync(order.Bytes, _token) : await asking;
        Assert.Equal("AA", answer!.Code);
        await site.Worker.WaitForOutcomeAsync(order.Key, _token);
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
