using System.Net;
using System.Text;
using System.Text.Json;
using IntegrationWorker.Emulator;
using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using IntegrationWorker.Queries;
using IntegrationWorker.Studies;
using IntegrationWorker.StudyApi.Requests;
using IntegrationWorker.Target;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntegrationWorker.Store.Suite;

/// <summary>The way of a message over a store to an emulated platform, over HTTP. Plans are brought when a test says so, by a worker that may die.</summary>
internal sealed class TargetBench : IAsyncDisposable
{
    private readonly OpenStore _store;
    private readonly CancellationToken _token;
    private readonly WebApplication _platform;
    private readonly ServiceProvider _services;
    private readonly HttpClient _person;
    private int _workers;
    private int _others;

    private TargetBench(OpenStore store, WebApplication platform, bool holds, CancellationToken token)
    {
        (_store, _platform, _token) = (store, platform, token);
        Cases = new CaseBench(store, token, target: new NoTargetWriter(), holds: holds);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Target:Kind"] = "remote", ["Target:BaseUrl"] = platform.Urls.Single(), ["Target:ApiKey"] = "invented", ["Target:TimeoutSeconds"] = "1",
            ["Target:CallsPerSecondMax"] = "10000",
        }).Build();
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(TimeProvider.System)
            .AddLogging()
            .AddUnbroughtTarget(configuration)
            .BuildServiceProvider();
        Client = _services.GetRequiredService<ITargetClient>();
        _person = new HttpClient { BaseAddress = new Uri(platform.Urls.Single()) };
        _person.DefaultRequestHeaders.Add("Authorization", "Bearer person");
        _person.DefaultRequestHeaders.Add(EmulatorFaults.PersonHeader, "1");
    }

    public CaseBench Cases { get; }

    /// <summary>How long a study may fail while others are accepted.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(2);

    public StudyImporter Importer => new(
        Client, _store.Target, _store.Studies, Cases.Rules, new EventSettings("urn:test", new HashSet<string>()), new NoTargetWriter(), _store.Time);

    public DriftFinder Drift => new(
        Client, _store.Target, _store.Reader, Importer, new ViewerTakeover(Client, _store.Target, _store.Studies, _store.Time), _store.Time);

    public ITargetClient Client { get; }

    /// <summary>The writing calls that workers have sent.</summary>
    public List<TargetCall> Sent { get; } = [];

    public MessagePreviewer Previewer => new(
        Cases.Pipeline, new PlanPreviewer(Client, _store.Target, new EventSettings("urn:test", new HashSet<string>()), _store.Time));

    public EmulatorState Platform => _platform.Services.GetRequiredService<EmulatorState>();

    /// <param name="holds">Messages of the sender RIS wait behind a rejected one of their study.</param>
    public static async Task<TargetBench> StartAsync(OpenStore store, CancellationToken token, bool holds = false)
    {
        var platform = EmulatorHost.Build("http://127.0.0.1:0", FaultScript.None);
        await platform.StartAsync(token);

        return new TargetBench(store, platform, holds, token);
    }

    public async Task<MessageResult> SendAsync(InboundMessage message) => await Cases.SendAsync(message);

    /// <summary>A message, and what it changes brought.</summary>
    public async Task<MessageResult> BringAsync(InboundMessage message)
    {
        var result = await SendAsync(message);
        await BringAllAsync();

        return result;
    }

    /// <summary>Until no plan is left; each failure is followed by another try, as after a rest.</summary>
    /// <param name="dies">Where the first worker dies; the next one takes its study over.</param>
    public async Task BringAllAsync(Dies dies = Dies.Never)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var owner = $"worker-{_workers++}";
            var taken = await _store.Target.ClaimAsync(owner, TimeSpan.Zero, 1, restedFirst: false, _token);

            if (taken.Count == 0)
            {
                return;
            }

            try
            {
                var failure = await RunnerOf(dies).RunAsync(taken[0], owner, _ => { }, _token);
                await _store.Target.ReleaseAsync(taken[0].StudyId, owner, failure is null ? null : TimeSpan.Zero, _token);
            }
            catch (WorkerDiedException)
            {
                dies = Dies.Never; // Its lease stays behind.
            }
        }

        throw new InvalidOperationException("There are plans that do not come to an end.");
    }

    /// <summary>One try with the oldest plans of a study.</summary>
    public async Task<TargetFailure?> TryBringAsync()
    {
        var owner = $"worker-{_workers++}";
        var taken = (await _store.Target.ClaimAsync(owner, TimeSpan.FromMinutes(1), 1, restedFirst: false, _token)).Single();
        var failure = await RunnerOf(Dies.Never).RunAsync(taken, owner, _ => { }, _token);
        await _store.Target.ReleaseAsync(taken.StudyId, owner, failure is null ? null : TimeSpan.Zero, _token);

        return failure;
    }

    /// <summary>A change of a study of its own is made there, as by another worker.</summary>
    public async Task BringOtherAsync()
    {
        var study = 1000 + _others++;
        await SendAsync(Cases.Order($"other-{study}", study, 0));
        var studyId = (await StudyAsync(study))!.StudyId;
        var owner = $"worker-{_workers++}";
        Xunit.Assert.True(await _store.Target.TryLeaseAsync(studyId, owner, TimeSpan.FromMinutes(1), _token));
        Xunit.Assert.Null(await RunnerOf(Dies.Never).RunAsync(new LeasedStudy(studyId, 0), owner, id => studyId = id, _token));
        await _store.Target.ReleaseAsync(studyId, owner, null, _token);
    }

    public void Script(params Fault[] faults) => Platform.Script = new FaultScript(faults);

    public EmulatedStudy? Remote(int study) => Platform.Studies.FindByUid(CaseBench.UidOf(study));

    /// <summary>The platform has a study that came by no message of ours.</summary>
    public EmulatedStudy Place(int study, string severity = "normal") => Platform.Studies.Create(new StudyCreation
    {
        StudyInstanceUid = CaseBench.UidOf(study),
        StudyDescription = $"Theirs {study}",
        Severity = severity,
        Metadata = new Dictionary<string, string> { ["ris.accessionNumber"] = $"A{study}" },
    }).Study!;

    /// <summary>Somebody at the platform changes a study.</summary>
    public async Task PersonAsync(int study, string patch)
    {
        using var content = new StringContent(patch, Encoding.UTF8, "application/json");
        using var answer = await _person.PatchAsync(new Uri($"/v1/viewer/studies/{Remote(study)!.StudyId}", UriKind.Relative), content, _token);
        Xunit.Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    public async Task PersonPostsAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _person.PostAsync(new Uri($"/v1/viewer/studies{path}", UriKind.Relative), content, _token);
        Xunit.Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>The events because of a message.</summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync(string? key = null) =>
        [.. (await Cases.EventsAsync()).Select(entry => JsonElement.Parse(entry.Body))
            .Where(e => key is null || e.GetProperty("data").GetProperty("origin").GetProperty("messageKey").GetString() == key)];

    public Task<IReadOnlyList<DeadLetterSummary>> LettersAsync() => _store.DeadLetters.ListAsync(new DeadLetterFilter(), 1000, null, _token);

    public async Task<string> OutcomeAsync(string key) => (await _store.Reader.FindMessageAsync(key, _token))!.Outcome;

    public Task<Study?> StudyAsync(int study) => _store.Reader.FindByUidAsync(CaseBench.UidOf(study), _token);

    public async ValueTask DisposeAsync()
    {
        _person.Dispose();
        await _services.DisposeAsync();
        await _platform.DisposeAsync();
    }

    private PlanRunner RunnerOf(Dies dies)
    {
        IStudyStore studies = dies == Dies.BeforeConclusion ? new DyingStore() : _store.Studies;
        var conclusion = new PlanConclusion(
            studies, _store.Reader, Cases.Rules, new EventSettings("urn:test", new HashSet<string>()), new NoPublisher(), _store.Time, NullLogger<PlanConclusion>.Instance);

        return new PlanRunner(
            _store.Target, new DyingClient(Client, dies, Sent), conclusion, new TargetPatience(_store.Target, GiveUpAfter, TimeProvider.System), TimeSpan.Zero);
    }
}

