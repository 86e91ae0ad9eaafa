using IntegrationWorker.Intake;
using IntegrationWorker.Mapping.Fhir;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Examples;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

/// <summary>
/// Over every worked example and over generated sequences in which everything meets everything: a message twice leaves what
/// it leaves once, a preview says what the message then does and leaves nothing, and a unit changes only what it asserts.
/// </summary>
public sealed class RepetitionTests
{
    private const int Length = 40;

    private static readonly string[] _derived =
        [FieldNames.StudyDescription, FieldNames.Severity, FieldNames.StudyViewerStatus, .. ProcedureFacts.Codes.Select(FieldNames.OfMetadata)];

    public static TheoryData<string> Examples => [.. ExampleFolders.All()];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(2001, 30)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task GivenAnExample_WhenEachMessageComesTwice_ThenAllIsAsIfItCameOnce(string name)
    {
        var example = Example.Load(name);

        await AssertTwiceIsOnceAsync(await PipelineBench.OfExampleAsync(example), await PipelineBench.OfExampleAsync(example), MessagesOf(example));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task GivenAnySequence_WhenEachMessageComesTwice_ThenAllIsAsIfItCameOnce(int seed) =>
        AssertTwiceIsOnceAsync(PipelineBench.InMemory(), PipelineBench.InMemory(), [.. Generated(seed).Where(message => message.ReplayId is null)]);

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task GivenAnExample_WhenItsMessagesArePreviewed_ThenThatIsWhatTheyDo(string name)
    {
        var example = Example.Load(name);

        await AssertPreviewsAsync(await PipelineBench.OfExampleAsync(example), MessagesOf(example));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task GivenAnySequence_WhenItsMessagesArePreviewed_ThenThatIsWhatTheyDo(int seed) =>
        AssertPreviewsAsync(PipelineBench.InMemory(), Generated(seed));

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task GivenAnExample_WhenAUnitIsApplied_ThenOnlyWhatItAssertsChanges(string name)
    {
        var example = Example.Load(name);

        await AssertTouchesAsync(await PipelineBench.OfExampleAsync(example), MessagesOf(example));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public Task GivenAnySequence_WhenAUnitIsApplied_ThenOnlyWhatItAssertsChanges(int seed) =>
        AssertTouchesAsync(PipelineBench.InMemory(), Generated(seed));

    private static async Task AssertTwiceIsOnceAsync(PipelineBench once, PipelineBench twice, IReadOnlyList<InboundMessage> messages)
    {
        List<MessageResult> results = [];
        List<MessageResult> firsts = [];

        foreach (var message in messages)
        {
            results.Add(await once.SendAsync(message));
            firsts.Add(await twice.SendAsync(message));
            await twice.SendAsync(message);
        }

        Assert.Empty(Snapshot.Compare(await Snapshot.OfAsync(once.Store, results, Token), await Snapshot.OfAsync(twice.Store, firsts, Token)));
    }

    private static async Task AssertPreviewsAsync(PipelineBench bench, IReadOnlyList<InboundMessage> messages)
    {
        foreach (var message in messages)
        {
            await bench.PreviewAsync(message); // Read back is what was ever asked for.
            var before = await Snapshot.OfAsync(bench.Store, [], Token);
            var preview = await bench.PreviewAsync(message);
            Assert.Empty(Snapshot.Compare(before, await Snapshot.OfAsync(bench.Store, [], Token)));

            var result = await bench.SendAsync(message);
            var (said, done) = (await Snapshot.OfAsync(bench.Store, [preview], Token), await Snapshot.OfAsync(bench.Store, [result], Token));
            Assert.Empty(Snapshot.Compare(said, done));
        }
    }

    private static async Task AssertTouchesAsync(PipelineBench bench, IReadOnlyList<InboundMessage> messages)
    {
        foreach (var message in messages)
        {
            await bench.PreviewAsync(message); // Read back is what was ever asked for.
            var before = (await bench.StudiesAsync()).ToDictionary(study => study.StudyId, Fields);
            var active = (await bench.StudiesAsync()).ToDictionary(study => study.StudyId, Active);
            var result = await bench.SendAsync(message);

            foreach (var study in await bench.StudiesAsync())
            {
                var old = before.GetValueOrDefault(study.StudyId);
                var setChanged = active.GetValueOrDefault(study.StudyId) != Active(study);
                var updates = UpdatesOf(result, study.StudyId).ToList();
                var touched = Changed(old ?? [], Fields(study))
                    .Where(field => !updates.Exists(update => Asserts(update, field, setChanged)))
                    .Except(old is null ? [FieldNames.Severity, FieldNames.StudyViewerStatus] : []);

                Assert.Empty(touched);
            }
        }
    }

    private static IEnumerable<string> Changed(Dictionary<string, string?> old, Dictionary<string, string?> now) =>
        now.Keys.Union(old.Keys).Where(field => now.GetValueOrDefault(field) != old.GetValueOrDefault(field));

    /// <summary>A study that was never cancelled is not cancelled.</summary>
    private static Dictionary<string, string?> Fields(Study study) => study.State.Fields.ToDictionary(
        field => field.Key,
        field => field.Key == FieldNames.IsCancelled ? field.Value.Value ?? "false" : field.Value.Value,
        StringComparer.Ordinal);

    private static string Active(Study study) => string.Join(
        ' ', study.State.Procedures.Where(procedure => !procedure.IsCancelled).OrderBy(procedure => procedure.FirstStated.Transaction.Start).Select(procedure => procedure.Key));

    private static IEnumerable<UnitUpdate> UpdatesOf(MessageResult result, string studyId) =>
        result.Units.Concat(result.Reapplied)
            .Where(unit => unit.StudyId == studyId || unit.Studies?.Exists(one => one.StudyId == studyId) == true)
            .Select(unit => unit.Update)
            .OfType<UnitUpdate>();

    /// <summary>A unit speaks of the field, or of a fact that it is derived from. docs/mapping.md §3.1, §3.5, §4.4, §4.5.</summary>
    private static bool Asserts(UnitUpdate update, string field, bool setChanged)
    {
        var key = field.StartsWith(FieldNames.MetadataPrefix, StringComparison.Ordinal) ? field[FieldNames.MetadataPrefix.Length..] : null;
        var goesOn = update.Signal == Signal.Active || update.Procedures.Exists(procedure => procedure.Signal == Signal.Active);
        var facts = update.Procedures.SelectMany(procedure => procedure.Facts.Keys).Select(ProcedureFacts.StudyFieldOf);

        return update.Fields.ContainsKey(field)
            || (key is not null && (update.Metadata.ContainsKey(key) || update.ClearMetadata))
            || (key is not null && update.SnapshotPrefix is { } prefix && key.StartsWith(prefix, StringComparison.Ordinal))
            || (field == FieldNames.AssignedTo && update.Assignment is not null)
            || (field == FieldNames.IsCancelled && (update.Signal != Signal.None || update.Procedures.Exists(procedure => procedure.Signal is Signal.Active or Signal.Cancel)))
            || (key == "ris.statusReason" && goesOn)
            || facts.Contains(field)
            || (setChanged && _derived.Contains(field));
    }

    private static List<InboundMessage> MessagesOf(Example example) => [.. example.Steps.Select(step => Completed(step.Inbound, example))];

    /// <summary>With the resources that a notification only names.</summary>
    private static InboundMessage Completed(InboundMessage inbound, Example example) =>
        inbound.Door == Door.Fhir && FhirReader.Read(inbound, ExampleRules.Rules).Notification is { ToFetch.Count: > 0 } notification
            ? inbound with { Body = ExampleServer.Complete(inbound, notification.ToFetch, example.Given) }
            : inbound;

    private static List<InboundMessage> Generated(int seed) =>
        [.. Sequences.Generate(new Random(seed), Length).Select((step, position) => step.ToMessage(position))];
}
