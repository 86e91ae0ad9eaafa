using IntegrationWorker.Store.Protection;
using Xunit;

namespace IntegrationWorker.Tests.Store.Protection;

public sealed class ProtectionKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keys-").FullName;

    private string KeyFile => Path.Combine(_folder, "data", "keys.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void GivenNoKeyFile_WhenTheKeysAreRead_ThenItIsMadeForItsOwnerOnlyAndReadTheSameAgain()
    {
        var keys = ProtectionKeyFile.ReadOrCreate(KeyFile);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        }

        var again = ProtectionKeyFile.ReadOrCreate(KeyFile);
        Assert.Equal(keys.CurrentId, again.CurrentId);
        Assert.Equal(keys.Current, again.Current);
        Assert.Equal(keys.PatientHashKey, again.PatientHashKey);
        Assert.NotEqual(keys.Current, keys.PatientHashKey);
        Assert.Equal([KeyFile], Directory.GetFiles(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public void GivenNoKeyFile_WhenManyWorkersStartAtOnce_ThenAllHaveTheKeysOfOne()
    {
        var keys = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ => ProtectionKeyFile.ReadOrCreate(KeyFile)).ToList();

        Assert.All(keys, key => Assert.Equal(keys[0].Current, key.Current));
        Assert.Equal([KeyFile], Directory.GetFiles(Path.GetDirectoryName(KeyFile)!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"current":"k","keys":[{"id":"k","key":"c2VjcmV0"}],"patientHashKey":"c2VjcmV0"}""")] // Too short.
    [InlineData("""{"current":"k","keys":[{"id":"k","key":"secret!"}],"patientHashKey":"secret!"}""")] // No Base64.
    [InlineData("""{"current":"other","keys":[],"patientHashKey":"c2VjcmV0"}""")]
    [InlineData("""{"current":"k","keys":[],"patientHashKey":"c2VjcmV0","secret":1}""")] // A misspelt member.
    public void GivenAFileThatIsNoKeyFile_WhenTheKeysAreRead_ThenTheFailureNamesTheFileAndNothingOfIt(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        File.WriteAllText(KeyFile, text);

        var failure = Assert.Throws<ProtectionException>(() => ProtectionKeyFile.ReadOrCreate(KeyFile));

        Assert.Contains(KeyFile, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(KeyFile));
    }

    [Fact]
    public void GivenKeysOfTheSettings_WhenTheKeysAreRead_ThenTheLastOneEncryptsAndAllOpen()
    {
        var first = ProtectionKeyFile.ReadOrCreate(KeyFile);
        var old = new DataProtector(first).Protect("a"u8, "place");

        var keys = ProtectionKeyFile.ReadOrCreate(KeyFile, KeyOf("2026", 1), KeyOf("2027", 2));

        Assert.Equal("2027", keys.CurrentId);
        Assert.Equal(first.PatientHashKey, keys.PatientHashKey);
        Assert.Equal("a"u8.ToArray(), new DataProtector(keys).Unprotect(old, "place"));
        Assert.Equal([1, 2], new[] { keys.Find("2026")![0], keys.Find("2027")![0] });
    }

    [Fact]
    public void GivenAKeyFileWhoseKeysWereTakenOut_WhenTheSettingsHaveSome_ThenThoseAreUsed()
    {
        var hashKey = Convert.ToBase64String(ProtectionKeyFile.ReadOrCreate(KeyFile).PatientHashKey);
        File.WriteAllText(KeyFile, $$"""{"current":"key-1","keys":[],"patientHashKey":"{{hashKey}}"}""");

        Assert.Equal("2027", ProtectionKeyFile.ReadOrCreate(KeyFile, KeyOf("2027", 2)).CurrentId);
        Assert.Throws<ProtectionException>(() => ProtectionKeyFile.ReadOrCreate(KeyFile));
    }

    [Fact]
    public void GivenAKeyOfTheSettingsWithTheIdOfAnotherOne_WhenTheKeysAreRead_ThenTheFailureNamesTheSettingAndNoKey()
    {
        var first = ProtectionKeyFile.ReadOrCreate(KeyFile);
        var twice = new ProtectionKeyOptions { Id = first.CurrentId, Key = Convert.ToBase64String(first.Current) };
        Assert.Equal(first.CurrentId, ProtectionKeyFile.ReadOrCreate(KeyFile, twice).CurrentId);

        var failure = Assert.Throws<ProtectionException>(() => ProtectionKeyFile.ReadOrCreate(KeyFile, KeyOf("2027", 2), KeyOf(first.CurrentId, 3)));

        Assert.Contains("Protection:Keys:1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(KeyOf("", 3).Key, failure.ToString(), StringComparison.Ordinal);
    }

    private static ProtectionKeyOptions KeyOf(string id, byte fill)
    {
        var bytes = new byte[ProtectionKeys.KeyBytes];
        Array.Fill(bytes, fill);

        return new ProtectionKeyOptions { Id = id, Key = Convert.ToBase64String(bytes) };
    }
}
