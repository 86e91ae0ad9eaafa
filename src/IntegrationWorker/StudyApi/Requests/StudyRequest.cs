using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi.Requests;

/// <summary>One write through the study API, read and valid. It goes the way of every message.</summary>
internal sealed record StudyRequest
{
    public required StudyOperation Operation { get; init; }

    /// <summary>The caller as a source: <c>api:‹key id›</c>, with the class of the key's role.</summary>
    public required Source Source { get; init; }

    /// <summary>The <c>Idempotency-Key</c> of the client, or one that was made up.</summary>
    public required string Key { get; init; }

    /// <summary>The client may send it again: its answer is kept as long as its record.</summary>
    public required bool IsRepeatable { get; init; }

    /// <summary>32 bytes: what is asked for, and of which study.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary><c>If-Match</c>; null: no condition.</summary>
    public IReadOnlyList<long>? Versions { get; init; }

    /// <summary>Of a creation.</summary>
    public StudyCreation? Creation { get; init; }

    /// <summary>Of a patch.</summary>
    public StudyPatch? Patch { get; init; }

    /// <summary>The study that is there: of everything but a creation.</summary>
    public StudyReference? Reference { get; init; }
}
