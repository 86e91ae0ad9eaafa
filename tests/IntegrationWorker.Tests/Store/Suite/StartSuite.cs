using IntegrationWorker.Store.Protection;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>What happens at the start of a worker: tables of its version, and the keys that belong to the store.</summary>
public abstract class StartSuite : OpenStoreSuite
{
    private protected StartSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenAStoreOfThisVersion_WhenMigratedAgain_ThenNothingIsLost()
    {
        var study = Some.Study();
        await Store.Studies.WriteAsync(changes => changes.NewStudies.Add(study), Token);
        Assert.False(await Store.Migrator.IsBehindAsync(Token));

        await Store.Migrator.MigrateAsync(Token);

        Assert.NotNull(await Store.Reader.FindByIdAsync(study.StudyId, Token));
    }

    [Fact]
    public async Task GivenTheKeysOfTheStore_WhenCheckedByWorkerAfterWorker_ThenTheyMayStart()
    {
        var keys = ProtectionKeys.Create("key-1");

        await CheckAsync(keys);
        await CheckAsync(keys);
    }

    [Fact]
    public async Task GivenAStoreWithKeys_WhenAWorkerComesWithOthers_ThenItMayNotStart()
    {
        var keys = ProtectionKeys.Create("key-1");
        await CheckAsync(keys);

        await Assert.ThrowsAsync<ProtectionException>(() => CheckAsync(ProtectionKeys.Create("key-1"))); // The same id, another key.
        await Assert.ThrowsAsync<ProtectionException>(() => CheckAsync(ProtectionKeys.Create("key-2")));
        await Assert.ThrowsAsync<ProtectionException>(() => CheckAsync(
            new ProtectionKeys("key-1", new Dictionary<string, byte[]> { ["key-1"] = keys.Current }, new byte[ProtectionKeys.KeyBytes])));
        await CheckAsync(keys);
    }

    [Fact]
    public async Task GivenARotation_WhenAWorkerHasStartedWithBothKeys_ThenTheOldOneMayGo()
    {
        var old = ProtectionKeys.Create("key-1");
        var fresh = ProtectionKeys.Create("key-2").Current;
        await CheckAsync(old);

        await CheckAsync(new ProtectionKeys(
            "key-2", new Dictionary<string, byte[]> { ["key-1"] = old.Current, ["key-2"] = fresh }, old.PatientHashKey));

        await CheckAsync(new ProtectionKeys("key-2", new Dictionary<string, byte[]> { ["key-2"] = fresh }, old.PatientHashKey));
    }

    [Fact]
    public async Task GivenADeadLetterOfTheOldKey_WhenThatKeyIsTakenOut_ThenNoWorkerStartsUntilTheDeadLetterIsGone()
    {
        var old = ProtectionKeys.Create("key-1");
        var fresh = ProtectionKeys.Create("key-2").Current;
        var without = new ProtectionKeys("key-2", new Dictionary<string, byte[]> { ["key-2"] = fresh }, old.PatientHashKey);
        await CheckAsync(old);
        var letter = Some.DeadLetter();
        await new DeadLetterStore(Store.Database, new DataProtector(old)).AddAsync(letter, Token);
        await CheckAsync(new ProtectionKeys("key-2", new Dictionary<string, byte[]> { ["key-1"] = old.Current, ["key-2"] = fresh }, old.PatientHashKey));

        var failure = await Assert.ThrowsAsync<ProtectionException>(() => CheckAsync(without));
        await Assert.ThrowsAsync<ProtectionException>(() => CheckAsync(without));
        await DeleteAsync(letter.Id);
        await CheckAsync(without);

        Assert.Contains("the key key-1 (1 dead letters)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Protection:Keys", failure.Message, StringComparison.Ordinal);
        await CheckAsync(without);
    }

    [Fact]
    public async Task GivenARotation_WhenTheOldKeyComesBackAsAnotherOneWithItsId_ThenNoWorkerStarts()
    {
        var old = ProtectionKeys.Create("key-1");
        var fresh = ProtectionKeys.Create("key-2").Current;
        await CheckAsync(old);
        await CheckAsync(new ProtectionKeys("key-2", new Dictionary<string, byte[]> { ["key-1"] = old.Current, ["key-2"] = fresh }, old.PatientHashKey));

        var failure = await Assert.ThrowsAsync<ProtectionException>(() => CheckAsync(new ProtectionKeys(
            "key-2", new Dictionary<string, byte[]> { ["key-1"] = ProtectionKeys.Create("key-1").Current, ["key-2"] = fresh }, old.PatientHashKey)));

        Assert.Contains("other keys", failure.Message, StringComparison.Ordinal);
    }

    private async Task DeleteAsync(string deadLetterId)
    {
        await using var session = await Store.Database.BeginAsync(Token);
        await session.RunAsync(new Sql.Statement("delete from dead_letters where id = @id"), [Sql.SqlValue.Text("id", deadLetterId)], Token);
        await session.CommitAsync(Token);
    }

    private Task CheckAsync(ProtectionKeys keys) => new ProtectionCheck(Store.Database, keys).EnsureAsync(Token);
}
