using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>What would be done to one study at the platform.</summary>
/// <param name="StudyId">The platform's id; of a study that would be created, one that stands for it.</param>
/// <param name="Failure">The code of why the platform did not show the study: the calls are computed from what it was last seen to hold. Null: it did.</param>
/// <param name="Reason">The same in words.</param>
/// <param name="Waiting">Changes of the study that are on their way and come first.</param>
internal sealed record PreviewedStudy(string StudyId, string? Failure, string? Reason, int Waiting)
{
    public List<PreviewedCall> Calls { get; } = [];

    /// <summary>Fields that somebody at the platform wrote and that would stay theirs, with why: <c>older</c>, <c>echo</c> or <c>authority</c>.</summary>
    public List<(string Field, string Reason)> Held { get; } = [];

    /// <summary>Why a change would become a dead letter.</summary>
    public List<Notice> Errors { get; } = [];

    /// <summary>Bodies of the events, once the platform has accepted.</summary>
    public List<byte[]> Events { get; } = [];

    public JsonObject ToJson() => new()
    {
        ["studyId"] = StudyId,
        ["failure"] = Failure,
        ["reason"] = Reason,
        ["waiting"] = Waiting,
        ["calls"] = new JsonArray([.. Calls.Select(call => call.ToJson())]),
        ["held"] = new JsonArray([.. Held.Select(held => (JsonNode)new JsonObject { ["field"] = held.Field, ["reason"] = held.Reason })]),
        ["errors"] = new JsonArray([.. Errors.Select(error => (JsonNode)error.Code)]),
    };
}

/// <summary>One call as it would go out.</summary>
/// <param name="Operation"><c>create</c>, <c>uncancel</c>, <c>patch</c> or <c>cancel</c>.</param>
/// <param name="Path">Behind <c>Target:BaseUrl</c>.</param>
/// <param name="Body">JSON, its nulls too.</param>
internal sealed record PreviewedCall(string Operation, string Method, string Path, byte[] Body)
{
    public static PreviewedCall Of(TargetCall call) => new(call.Operation, call.Method.Method, $"/{TargetClient.Studies}{call.Path}", call.Body);

    public JsonObject ToJson() => new()
    {
        ["operation"] = Operation,
        ["method"] = Method,
        ["path"] = Path,
        ["body"] = JsonNode.Parse(Body),
    };
}
