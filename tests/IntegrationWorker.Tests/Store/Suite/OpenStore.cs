using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.Suite;

/// <summary>A database with all that the worker has over it.</summary>
internal sealed class OpenStore(
    Database database, StoreMigrator migrator, Func<DataProtector, IStudyStore> studies, ProtectionKeys keys) : IAsyncDisposable
{
    private readonly DataProtector _protector = new(keys);

    /// <summary>The clock of outbox and dead letters; it stands still unless a test sets it.</summary>
    public SetTime Time { get; } = new(Some.Noon);

    public PatientHasher Hasher { get; } = new(keys);

    public Database Database => database;

    public StoreMigrator Migrator => migrator;

    public IStudyStore Studies => field ??= studies(_protector);

    public IStudyReader Reader => field ??= new StudyReader(database);

    public IOutboxStore Outbox => field ??= new OutboxStore(database, Time);

    public IDeadLetterStore DeadLetters => field ??= new DeadLetterStore(database, _protector);

    public SavedFilterStore Filters => field ??= new SavedFilterStore(database);

    public IHoldStore Holds => field ??= new HoldStore(database, _protector);

    public IReplayJobStore ReplayJobs => field ??= new ReplayJobStore(database, _protector);

    public CaseRevisionStore Revisions => field ??= new CaseRevisionStore(database, _protector);

    public IStoreMaintenance Maintenance => field ??= new StoreMaintenance(database, Outbox, _protector);

    public ITargetStore Target => field ??= new TargetStore(database, _protector);

    public IFhirWorkStore FhirWork => field ??= new FhirWorkStore(database);

    public IStoreHealth Health => field ??= new StoreHealth(database, Time);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}

/// <summary>A clock that a test sets.</summary>
internal sealed class SetTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
