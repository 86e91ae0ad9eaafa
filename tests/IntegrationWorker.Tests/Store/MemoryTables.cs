using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Store;

/// <summary>The rows of the store in memory. Everything went through the JSON that the databases keep, and shares nothing with its writer.</summary>
internal sealed class MemoryTables
{
    /// <summary>By study id.</summary>
    public SortedDictionary<string, Study> Studies { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Without each study's own id and UID.</summary>
    public HashSet<Link> Links { get; private init; } = [];

    /// <summary>By key.</summary>
    public Dictionary<string, LedgerRecord> Records { get; private init; } = new(StringComparer.Ordinal);

    public List<HistoryEntry> History { get; private init; } = [];

    public List<OutboxEntry> Outbox { get; private init; } = [];

    public List<DeadLetterEntry> DeadLetters { get; private init; } = [];

    /// <summary>By unit key.</summary>
    public Dictionary<string, ParkedUnit> Parked { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>By id.</summary>
    public Dictionary<string, Hold> Holds { get; private init; } = new(StringComparer.Ordinal);

    public List<HeldUnit> Held { get; private init; } = [];

    public Dictionary<(string SourceId, string SubscriptionId), SubscriptionPosition> Positions { get; private init; } = [];

    /// <summary>Other tables with the same rows.</summary>
    public MemoryTables Copy() => new()
    {
        Studies = new SortedDictionary<string, Study>(Studies, StringComparer.Ordinal),
        Links = [.. Links],
        Records = new Dictionary<string, LedgerRecord>(Records, StringComparer.Ordinal),
        History = [.. History],
        Outbox = [.. Outbox],
        DeadLetters = [.. DeadLetters],
        Parked = new Dictionary<string, ParkedUnit>(Parked, StringComparer.Ordinal),
        Holds = new Dictionary<string, Hold>(Holds, StringComparer.Ordinal),
        Held = [.. Held],
        Positions = new Dictionary<(string, string), SubscriptionPosition>(Positions),
    };

    public static Study Copy(Study study) => new()
    {
        StudyId = study.StudyId,
        StudyInstanceUid = study.StudyInstanceUid,
        OrgId = study.OrgId,
        ExpressCustomerId = study.ExpressCustomerId,
        Version = study.Version,
        CreatedAt = Kept(study.CreatedAt),
        UpdatedAt = Kept(study.UpdatedAt),
        CancelledAt = study.CancelledAt is { } at ? Kept(at) : null,
        CreatedBy = study.CreatedBy,
        State = StateReader.Read(StateWriter.Write(study.State)),
    };

    public static ParkedUnit Copy(ParkedUnit parked)
    {
        var document = StoreJson.ReadParked(
            StoreJson.Write(new ParkedDocument(parked.Unit, parked.Keys, parked.Body, parked.Headers, parked.Door)));

        return parked with
        {
            Unit = document.Unit,
            Keys = document.Keys,
            Body = document.Body,
            Headers = document.Headers,
            Door = document.Door,
            ReceivedAt = Kept(parked.ReceivedAt),
            ExpiresAt = Kept(parked.ExpiresAt),
        };
    }

    // As exact as the databases keep it.
    private static DateTimeOffset Kept(DateTimeOffset at) => StoreTime.FromMicroseconds(StoreTime.ToMicroseconds(at));
}
