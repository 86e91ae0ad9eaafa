using IntegrationWorker.Store;
using IntegrationWorker.Store.Suite;

namespace IntegrationWorker.Tests.Store;

public sealed class MemoryStudyStoreTests : StudyStoreSuite
{
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private protected override Task<IStudyStore> OpenAsync() => Task.FromResult<IStudyStore>(new MemoryStudyStore());
}