/// <summary>Where a worker dies, in the middle of a plan.</summary>
internal enum Dies
{
    Never,
    AfterFirstCall,
    BeforeFirstCall,
    BeforeSecondCall,
    AfterSecondCall,
    BeforeConclusion,
}

internal sealed class WorkerDiedException : Exception;

internal sealed class DyingClient(ITargetClient client, Dies dies, List<TargetCall> sent) : ITargetClient
{
    private int _calls;

    public Task<TargetAnswer> GetAsync(string studyId, CancellationToken cancellationToken) => client.GetAsync(studyId, cancellationToken);

    public Task<TargetAnswer> GetByUidAsync(string studyInstanceUid, CancellationToken cancellationToken) =>
        client.GetByUidAsync(studyInstanceUid, cancellationToken);

    public Task<RemotePage> ListAsync(string? cursor, int limit, CancellationToken cancellationToken) => client.ListAsync(cursor, limit, cancellationToken);

    public async Task<TargetAnswer> SendAsync(TargetCall call, CancellationToken cancellationToken)
    {
        var number = ++_calls;
        DieIf(dies, (number, Dies.BeforeFirstCall, Dies.BeforeSecondCall));
        sent.Add(call);
        var answer = await client.SendAsync(call, cancellationToken);
        DieIf(dies, (number, Dies.AfterFirstCall, Dies.AfterSecondCall));

        return answer;
    }

    private static void DieIf(Dies dies, (int Number, Dies First, Dies Second) places)
    {
        if ((places.Number == 1 && dies == places.First) || (places.Number == 2 && dies == places.Second))
        {
            throw new WorkerDiedException();
        }
    }
}

internal sealed class DyingStore : IStudyStore
{
    public Task<IStoreBatch> BeginAsync(CancellationToken cancellationToken) => throw new WorkerDiedException();
}
