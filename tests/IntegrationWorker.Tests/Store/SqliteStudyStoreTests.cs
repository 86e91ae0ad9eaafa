using IntegrationWorker.Store;
using IntegrationWorker.Store.Suite;

namespace IntegrationWorker.Tests.Store;

public sealed class SqliteStudyStoreTests : StudyStoreSuite
{
    private SqliteStoreFixture? _fixture;

    public override ValueTask DisposeAsync() => _fixture?.DisposeAsync() ?? ValueTask.CompletedTask;

    private protected override async Task<IStudyStore> OpenAsync()
    {
        _fixture = await SqliteStoreFixture.CreateAsync(Token);

        return _fixture.Store.Studies;
    }
}
