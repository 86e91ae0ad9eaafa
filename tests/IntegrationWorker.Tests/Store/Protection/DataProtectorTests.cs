using System.Text;
using IntegrationWorker.Store.Protection;
using Xunit;

namespace IntegrationWorker.Tests.Store.Protection;

public sealed class DataProtectorTests
{
    private const string Place = "dead_letters/dl_1/body";

    private readonly ProtectionKeys _keys = ProtectionKeys.Create("key-1");
    private readonly byte[] _plain = Encoding.UTF8.GetBytes("an invented message");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void GivenBytes_WhenProtected_ThenTheyOpenAgainAndAreNotThereToBeRead(int length)
    {
        var plain = new byte[length];
        Array.Fill(plain, (byte)'x');

        var blob = new DataProtector(_keys).Protect(plain, Place);

        Assert.Equal(plain, new DataProtector(_keys).Unprotect(blob, Place));
        Assert.DoesNotContain("xxxx", Encoding.Latin1.GetString(blob), StringComparison.Ordinal);
        Assert.Equal("key-1", DataProtector.KeyIdOf(blob));
    }

    [Fact]
    public void GivenTheSameBytes_WhenProtectedTwice_ThenNobodySeesThatTheyAreTheSame()
    {
        var protector = new DataProtector(_keys);

        Assert.NotEqual(protector.Protect(_plain, Place), protector.Protect(_plain, Place));
    }

    [Fact]
    public void GivenAProtectedValue_WhenAnyByteOfItIsChangedOrItIsCut_ThenItDoesNotOpen()
    {
        var protector = new DataProtector(_keys);
        var blob = protector.Protect(_plain, Place);

        for (var i = 0; i < blob.Length; i++)
        {
            var changed = blob.ToArray();
            changed[i] ^= 1;
            Assert.Throws<ProtectionException>(() => protector.Unprotect(changed, Place));
            Assert.Throws<ProtectionException>(() => protector.Unprotect(blob.AsSpan(0, i), Place));
        }
    }

    [Fact]
    public void GivenAProtectedValue_WhenItIsMovedToAnotherPlaceOrReadWithOtherKeys_ThenItDoesNotOpenAndTheFailureSaysWhichKey()
    {
        var blob = new DataProtector(_keys).Protect(_plain, Place);

        Assert.Throws<ProtectionException>(() => new DataProtector(_keys).Unprotect(blob, "dead_letters/dl_2/body"));
        Assert.Throws<ProtectionException>(() => new DataProtector(ProtectionKeys.Create("key-1")).Unprotect(blob, Place));
        var failure = Assert.Throws<ProtectionException>(() => new DataProtector(ProtectionKeys.Create("key-2")).Unprotect(blob, Place));
        Assert.Contains("key-1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GivenARotation_WhenAValueOfTheOldKeyIsRead_ThenItOpensAndNewOnesHaveTheNewKey()
    {
        var blob = new DataProtector(_keys).Protect(_plain, Place);
        var rotated = new DataProtector(new ProtectionKeys(
            "key-2",
            new Dictionary<string, byte[]> { ["key-1"] = _keys.Current, ["key-2"] = ProtectionKeys.Create("key-2").Current },
            _keys.PatientHashKey));

        Assert.Equal(_plain, rotated.Unprotect(blob, Place));
        Assert.Equal("key-2", DataProtector.KeyIdOf(rotated.Protect(_plain, Place)));
    }
}
