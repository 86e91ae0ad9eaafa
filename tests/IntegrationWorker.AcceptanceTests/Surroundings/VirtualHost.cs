namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A virtual host of one test: the product's queue names are fixed, so each test has a broker of its own this way.</summary>
internal sealed class VirtualHost(BrokerManagement management, string name, Uri uri) : IAsyncDisposable
{
    /// <summary>The address to give to <c>Broker__Uri</c> and to <see cref="AmqpClient"/>.</summary>
    public Uri Uri => uri;

    public string Name => name;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await management.DeleteVirtualHostAsync(name, CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            // The test may have stopped its broker; the virtual host goes with it.
        }
    }
}
