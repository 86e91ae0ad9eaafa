using System.Text;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.DeadLetters.Editing;
using IntegrationWorker.DeadLetters.Exchange;
using IntegrationWorker.DeadLetters.Filters;
using IntegrationWorker.DeadLetters.Holds;
using IntegrationWorker.DeadLetters.Replays;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using IntegrationWorker.Queries;
using IntegrationWorker.Studies;
using IntegrationWorker.Target;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Store.Suite;

/// <summary>The way of a message and the desk of the dead letters over a store, with invented senders RIS and NEW.</summary>
internal sealed class CaseBench
{
    private readonly OpenStore _store;
    private readonly CancellationToken _token;

    /// <param name="knowsNew">The sender NEW is registered.</param>
    /// <param name="target">A platform keeps the studies.</param>
    /// <param name="fourEyes">Nobody approves what they have edited.</param>
    /// <param name="holds">Messages of the sender RIS wait behind a rejected one of their study.</param>
    public CaseBench(OpenStore store, CancellationToken token, bool knowsNew = false, ITargetSignal? target = null, bool holds = false, bool fourEyes = false)
    {
        (_store, _token) = (store, token);
        Source[] sources = [Ris("ris", "RIS") with { HoldsOnRejection = holds }, _console, .. knowsNew ? [Ris("ris-new", "NEW")] : (Source[])[]];
        Rules = new Rulebook(sources, [], [], [], []);
        Pipeline = new MessagePipeline(
            Rules, store.Hasher.Hash, store.Studies, new EventSettings("urn:test", new HashSet<string>()), new NoPublisher(), store.Time, target);
        Replayer = new CaseReplayer(Pipeline, store.Time);
        var options = Options.Create(new DeadLetterOptions { FourEyes = fourEyes });
        Desk = new DeadLetterDesk(store.DeadLetters, store.Holds, Replayer, options, store.Time);
        Watch = new HoldWatch(store.Holds, options, store.Time, NullLogger<HoldWatch>.Instance);
        Releaser = new HoldReleaser(Pipeline, store.Holds, Watch, Rules, new StoreGate(), store.Time, NullLogger<HoldReleaser>.Instance);
        Groups = new CauseGroups(store.DeadLetters, store.Time);
        Superseder = new CaseSuperseder(store.DeadLetters, Replayer, store.Time);
        Editing = new EditDesk(store.DeadLetters, store.Revisions, new MessagePreviewer(Pipeline), options, store.Time);
        Exchange = new ExchangeDesk(store.DeadLetters, Pipeline, store.Time);
        Finder = new MessageFinder(store.Reader, store.DeadLetters, store.Hasher, Rules);
        Teller = new TimelineTeller(Finder, store.Reader, store.DeadLetters);
        Filters = new FilterDesk(store.Filters, store.Time);
        Jobs = new ReplayDesk(store.ReplayJobs, store.DeadLetters, Groups, Replayer, store.Time);
        Driver = new ReplayDriver(store.ReplayJobs, Replayer, store.Time, NullLogger<ReplayDriver>.Instance);
    }

    public Rulebook Rules { get; }

    public MessagePipeline Pipeline { get; }

    public CaseReplayer Replayer { get; }

    public DeadLetterDesk Desk { get; }

    public HoldWatch Watch { get; }

    public HoldReleaser Releaser { get; }

    public CauseGroups Groups { get; }

    public CaseSuperseder Superseder { get; }

    public EditDesk Editing { get; }

    public ExchangeDesk Exchange { get; }

    public MessageFinder Finder { get; }

    public TimelineTeller Teller { get; }

    public FilterDesk Filters { get; }

    public ReplayDesk Jobs { get; }

    public ReplayDriver Driver { get; }

    /// <summary>Takes the lease of a job and drives it as far as it goes.</summary>
    /// <returns>The job afterwards; null when somebody else has the lease.</returns>
    public async Task<ReplayJob?> DriveAsync(string id, Action<ReplayJob>? onProgress = null)
    {
        var (holder, now) = (ReplayDriver.NewHolder(), _store.Time.GetUtcNow());

        return await _store.ReplayJobs.TryTakeAsync(id, holder, now, now + ReplayDriver.Lease, _token) is { } job
            ? await Driver.DriveAsync(job, holder, onProgress, _token)
            : null;
    }

