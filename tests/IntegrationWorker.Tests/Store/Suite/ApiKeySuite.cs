using IntegrationWorker.Access;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>The keys of the HTTP API.</summary>
public abstract class ApiKeySuite : OpenStoreSuite
{
    private protected ApiKeySuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    private ApiKeyStore Keys => new(Store.Database);

    [Fact]
    public async Task GivenKeys_WhenLookedUpOrListed_ThenTheyAreAsTheyWereMade()
    {
        var (one, two) = (Key(), Key() with { CreatedAt = Some.Noon.AddHours(-1), ExpiresAt = Some.Noon.AddDays(1), Role = AccessRole.Admin });
        Assert.False(await Keys.HasAnyAsync(Token));

        await Keys.AddAsync(one, Token);
        await Keys.AddAsync(two, Token);

        Assert.True(await Keys.HasAnyAsync(Token));
        Assert.Equivalent(one, await Keys.FindAsync(one.Id, Token), strict: true);
        Assert.Equivalent(two, await Keys.FindAsync(two.Id, Token), strict: true);
        Assert.Null(await Keys.FindAsync(Guid.NewGuid(), Token));
        Assert.Equal([two.Id, one.Id], (await Keys.ListAsync(Token)).Select(key => key.Id));
    }

    [Fact]
    public async Task GivenAKey_WhenRevoked_ThenTheFirstTimeCountsAndItsRowStays()
    {
        var key = Key();
        await Keys.AddAsync(key, Token);

        Assert.True(await Keys.RevokeAsync(key.Id, Some.Noon, "cli:one", Token));
        Assert.False(await Keys.RevokeAsync(key.Id, Some.Noon.AddDays(1), "cli:two", Token));
        Assert.False(await Keys.RevokeAsync(Guid.NewGuid(), Some.Noon, "cli:one", Token));

        Assert.Equal(Some.Noon, (await Keys.FindAsync(key.Id, Token))?.RevokedAt);
        Assert.True(await Keys.HasAnyAsync(Token));
    }

    [Fact]
    public async Task GivenUses_WhenWritten_ThenTheLatestStands()
    {
        var (one, two) = (Key(), Key());
        await Keys.AddAsync(one, Token);
        await Keys.AddAsync(two, Token);

        await Keys.WriteUsesAsync([KeyValuePair.Create(one.Id, Some.Noon), KeyValuePair.Create(two.Id, Some.Noon)], Token);
        await Keys.WriteUsesAsync([KeyValuePair.Create(one.Id, Some.Noon.AddMinutes(-1)), KeyValuePair.Create(two.Id, Some.Noon.AddMinutes(1))], Token);

        Assert.Equal(Some.Noon, (await Keys.FindAsync(one.Id, Token))?.LastUsedAt);
        Assert.Equal(Some.Noon.AddMinutes(1), (await Keys.FindAsync(two.Id, Token))?.LastUsedAt);
    }

    [Fact]
    public async Task GivenSeveralWorkers_WhenEachMakesTheFirstKey_ThenOneOfThemDoes()
    {
        await using var other = Door.Open();
        ApiKeyStore[] doors = [Keys, new ApiKeyStore(other.Database)];

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => doors[i % 2].TryAddFirstAsync(Key(), Token), Token)));

        Assert.Single(made, isMade => isMade);
        Assert.Single(await Keys.ListAsync(Token));
        Assert.False(await Keys.TryAddFirstAsync(Key(), Token));
    }

    [Fact]
    public async Task GivenAKeyThatWasMadeOtherwise_WhenTheFirstIsToBeMade_ThenItIsNot()
    {
        await Keys.AddAsync(Key(), Token);

        Assert.False(await Keys.TryAddFirstAsync(Key(), Token));
    }

    private static ApiKey Key() => new()
    {
        Id = Guid.NewGuid(),
        Name = "invented ✓",
        Role = AccessRole.Integrator,
        Salt = ApiKeyToken.NewSalt(),
        Hash = new byte[32],
        CreatedAt = Some.Noon,
        CreatedBy = "cli:test",
    };
}
