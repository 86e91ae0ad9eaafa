using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using IntegrationWorker.Target;

namespace IntegrationWorker.Queries;

/// <summary>What a message would do now: its result, each field with its verdict, the answer to its sender and the events.</summary>
/// <param name="Target">What would be done at the platform that keeps the studies; null where none does.</param>
/// <param name="Acknowledgement">HL7 v2 only; null when the sender wants no answer, or the message has no header to say so.</param>
internal sealed record MessagePreview(
    MessageResult Result, IReadOnlyList<FieldVerdict> Fields, PreviewedAcknowledgement? Acknowledgement, IReadOnlyList<byte[]> Events,
    IReadOnlyList<PreviewedStudy>? Target = null)
{
    /// <summary>The members of the result, with <c>fields</c>, <c>acknowledgement</c>, <c>events</c> and <c>target</c>. What is null is left out.</summary>
    public JsonObject ToJson()
    {
        var json = JsonNode.Parse(ResultJson.Write(Result))!.AsObject();
        json["fields"] = JsonSerializer.SerializeToNode(Fields, PreviewJson.Relaxed.IReadOnlyListFieldVerdict);
        json["events"] = new JsonArray([.. Events.Select(body => JsonNode.Parse(body))]);

        if (Target is not null)
        {
            json["target"] = new JsonArray([.. Target.Select(study => study.ToJson())]);
        }

        if (Acknowledgement is not null)
        {
            json["acknowledgement"] = JsonSerializer.SerializeToNode(Acknowledgement, PreviewJson.Relaxed.PreviewedAcknowledgement);
        }

        return json;
    }
}

/// <summary>What becomes of one statement of a message.</summary>
/// <param name="Field">As in events: <c>severity</c>, <c>metadata.ris.modality</c>.</param>
/// <param name="Verdict"><c>changed</c>, <c>equal</c>, <c>older</c>, <c>held by authority</c>, <c>echo</c>, <c>guard</c> or <c>limit</c>.</param>
/// <param name="Previous">What the study has; null when it has nothing.</param>
/// <param name="New">What the message says; null when it deletes, or when it is not taken.</param>
/// <param name="Location">Where it says so: <c>OBR-27.6</c>; null when the value is derived.</param>
/// <param name="Holder">The unit that holds the field; null when it is not held back.</param>
/// <param name="Code">The warning that tells why; null when there is none.</param>
internal sealed record FieldVerdict(
    string Unit, string? StudyId, string Field, string Verdict, string? Previous, string? New, string? Location, string? Holder, string? Code)
{
    public const string Changed = "changed";
    public const string Equal = "equal";
    public const string Older = "older";
    public const string Authority = "held by authority";
    public const string Echo = "echo";
    public const string Guard = "guard";
    public const string Limit = "limit";
}

/// <param name="Code">MSA-1.</param>
/// <param name="Errors">Codes of docs/codes.json with their places.</param>
internal sealed record PreviewedAcknowledgement(string Code, IReadOnlyList<Notice> Errors);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(Store.NoticeDetailConverter)])]
[JsonSerializable(typeof(IReadOnlyList<FieldVerdict>))]
[JsonSerializable(typeof(PreviewedAcknowledgement))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(IEnumerable<string>))]
internal sealed partial class PreviewJson : JsonSerializerContext
{
    public static PreviewJson Relaxed => field ??= new(new JsonSerializerOptions(PreviewJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
