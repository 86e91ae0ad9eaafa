using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>Tests of all that the worker has over a database.</summary>
public abstract class OpenStoreSuite : IAsyncLifetime
{
    private readonly Func<CancellationToken, Task<ITestStore>> _create;
    private ITestStore? _store;

    private protected OpenStoreSuite(Func<CancellationToken, Task<ITestStore>> create) => _create = create;

    protected CancellationToken Token { get; } = TestContext.Current.CancellationToken;

    private protected OpenStore Store => _store!.Store;

    private protected ITestStore Door => _store!;

    public async ValueTask InitializeAsync() => _store = await _create(Token);

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
