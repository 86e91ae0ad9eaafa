using IntegrationWorker.Studies;
using IntegrationWorker.Target;

namespace IntegrationWorker.Store;

/// <summary>Everything a batch writes, collected by the pure code.</summary>
internal sealed class BatchChanges
{
    public List<Study> NewStudies { get; } = [];

    public List<Study> ChangedStudies { get; } = [];

    public List<Link> NewLinks { get; } = [];

    public List<Link> RemovedLinks { get; } = [];

    /// <summary>Records of messages seen for the first time (a generation counts as such).</summary>
    public List<LedgerRecord> NewRecords { get; } = [];

    /// <summary>Records whose outcome, result or last message time changed.</summary>
    public List<LedgerRecord> ChangedRecords { get; } = [];

    public List<HistoryEntry> History { get; } = [];

    /// <summary>Events in order; per study in version order.</summary>
    public List<OutboxEntry> Outbox { get; } = [];

    public List<DeadLetterEntry> DeadLetters { get; } = [];

    /// <summary>What replays made of dead letters.</summary>
    public List<CaseStep> CaseSteps { get; } = [];

    /// <summary>Progress of the replay job that the batch belongs to; null for everything else.</summary>
    public ReplayProgress? Replay { get; set; }

    public List<ParkedUnit> NewParked { get; } = [];

    /// <summary>Unit keys of parked units that were applied or given up.</summary>
    public List<string> RemovedParked { get; } = [];

    /// <summary>Rejected messages that later ones of their study wait behind. The first one of a study stays until it is over.</summary>
    public List<Hold> Holds { get; } = [];

    /// <summary>Ids of holds behind which nothing waits any more.</summary>
    public List<string> EndedHolds { get; } = [];

    /// <summary>Units that have to wait behind a rejected one, in order.</summary>
    public List<HeldUnit> HeldUnits { get; } = [];

    /// <summary>Units that have waited behind a rejected one. One that is not there any more ends the transaction as a conflict.</summary>
    public List<HeldUnit> ReleasedUnits { get; } = [];

    public List<SubscriptionPosition> Positions { get; } = [];

    /// <summary>What is to be brought to the platform, per study in order. Empty where this store is the record.</summary>
    public List<TargetPlan> Plans { get; } = [];

    /// <summary>Positions of plans that have come to their end. One that is not there any more ends the transaction as a conflict.</summary>
    public List<long> EndedPlans { get; } = [];

    /// <summary>What the platform was seen to hold, by study id; a later look replaces an earlier one.</summary>
    public List<(string StudyId, SeenStudy Seen)> Seen { get; } = [];

    /// <summary>Studies that have left the platform, or never came there. Their history stays.</summary>
    public List<string> RemovedStudies { get; } = [];

    /// <summary>Studies that have got the platform's id instead of ours. All else in these changes names them by the new one, but changed studies.</summary>
    public List<(string From, string To)> RenamedStudies { get; } = [];

    /// <summary>What has to be read from FHIR servers.</summary>
    public List<FhirFetch> Fetches { get; } = [];
}

/// <summary>One row per unit and study: what was changed, what was held back and why, from where in the message.</summary>
/// <param name="StudyId">Null for a unit that found no study.</param>
/// <param name="Version">The study's version after the unit.</param>
/// <param name="Detail">JSON: changes with previous, current and location, superseded, held, echo, clock.</param>
internal sealed record HistoryEntry(
    string? StudyId, long Version, DateTimeOffset At, string MessageKey, int Unit, string SourceId, string MessageType, string Outcome, byte[] Detail);

/// <summary>An event that waits to be published.</summary>
/// <param name="EventId"><c>evt_</c> and 32 hex digits.</param>
/// <param name="Body">The CloudEvents JSON, as it goes out.</param>
internal sealed record OutboxEntry(string EventId, string StudyId, long Version, DateTimeOffset CreatedAt, byte[] Body)
{
    /// <summary>Position in the outbox: ascending in commit order as far as one store knows it. Given by the store when saved.</summary>
    public long Position { get; set; }

    /// <summary>When it was saved, every event of another batch was published already: none has to go before it. Not known when false.</summary>
    public bool IsNext { get; set; }
}

/// <summary>A message, or some of its units, that a person has to look at.</summary>
internal sealed record DeadLetterEntry
{
    /// <summary><c>dl_</c> and 32 hex digits.</summary>
    public required string Id { get; init; }

    public required string MessageKey { get; init; }

    /// <summary>A code of the catalogue.</summary>
    public required string Code { get; init; }

    /// <summary>Field location, or null.</summary>
    public string? Location { get; init; }

    /// <summary>The class of value it failed for, without content: <c>by=accession</c>; empty when there is none.</summary>
    public string Cause { get; init; } = "";

    /// <summary>Numbers that it can be found by.</summary>
    public IReadOnlyList<LinkKey> Keys { get; init; } = [];

    /// <summary>Empty when no source could be found.</summary>
    public required string SourceId { get; init; }

    public required string MessageType { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Failed units, from 1; empty when the whole message failed.</summary>
    public IReadOnlyList<int> Units { get; init; } = [];

    /// <summary>The message as it came. Encrypted by the store.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Headers of the delivery as JSON. Encrypted by the store, like the body.</summary>
    public required byte[] Headers { get; init; }

    /// <summary>The door it came through: <c>hl7v2</c>, <c>fhir</c> or <c>command</c>.</summary>
    public required string Door { get; init; }

    /// <summary>The rejection with its details as JSON. Encrypted by the store.</summary>
    public required byte[] Error { get; init; }
}
