using IntegrationWorker.Store.Protection;
using Xunit;

namespace IntegrationWorker.Tests.Store.Protection;

public sealed class PatientHasherTests
{
    [Fact]
    public void GivenAKnownKey_WhenAnIdentifierIsHashed_ThenItIsTheHmacOfItsUtf8Text()
    {
        var keys = new ProtectionKeys(
            "k", new Dictionary<string, byte[]> { ["k"] = new byte[ProtectionKeys.KeyBytes] }, [.. Enumerable.Repeat((byte)0x0b, 32)]);

        using var hasher = new PatientHasher(keys);

        // printf %s EX-P-1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:0b0b…0b
        Assert.Equal("4a333b6b740c1116ba4135d778acf6f81163d0073ad7b286f8323b5180c7b400", hasher.Hash("EX-P-1"));
    }

    [Fact]
    public void GivenIdentifiersOfAnyLength_WhenHashed_ThenEqualOnesAreEqualAndOthersAreNot()
    {
        using var hasher = new PatientHasher(ProtectionKeys.Create("k"));
        using var other = new PatientHasher(ProtectionKeys.Create("k"));
        string[] values = ["", "1", "01", "ä", new('x', 85), new('x', 86), new('ä', 5000), $"{new('ä', 4999)}b"];

        Assert.Equal(values.Length, values.Select(hasher.Hash).Distinct().Count());
        Assert.All(values, value => Assert.Equal(hasher.Hash(value), hasher.Hash(value)));
        Assert.All(values, value => Assert.NotEqual(hasher.Hash(value), other.Hash(value)));
    }

    [Fact]
    public void GivenManyThreads_WhenTheyHashAtOnce_ThenEachGetsItsOwn()
    {
        using var hasher = new PatientHasher(ProtectionKeys.Create("k"));
        string[] values = [.. Enumerable.Range(0, 2000).Select(number => $"EX-P-{number}")];
        string[] alone = [.. values.Select(hasher.Hash)];
        var together = new string[values.Length];

        Parallel.For(0, values.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, at => together[at] = hasher.Hash(values[at]));

        Assert.Equal(alone, together);
    }
}
