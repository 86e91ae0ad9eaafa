using System.Text.Json.Serialization;

namespace IntegrationWorker.Target;

/// <summary>What the platform was last seen to hold, and which of it somebody there wrote.</summary>
internal sealed record SeenStudy
{
    [JsonPropertyName("v")]
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    [JsonPropertyName("at")]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Fields that somebody at the platform wrote since our last write of them, with the time.</summary>
    [JsonPropertyName("w")]
    public IReadOnlyDictionary<string, DateTimeOffset> Theirs { get; init; } = new Dictionary<string, DateTimeOffset>();

    public static SeenStudy Of(RemoteStudy remote, IReadOnlyDictionary<string, DateTimeOffset>? theirs = null) => new()
    {
        Values = remote.Values,
        UpdatedAt = remote.UpdatedAt,
        Theirs = theirs ?? new Dictionary<string, DateTimeOffset>(),
    };

    /// <summary>The study as it was then.</summary>
    public RemoteStudy ToRemote(string studyId, string studyInstanceUid) => new(studyId, studyInstanceUid, UpdatedAt, Values);

    /// <summary>When somebody at the platform wrote this field; null when it is as we left it.</summary>
    public DateTimeOffset? TheirsAt(string field, RemoteStudy remote) =>
        Values.GetValueOrDefault(field) != remote[field] ? remote.UpdatedAt
        : Theirs.TryGetValue(field, out var at) ? at
        : null;
}
