using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Suite;

namespace IntegrationWorker.AcceptanceTests.Store;

public sealed class PostgreSqlStudyStoreTests(SharedSurroundings surroundings) : StudyStoreSuite
{
    private PostgreSqlStore? _store;

    public override ValueTask DisposeAsync() => _store?.DisposeAsync() ?? ValueTask.CompletedTask;

    private protected override async Task<IStudyStore> OpenAsync()
    {
        _store = await PostgreSqlStore.CreateAsync(surroundings, Token);

        return _store.Store.Studies;
    }
}
