using System.Text.Json.Nodes;
using IntegrationWorker.Access;
using IntegrationWorker.StudyApi.Client;
using IntegrationWorker.Tests.Hosting;
using Xunit;

namespace IntegrationWorker.Tests.StudyApi;

/// <summary>One running worker on SQLite for all tests of the study API, with a client of each role.</summary>
public sealed class StudyApiWorker : IAsyncLifetime
{
    private readonly SettingsFolder _folder = new();
    private int _number;

    internal RunningWorker Worker { get; private set; } = null!;

    /// <summary>What is sent and answered through it is held against the description of the API.</summary>
    internal HttpClient Http { get; private set; } = null!;

    internal StudyClient Reader { get; private set; } = null!;

    internal StudyClient Integrator { get; private set; } = null!;

    internal StudyClient Operator { get; private set; } = null!;

    /// <summary>The id of the key of <see cref="Integrator"/>.</summary>
    internal Guid IntegratorId { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        Worker = await RunningWorker.StartAsync(_folder, token);
        var document = JsonNode.Parse(await Worker.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), token))!;
        Http = new HttpClient(new DescribedExchanges(document)) { BaseAddress = Worker.Http.BaseAddress, Timeout = Worker.Http.Timeout };
        Reader = (await ClientAsync(AccessRole.Reader, token)).Client;
        (Integrator, IntegratorId) = await ClientAsync(AccessRole.Integrator, token);
        Operator = (await ClientAsync(AccessRole.Operator, token)).Client;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Worker.DisposeAsync();
        _folder.Dispose();
    }

    internal string PathOf(string name) => _folder.PathOf(name);

    internal string NewUid() => $"2.25.8880000{Interlocked.Increment(ref _number):D6}";

    internal async Task<(StudyClient Client, Guid Id)> ClientAsync(AccessRole role, CancellationToken token)
    {
        var key = await Worker.Get<ApiKeyDesk>().CreateAsync($"the {role}", role, null, "cli:test", onlyFirst: false, token);

        return (new StudyClient(Http, key!.Key), key.Id);
    }

    /// <summary>A new study with nothing special about it.</summary>
    internal async Task<StudyDto> CreateAsync(CancellationToken token, Dictionary<string, string>? metadata = null, StudyClient? by = null) =>
        (await (by ?? Integrator).CreateAsync(
            new { studyInstanceUid = NewUid(), studyDescription = "CT Invented", severity = "normal", metadata = metadata ?? [] }, token)).Study;
}
