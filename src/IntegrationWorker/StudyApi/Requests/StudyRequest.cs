using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IntegrationWorker.Decoding;
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

    /// <summary>Reads a body. Key, fingerprint and condition are the headers' business and empty here.</summary>
    /// <param name="studyId">Of a patch; null where the body names the study.</param>
    public static (StudyRequest? Request, IReadOnlyList<Notice> Faults) Read(
        StudyOperation operation, ReadOnlyMemory<byte> body, string? studyId, Source source, Rulebook rules)
    {
        var request = new StudyRequest { Operation = operation, Source = source, Key = "", IsRepeatable = false, Fingerprint = [] };
        var allowed = StudyRequestRules.Of(rules, source);

        switch (operation)
        {
            case StudyOperation.Create:
                var creation = StudyRequestReader.ReadCreation(body, allowed);
                return (creation.Request is { } made ? request with { Creation = made } : null, creation.Faults);
            case StudyOperation.Patch:
                var patch = StudyRequestReader.ReadPatch(body, allowed);
                return (patch.Request is { } changes ? request with { Patch = changes, Reference = new StudyReference(studyId, null) } : null, patch.Faults);
            default:
                var reference = StudyRequestReader.ReadReference(body);
                return (reference.Request is { } study ? request with { Reference = study } : null, reference.Faults);
        }
    }

    /// <summary>Equal for requests that ask for the same, however their JSON is written.</summary>
    public static byte[] FingerprintOf(StudyOperation operation, ReadOnlyMemory<byte> body, string? studyId)
    {
        using var document = JsonDocument.Parse(JsonBody.IsBlank(body.Span) ? "{}"u8.ToArray() : JsonBody.WithoutMark(body));

        return SHA256.HashData([.. Encoding.UTF8.GetBytes($"{StudyRequestMapper.TypeOf(operation)}\n{studyId}\n"), .. JsonCanonical.Hash(document.RootElement)]);
    }
}
