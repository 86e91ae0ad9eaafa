using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.DeadLetters;

/// <summary>The proof of a replay: what was known of the message, and what replaying it has changed. Mostly nothing. No values.</summary>
/// <param name="MessageKey">Under which it is recorded; the key of a further generation after an edit, or where the key belongs to another message.</param>
/// <param name="Fingerprint">SHA-256 of the content without what a resend may change, hex; of several resources one after the other.</param>
/// <param name="Revision">The edit that was replayed; 0 for the message as it came.</param>
/// <param name="EarlierOutcome">The recorded outcome before this replay.</param>
/// <param name="EarlierCode">Why it was rejected before; null when it was not.</param>
/// <param name="Changed">What changed in which study; empty when nothing did.</param>
/// <param name="Held">Fields that were not written because what is known is newer, or by somebody of higher rank.</param>
/// <param name="MappingVersion"><see cref="Mapping.MappingVersion"/>.</param>
internal sealed record Receipt(
    string DeadLetterId,
    string MessageKey,
    string Fingerprint,
    int Revision,
    string EarlierOutcome,
    string? EarlierCode,
    string Outcome,
    string? Code,
    string? Location,
    IReadOnlyList<ReceiptChange> Changed,
    IReadOnlyList<string> Held,
    string MappingVersion,
    string Who,
    DateTimeOffset At)
{
    public static Receipt Of(DeadLetterCase letter, MappedMessage message, MessageResult result, string who, DateTimeOffset at)
    {
        UnitResult[] studies = [.. result.Units.Concat(result.Reapplied).SelectMany(unit => unit.Studies ?? [unit])];
        var error = ErrorOf(result);

        return new Receipt(
            letter.Summary.Id,
            result.MessageKey,
            string.Concat(message.Parts.Select(part => Convert.ToHexStringLower(part.Fingerprint))),
            letter.Summary.Revision,
            result.RecordedOutcome ?? Contracts.Outcomes.Rejected,
            DeadLetterStatus.IsClosed(letter.Summary.Status) ? null : letter.Summary.Code,
            result.Outcome,
            error?.Code,
            error?.Location,
            [
                .. studies
                    .Where(unit => unit.Outcome != Contracts.Outcomes.Duplicate && unit.Effective is not null)
                    .Select(unit => new ReceiptChange(unit.StudyId ?? "", unit.EventId, [.. unit.Effective!.Changes.Select(change => change.Field)])),
            ],
            [.. studies.SelectMany(unit => unit.Held).Select(held => held.Field).Distinct()],
            Mapping.MappingVersion.Current,
            who,
            at);
    }

    /// <summary>Why the message, or one of its units, was rejected; null when nothing was.</summary>
    public static Notice? ErrorOf(MessageResult result) => result.IsRejected
        ? result.Error ?? result.Units.Find(unit => unit.Error is not null)?.Error
        : null;

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, ReceiptJson.Relaxed.Receipt);
}

/// <param name="EventId">The event that tells of it; null where none does.</param>
/// <param name="Fields">Names of the changed fields.</param>
internal sealed record ReceiptChange(string StudyId, string? EventId, IReadOnlyList<string> Fields);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ReceiptJson : JsonSerializerContext
{
    // Made when it is asked for: the generated Default may not be there yet while this class is being made.
    public static ReceiptJson Relaxed => field ??=
        new(new JsonSerializerOptions(ReceiptJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
