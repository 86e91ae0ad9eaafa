using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>How the worker starts, and when it refuses to.</summary>
public sealed class StartJourneyTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenAMisspeltSetting_WhenStarted_ThenItEndsAndNamesIt()
    {
        var settings = new WorkerSettings { Environment = new Dictionary<string, string?> { ["Store__Pth"] = "x" } };
        await using var worker = await WorkerProcess.StartUnreadyAsync(settings);

        await worker.WaitForExitAsync(_token);
        var check = await WorkerProcess.RunVerbAsync(settings, ["check-config"], _token);

        Assert.Equal((1, 1), (worker.ExitCode, check.ExitCode));
        Assert.Contains("Store:Pth", worker.Output, StringComparison.Ordinal);
        Assert.Contains("Do you mean Path?", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivenTheKeysOfAnotherStore_WhenStarted_ThenItRefuses()
    {
        using var folder = new TemporaryFolder("keys");
        var settings = new WorkerSettings { SqliteFile = Path.Combine(folder.FullName, "worker.db"), KeyFile = Path.Combine(folder.FullName, "keys.json") };
        await using (var first = await WorkerProcess.StartAsync(settings, _token))
        {
            await first.StopAsync();
        }

        await using var second = await WorkerProcess.StartUnreadyAsync(settings with { KeyFile = Path.Combine(folder.FullName, "other-keys.json") });
        await second.WaitForExitAsync(_token);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("other keys", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivenAnEmptyStore_WhenLookedAt_ThenTheVerbSaysWhatIsMissingAndMigrateHelps()
    {
        using var folder = new TemporaryFolder("empty");
        var settings = new WorkerSettings { SqliteFile = Path.Combine(folder.FullName, "worker.db"), KeyFile = Path.Combine(folder.FullName, "keys.json") };

        var before = await WorkerProcess.RunVerbAsync(settings, ["studies", "list"], _token);
        Assert.False(File.Exists(settings.SqliteFile), "Looking for a store has made one.");
        var migrate = await WorkerProcess.RunVerbAsync(settings, ["migrate"], _token);
        var after = await WorkerProcess.RunVerbAsync(settings, ["studies", "list", "--json"], _token);

        Assert.Equal((1, 0, 0), (before.ExitCode, migrate.ExitCode, after.ExitCode));
        Assert.Contains($"There is no store at {settings.SqliteFile}", before.Errors, StringComparison.Ordinal);
        Assert.Contains("migrate", before.Errors, StringComparison.Ordinal);
        Assert.Equal("[]", after.Output.Trim());
    }

    [Fact]
    public async Task GivenAPortInUse_WhenASecondWorkerStarts_ThenItSaysSoAndEnds()
    {
        await using var first = await WorkerProcess.StartAsync(new WorkerSettings(), _token);
        var address = first.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

        await using var second = await WorkerProcess.StartUnreadyAsync(
            new WorkerSettings { Environment = new Dictionary<string, string?> { ["Http__Urls"] = address } });
        await second.WaitForExitAsync(_token);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("address already in use. Stop what uses it, or set Http:Urls.", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("send", "--help")]
    [InlineData("dead-letters", "replay", "--help")]
    public async Task GivenHelp_WhenAskedFor_ThenItIsPrinted(params string[] arguments)
    {
        var help = await WorkerProcess.RunVerbAsync(new WorkerSettings { ConfigFiles = [] }, arguments, _token);

        Assert.Equal(0, help.ExitCode);
        Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
    }
}