    /// <summary>The same store after a restart with the sender NEW among the sources.</summary>
    public CaseBench WithNew() => new(_store, _token, knowsNew: true);

    /// <summary>An order about study number <paramref name="study"/>.</summary>
    /// <param name="minute">Time of the order, in minutes after 06:00 UTC.</param>
    public InboundMessage Order(
        string controlId, int study, int minute, string priority = "R", string sender = "RIS", string? uid = null, string control = "NW|SC", string patient = "P1")
    {
        var at = Some.Noon.AddHours(-6).AddMinutes(minute);
        var time = $"{at:yyyyMMddHHmmss}+0000";
        var parts = control.Split('|');
        string[] segments =
        [
            $@"MSH|^~\&|{sender}|NORTH|WORKER|HERE|{time}||ORM^O01|{controlId}|P|2.5.1",
            $"PID|1||{patient}^^^NORTH",
            $"ORC|{parts[0]}||F{study}^RIS||{parts[1]}||||{time}",
            $"OBR|1||F{study}^RIS|X^CT {study}^RIS|{priority}|||||||||||||A{study}",
            $"ZDS|{uid ?? UidOf(study)}^RIS^Application^DICOM",
        ];

        return new InboundMessage { Door = Door.Hl7v2, Body = Encoding.UTF8.GetBytes(string.Join('\r', [.. segments, ""])), ReceivedAt = at };
    }

    /// <summary>A command of an operator about study number <paramref name="study"/>.</summary>
    /// <param name="data">Members behind <c>study</c>: <c>"operation": "cancel"</c>.</param>
    public static InboundMessage Command(string id, int study, int minute, string data) => new()
    {
        Door = Door.Command,
        SourceId = "console",
        ReceivedAt = Some.Noon.AddHours(-6).AddMinutes(minute),
        Headers = new Dictionary<string, string> { ["source-id"] = "console" },
        Body = Encoding.UTF8.GetBytes($$"""
            { "specversion": "1.0", "id": "{{id}}", "source": "urn:test", "type": "study.update.requested.v1",
              "time": "{{Some.Noon.AddHours(-6).AddMinutes(minute):yyyy-MM-dd'T'HH:mm:ss'Z'}}", "datacontenttype": "application/json",
              "data": { "study": { "studyInstanceUid": "{{UidOf(study)}}" }, {{data}} } }
            """),
    };

    public static string UidOf(int study) => $"2.25.{7000 + study}";

    public async Task<MessageResult> SendAsync(InboundMessage message) => (await Pipeline.ProcessAsync([message], _token))[0];

    /// <summary>Sends a message that is rejected.</summary>
    /// <returns>The id of its dead letter.</returns>
    public async Task<string> FailAsync(InboundMessage message) =>
        (await SendAsync(message)).DeadLetterId ?? throw new InvalidOperationException("The message was not rejected.");

    public async Task<DeadLetterSummary> CaseAsync(string id) => (await _store.DeadLetters.GetAsync(id, _token))!.Summary;

    public async Task<string> StatusAsync(string id) => (await CaseAsync(id)).Status;

    public async Task<Study> StudyAsync(int study) => (await _store.Reader.FindByUidAsync(UidOf(study), _token))!;

    public Task<IReadOnlyList<OutboxEntry>> EventsAsync() => _store.Outbox.ReadAfterAsync(0, 100_000, _token);

    private static readonly Source _console = new() { SourceId = "console", Kind = "command", Authority = Authority.Operator };

    private static Source Ris(string id, string application) => new()
    {
        SourceId = id,
        Kind = "hl7v2",
        SendingApplication = application,
        SendingFacility = "NORTH",
        Authority = Authority.Ris,
        TimeZone = TimeZoneInfo.Utc,
        AllowCreate = true,
        AccessionIssuer = "RIS",
    };
}
