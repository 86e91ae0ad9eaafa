namespace IntegrationWorker.Store.Suite;

/// <summary>A store of one test, empty, with the tables of this version.</summary>
internal interface ITestStore : IAsyncDisposable
{
    OpenStore Store { get; }

    /// <summary>A further door to the same store, as another worker has it.</summary>
    OpenStore Open();
}
