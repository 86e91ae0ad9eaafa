using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Suite;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Examples;
using IntegrationWorker.Tests.Mapping.Hl7;
using IntegrationWorker.Tests.Store;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

/// <summary>The whole way of a message over a store, with a clock that stands still unless a test sets it.</summary>
internal sealed class PipelineBench
{
    private readonly MessagePipeline _pipeline;

    private PipelineBench(IStudyStore store, Rulebook rules, Func<string, string> hash, CancellationToken cancellationToken)
    {
        Store = new RecordingStore(store);
        Token = cancellationToken;
        var events = new EventSettings("urn:study-update-worker:test", new HashSet<string>());
        _pipeline = new MessagePipeline(rules, hash, Store, events, new NoPublisher(), Time);
    }

    public SetTime Time { get; } = new(Messages.Noon);

    public RecordingStore Store { get; }

    private CancellationToken Token { get; }

    public static PipelineBench InMemory(params Source[] sources) =>
        Over(new MemoryStudyStore(), TestContext.Current.CancellationToken, sources);

    /// <param name="sources">None: the usual ones of <see cref="Messages"/>.</param>
    public static PipelineBench Over(IStudyStore store, CancellationToken cancellationToken, params Source[] sources) =>
        new(store, Hl7Sending.Rules(sources.Length > 0 ? sources : Messages.Sources), Hl7Sending.Hash, cancellationToken);

    /// <summary>With what an example says is there, and by its rules.</summary>
    public static async Task<PipelineBench> OfExampleAsync(Example example)
    {
        var bench = new PipelineBench(new MemoryStudyStore(), ExampleRules.Rules, value => value, TestContext.Current.CancellationToken);
        await using var batch = await bench.Store.BeginAsync(bench.Token);
        await batch.SaveAsync(GivenState.Of(example.Given, ExampleRun.FhirSource), bench.Token);
        await batch.CommitAsync(bench.Token);

        return bench;
    }

    /// <summary>One message in a batch of its own.</summary>
    public async Task<MessageResult> SendAsync(InboundMessage message) => (await SendBatchAsync([message])).Single();

    /// <summary>Each message in a batch of its own.</summary>
    public async Task<List<MessageResult>> SendEachAsync(params InboundMessage[] messages)
    {
        var results = new List<MessageResult>();

        foreach (var message in messages)
        {
            results.Add(await SendAsync(message));
        }

        return results;
    }

    /// <summary>What a message would do now.</summary>
    public Task<MessageResult> PreviewAsync(InboundMessage message) => _pipeline.PreviewAsync(message, Token);

    public Task<IReadOnlyList<MessageResult>> SendBatchAsync(IReadOnlyList<InboundMessage> batch) => _pipeline.ProcessAsync(batch, Token);

    /// <summary>Lets go what waits behind a hold that is over.</summary>
    public Task<int> ReleaseAsync(Hold over, IReadOnlyList<HeldUnit> found) => _pipeline.ReleaseAsync(over, found, Token);

    /// <summary>The study with this UID, as it is stored.</summary>
    public async Task<Study> StudyAsync(string uid) => (await StudiesAsync()).Single(study => study.StudyInstanceUid == uid);

    public async Task<IReadOnlyList<Study>> StudiesAsync() => (await Store.ReadBackAsync(Token)).Studies.Studies;

    /// <summary>Links of a study without its own id and UID: <c>Patient #P1 NORTH</c>, sorted.</summary>
    public async Task<List<string>> LinksAsync(string uid)
    {
        var (_, loaded) = await Store.ReadBackAsync(Token);
        var study = loaded.Studies.Single(study => study.StudyInstanceUid == uid);

        return
        [
            .. loaded.Links
                .Where(link => link.StudyId == study.StudyId && link.Kind is not (LinkKind.StudyId or LinkKind.StudyInstanceUid))
                .Select(link => $"{link.Kind} {link.Value} {link.Issuer}".TrimEnd())
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>What waits.</summary>
    public async Task<IReadOnlyList<ParkedUnit>> ParkedAsync() => [.. (await Store.ReadBackAsync(Token)).Studies.Parked];

    /// <summary>Unit keys of what waits.</summary>
    public async Task<List<string>> WaitingAsync() =>
        [.. (await Store.ReadBackAsync(Token)).Studies.Parked.Select(parked => parked.UnitKey).Order(StringComparer.Ordinal)];

    /// <summary>The recorded result under a full key.</summary>
    public async Task<MessageResult> RecordedAsync(string key) =>
        ResultJson.Read((await Store.ReadBackAsync(Token)).Records.Single(record => record.Key == key).Result);

    /// <summary>All full keys that have a record, sorted.</summary>
    public async Task<List<string>> KeysAsync() =>
        [.. (await Store.ReadBackAsync(Token)).Records.Select(record => record.Key).Order(StringComparer.Ordinal)];

    /// <summary>The events so far, as a consumer reads them.</summary>
    public List<StudyUpdated> Events() => [.. Store.Outbox.Select(entry => JsonSerializer.Deserialize<StudyUpdated>(entry.Body)!)];
}
