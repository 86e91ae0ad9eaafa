using RabbitMQ.Client.Exceptions;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

public sealed class RabbitMqBrokerTests(SharedSurroundings surroundings)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenTwoVirtualHosts_WhenOnePublishes_ThenTheOtherHasNoSuchQueue()
    {
        await using var one = await surroundings.VirtualHostAsync(_token);
        await using var other = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(one.Uri, _token);
        await using var stranger = await AmqpClient.ConnectAsync(other.Uri, _token);

        await client.DeclareQuorumQueueAsync("study-updates.hl7v2", _token);
        await client.PublishAsync("study-updates.hl7v2", "body", _token, new Dictionary<string, string> { ["source-id"] = "x" }, "text/plain");

        Assert.Equal(1u, await client.CountAsync("study-updates.hl7v2", _token));
        Assert.Null(await stranger.CountAsync("study-updates.hl7v2", _token));
        var taken = await client.TakeAsync("study-updates.hl7v2", _token);
        Assert.Equal(("body", "text/plain", "x"), (taken?.Text, taken?.ContentType, taken?.Header("source-id")));
    }

    [Fact]
    public async Task GivenNoQueue_WhenPublished_ThenTheSenderIsTold()
    {
        await using var host = await surroundings.VirtualHostAsync(_token);
        await using var client = await AmqpClient.ConnectAsync(host.Uri, _token);

        await Assert.ThrowsAsync<PublishReturnException>(() => client.PublishAsync("nobody.listens", "body", _token));
    }

    [Fact]
    public async Task GivenDurableContent_WhenRestartedAndKilled_ThenItIsStillThere()
    {
        await using var broker = await RabbitMqBroker.StartOwnAsync(_token);
        await using var host = await broker.CreateVirtualHostAsync(_token);
        await using (var client = await AmqpClient.ConnectAsync(host.Uri, _token))
        {
            await client.DeclareQuorumQueueAsync("kept", _token);
            await client.PublishAsync("kept", "first", _token);
        }

        await broker.RestartAsync(_token);
        await using (var client = await AmqpClient.ConnectAsync(host.Uri, _token))
        {
            await client.PublishAsync("kept", "second", _token);
        }

        await broker.KillAsync(_token);
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => AmqpClient.ConnectAsync(host.Uri, _token));
        await broker.StartAsync(_token);

        await using var reader = await AmqpClient.ConnectAsync(host.Uri, _token);
        Assert.Equal("first", (await reader.TakeAsync("kept", _token))?.Text);
        Assert.Equal("second", (await reader.TakeAsync("kept", _token))?.Text);
    }
}
