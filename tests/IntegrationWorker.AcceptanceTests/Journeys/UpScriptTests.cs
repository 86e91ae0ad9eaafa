using System.Text.RegularExpressions;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>The first command of a new user, in a fresh copy of the repository.</summary>
public sealed partial class UpScriptTests
{
    // Restoring and building are in it.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(8);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenAFreshCopy_WhenTheDemoIsStarted_ThenItShowsStudiesAndEventsAndItsCurlWorksAndItEndsAll()
    {
        using var copy = new TemporaryFolder("up");
        CopyRepository(copy.FullName);
        var port = FreePorts.One();
        var mllpPort = FreePorts.One();
        await using var up = await ChildProcess.StartAsync(
            Path.Combine(copy.FullName, "up.sh"), ["--demo", "--port", $"{port}", "--mllp-port", $"{mllpPort}"], folder: copy.FullName);

        await Patience.UntilAsync(
            () => Task.FromResult(up.HasExited || up.Output.Contains("Ctrl-C ends the worker", StringComparison.Ordinal)),
            () => $"the demo is there.\n{up.Output}\n{up.Errors}",
            _patience,
            _token);

        Assert.False(up.HasExited, $"{up.Output}\n{up.Errors}");
        Assert.Contains("14 sent", up.Output, StringComparison.Ordinal);
        Assert.Contains("7 applied, 3 created, 1 superseded, 1 duplicate, 1 parked, 1 rejected", up.Output, StringComparison.Ordinal);
        Assert.Contains("demo.reader.two@example.org", up.Output, StringComparison.Ordinal);
        Assert.Contains("cmd/demo-ops/demo-14", up.Output, StringComparison.Ordinal);
        Assert.Contains("HL7-010", up.Output, StringComparison.Ordinal);
        Assert.Single(Key().Matches(up.Output)); // Shown once, in a line of its own.
        await AssertCurlsWorkAsync(up.Output, copy.FullName);
        await AssertSecondStartSaysSoAsync(copy.FullName, port);

        var orderly = await up.StopAsync(TimeSpan.FromSeconds(60));
        using var client = new HttpClient();
        Assert.True(orderly, $"{up.Output}\n{up.Errors}");
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/live"), _token));
    }

    private async Task AssertCurlsWorkAsync(string output, string folder)
    {
        var commands = Curl().Matches(output).Select(match => match.Value.Trim()).ToList();
        Assert.Equal(2, commands.Count);

        foreach (var command in commands)
        {
            await using var shell = await ChildProcess.StartAsync("/bin/bash", ["-c", command], folder: folder);
            await shell.WaitAsync(Patience.Usual, _token);
            Assert.Contains("hl7/DEMORIS/EXAMPLE/DEMO-01", shell.Output, StringComparison.Ordinal);
        }
    }

    private async Task AssertSecondStartSaysSoAsync(string folder, int port)
    {
        await using var second = await ChildProcess.StartAsync(Path.Combine(folder, "up.sh"), ["--port", $"{port}"], folder: folder);
        await second.WaitAsync(_patience, _token);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"Port {port} is in use by integration-worker", second.Errors, StringComparison.Ordinal);
    }

    private static void CopyRepository(string target)
    {
        string[] leftOut = ["bin", "obj", ".git", "data", "TestResults"];

        foreach (var entry in new DirectoryInfo(Repository.Root).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0 }))
        {
            Copy(entry, target);
        }

        void Copy(FileSystemInfo entry, string folder)
        {
            if (entry is DirectoryInfo directory && !leftOut.Contains(entry.Name))
            {
                var copy = Directory.CreateDirectory(Path.Combine(folder, entry.Name));

                foreach (var child in directory.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0 }))
                {
                    Copy(child, copy.FullName);
                }
            }
            else if (entry is FileInfo file)
            {
                file.CopyTo(Path.Combine(folder, file.Name));
            }
        }
    }

    [GeneratedRegex("^  siw_[0-9a-f]{32}_[-_0-9A-Za-z]{43}$", RegexOptions.Multiline)]
    private static partial Regex Key();

    [GeneratedRegex("^  curl .*$", RegexOptions.Multiline)]
    private static partial Regex Curl();
}
