using System.Text.Json;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>
/// A platform on which one study is changed in thought: it answers calls as docs/study-api.md says, and remembers them. Nothing is sent.
/// </summary>
/// <param name="studyId">The id that the study has, or gets.</param>
/// <param name="study">As it begins; null: it is not there.</param>
internal sealed class RehearsedPlatform(string studyId, RemoteStudy? study) : ITargetClient
{
    private readonly List<TargetCall> _calls = [];
    private RemoteStudy? _study = study;

    /// <summary>The calls since the last time somebody asked.</summary>
    public IReadOnlyList<TargetCall> TakeCalls()
    {
        TargetCall[] calls = [.. _calls];
        _calls.Clear();

        return calls;
    }

    public Task<TargetAnswer> GetAsync(string studyId, CancellationToken cancellationToken) => Task.FromResult(Answer());

    public Task<TargetAnswer> GetByUidAsync(string studyInstanceUid, CancellationToken cancellationToken) => Task.FromResult(Answer());

    public Task<RemotePage> ListAsync(string? cursor, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nothing is listed here.");

    public Task<TargetAnswer> SendAsync(TargetCall call, CancellationToken cancellationToken)
    {
        _calls.Add(call);
        _study = After(call);

        return Task.FromResult(Answer());
    }

    private TargetAnswer Answer() => _study is null ? TargetAnswer.Gone : TargetAnswer.Accepted(_study);

    private RemoteStudy After(TargetCall call)
    {
        using var body = JsonDocument.Parse(call.Body);
        var values = new Dictionary<string, string>(_study?.Values ?? _new, StringComparer.Ordinal);

        if (call.Operation is "cancel" or "uncancel")
        {
            values[FieldNames.IsCancelled] = call.Operation == "cancel" ? "true" : "false";
        }
        else
        {
            Merge(values, body.RootElement);
        }

        return new RemoteStudy(studyId, _study?.StudyInstanceUid ?? body.RootElement.GetProperty(FieldNames.StudyInstanceUid).GetString()!, UpdatedAt, values);
    }

    // Nobody there has changed it meanwhile.
    private DateTimeOffset UpdatedAt => _study?.UpdatedAt ?? DateTimeOffset.UnixEpoch;

    private static readonly Dictionary<string, string> _new = new()
    {
        [FieldNames.StudyViewerStatus] = "incomplete",
        [FieldNames.IsCancelled] = "false",
    };

    private static void Merge(Dictionary<string, string> values, JsonElement body)
    {
        foreach (var member in body.EnumerateObject().Where(member => member.Name != FieldNames.StudyInstanceUid))
        {
            if (member.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var pair in member.Value.EnumerateObject())
                {
                    Set(values, FieldNames.OfMetadata(pair.Name), pair.Value.GetString());
                }
            }
            else
            {
                Set(values, member.Name, member.Value.GetString());
            }
        }
    }

    private static void Set(Dictionary<string, string> values, string field, string? value)
    {
        if (value is null)
        {
            values.Remove(field);
        }
        else
        {
            values[field] = value;
        }
    }
}
