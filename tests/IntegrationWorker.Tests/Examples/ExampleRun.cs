using System.Text.Json.Nodes;
using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Store;

namespace IntegrationWorker.Tests.Examples;

/// <summary>Takes an example the whole way of a message, on one store.</summary>
internal sealed class ExampleRun : IEventPublisher
{
    public const string FhirSource = "pacs-fhir";

    private readonly Example _example;
    private readonly IStudyStore _store;
    private readonly MessagePipeline _pipeline;
    private readonly List<OutboxEntry> _events = [];

    public ExampleRun(Example example, IStudyStore store)
    {
        _example = example;
        _store = store;
        _pipeline = new MessagePipeline(
            ExampleRules.Rules, value => value, store, new EventSettings("urn:study-update-worker:test", new HashSet<string>()), this, TimeProvider.System);
    }

    /// <summary>What became of the messages so far.</summary>
    public List<MessageResult> Results { get; } = [];

    public void Offer(IReadOnlyList<OutboxEntry> events) => _events.AddRange(events);

    public Task WaitForRoomAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What differs from what the example says.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        await SeedAsync(cancellationToken);
        var found = new List<string>();

        foreach (var step in _example.Steps)
        {
            var differences = new Differences(step.Where);
            var inbound = Complete(step.Inbound);
            var preview = await _pipeline.PreviewAsync([_pipeline.Read(inbound)], cancellationToken);
            var results = await _pipeline.ProcessAsync([inbound], cancellationToken);
            Results.AddRange(results);
            ComparePreview(preview, results[0], differences);
            ResultComparison.Compare(step.Expected, results[0], differences);
            CompareEvents(step.Expected["events"]?.AsArray() ?? [], differences);
            found.AddRange(differences.Found);
        }

        found.AddRange(await CompareStudiesAsync(cancellationToken));
        return found;
    }

    private async Task SeedAsync(CancellationToken cancellationToken)
    {
        await using var batch = await _store.BeginAsync(cancellationToken);
        await batch.SaveAsync(GivenState.Of(_example.Given, FhirSource), cancellationToken);
        await batch.CommitAsync(cancellationToken);
    }

    private InboundMessage Complete(InboundMessage inbound) =>
        _pipeline.Read(inbound).Notification is { ToFetch.Count: > 0 } notification
            ? inbound with { Body = ExampleServer.Complete(inbound, notification.ToFetch, _example.Given) }
            : inbound;

    // What a preview says is what then happens, on every store.
    private void ComparePreview(PreviewedBatch preview, MessageResult result, Differences differences)
    {
        differences.Exactly(JsonOf(result), JsonOf(preview.Results[0]), "preview");
        differences.Exactly(_events.Count, preview.Changes.Outbox.Count, "preview.events.count");

        foreach (var (have, said) in _events.Zip(preview.Changes.Outbox))
        {
            differences.Exactly(WithoutTime(have.Body), WithoutTime(said.Body), $"preview.events[{have.EventId}]");
        }
    }

    // Each dead letter is another one, and the preview's is never written.
    private static JsonObject JsonOf(MessageResult result)
    {
        var json = JsonNode.Parse(ResultJson.Write(result))!.AsObject();

        if (json.Remove("deadLetterId"))
        {
            json["isDeadLetter"] = true;
        }

        return json;
    }

    // Of the transaction, which comes later than the preview.
    private static JsonNode WithoutTime(ReadOnlyMemory<byte> body)
    {
        var json = JsonNode.Parse(body.Span)!.AsObject();
        json.Remove("time");

        return json;
    }

    private void CompareEvents(JsonArray expected, Differences differences)
    {
        differences.Exactly(expected.Count, _events.Count, "events.count");

        foreach (var ((want, have), index) in expected.Zip(_events).Select((pair, index) => (pair, index)))
        {
            differences.Contains(want, JsonNode.Parse(have.Body), $"events[{index}]");
        }

        _events.Clear();
    }

    private async Task<IReadOnlyList<string>> CompareStudiesAsync(CancellationToken cancellationToken)
    {
        var differences = new Differences(_example.Name);
        await using var batch = await _store.BeginAsync(cancellationToken);

        foreach (var expected in _example.FinalStudies ?? [])
        {
            var studyId = (string)expected!["studyId"]!;
            var loaded = await batch.LoadAsync([new LinkKey(LinkKind.StudyId, studyId)], cancellationToken);
            differences.Exactly(expected, loaded.Studies is [var study] ? JsonOf(study) : null, $"finalStudies.{studyId}");
        }

        return differences.Found;
    }

    private static JsonObject JsonOf(Study study) => new()
    {
        ["studyId"] = study.StudyId,
        ["studyInstanceUid"] = study.StudyInstanceUid,
        ["studyDescription"] = study.Description,
        ["severity"] = study.Severity,
        ["studyViewerStatus"] = study.StudyViewerStatus,
        ["isCancelled"] = study.IsCancelled,
        ["assignedTo"] = study.AssignedTo,
        ["metadata"] = new JsonObject(study.Metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        ["version"] = study.Version,
    };
}
