using IntegrationWorker.Access;
using IntegrationWorker.Cli;
using Xunit;

namespace IntegrationWorker.Tests.Access;

public sealed class ApiKeyTokenTests
{
    private static readonly DateTimeOffset _noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void GivenANewKey_WhenItsTextIsRead_ThenItIsTheSameKeyAndFitsItsHashOnly()
    {
        var (token, other) = (ApiKeyToken.Create(), ApiKeyToken.Create());

        Assert.True(ApiKeyToken.TryParse(token.ToString(), out var read));
        Assert.Equal(token, read);
        Assert.True(read.Fits(KeyOf(token)));
        Assert.False(other.Fits(KeyOf(token)));
        Assert.False((other with { Id = token.Id }).Fits(KeyOf(token)));
        Assert.False(read.Fits(KeyOf(token) with { Salt = ApiKeyToken.NewSalt() }));
        Assert.DoesNotContain(token.Secret, KeyOf(token).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("siw_")]
    [InlineData("siw_00112233445566778899aabbccddeeff")]
    [InlineData("siw_00112233445566778899aabbccddeeff_")]
    [InlineData("siw_00112233445566778899aabbccddeegg_secret")]
    [InlineData("abc_00112233445566778899aabbccddeeff_secret")]
    [InlineData("siw_00112233445566778899aabbccddeeff-secret")]
    public void GivenATextThatIsNoKey_WhenRead_ThenItIsNone(string text) => Assert.False(ApiKeyToken.TryParse(text, out _));

    [Fact]
    public void GivenAVeryLongText_WhenRead_ThenItIsNoKey() =>
        Assert.False(ApiKeyToken.TryParse($"siw_00112233445566778899aabbccddeeff_{new string('x', 1000)}", out _));

    [Fact]
    public void GivenAKey_WhenItIsRevokedOrItsTimeIsOver_ThenItIsNotValid()
    {
        var key = KeyOf(ApiKeyToken.Create());

        Assert.True(key.IsValidAt(_noon));
        Assert.True((key with { ExpiresAt = _noon.AddTicks(1) }).IsValidAt(_noon));
        Assert.False((key with { ExpiresAt = _noon }).IsValidAt(_noon));
        Assert.False((key with { RevokedAt = _noon.AddDays(1) }).IsValidAt(_noon));
    }

    [Theory]
    [InlineData("90d", "2026-05-31T12:00:00Z")]
    [InlineData("12h", "2026-03-03T00:00:00Z")]
    [InlineData("15m", "2026-03-02T12:15:00Z")]
    [InlineData("2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z")]
    [InlineData("2027-01-31", "2027-01-31T00:00:00Z")]
    [InlineData("2026-03-02T12:00:00Z", null)] // Not ahead.
    [InlineData("0d", null)]
    [InlineData("-1d", null)]
    [InlineData("5w", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void GivenAnExpiry_WhenRead_ThenItIsATimeAheadOrNone(string text, string? expected) =>
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected), KeysVerbs.ExpiryOf(text, _noon));

    private static ApiKey KeyOf(ApiKeyToken token)
    {
        var salt = ApiKeyToken.NewSalt();

        return new ApiKey
        {
            Id = token.Id, Name = "invented", Role = AccessRole.Reader, Salt = salt, Hash = token.HashWith(salt), CreatedAt = _noon, CreatedBy = "cli:test",
        };
    }
}
