namespace IntegrationWorker.AcceptanceTests.Surroundings;

public sealed class ComposeFileTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenThePasswords_WhenTheComposeFileIsChecked_ThenItIsValid()
    {
        var (exitCode, text) = await CheckAsync("--env-file", Repository.PathOf("samples", "compose.env"));

        Assert.True(exitCode == 0, text);
    }

    [Fact]
    public async Task GivenNoPassword_WhenTheComposeFileIsChecked_ThenTheMissingNameIsTold()
    {
        var (exitCode, text) = await CheckAsync();

        Assert.NotEqual(0, exitCode);
        Assert.Contains("_PASSWORD", text, StringComparison.Ordinal);
    }

    // Needs no container engine. The older program and the newer plugin take the same arguments.
    private async Task<(int ExitCode, string Text)> CheckAsync(params string[] options)
    {
        string[] check = ["--project-directory", Repository.Root, .. options, "-f", Repository.PathOf("docker-compose.yml"), "config", "-q"];
        var program = FindOnPath("docker-compose");
        var environment = new Dictionary<string, string?> { ["RABBITMQ_PASSWORD"] = null, ["POSTGRES_PASSWORD"] = null };

        await using var process = program is null
            ? await ChildProcess.StartAsync("docker", ["compose", .. check], environment)
            : await ChildProcess.StartAsync(program, check, environment);
        await process.WaitAsync(Patience.Usual, _token);
        return (process.ExitCode, $"{process.Output}\n{process.Errors}");
    }

    private static string? FindOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
