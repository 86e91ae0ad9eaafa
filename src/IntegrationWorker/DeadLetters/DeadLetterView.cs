using System.Text;
using System.Text.Json;
using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters;

/// <summary>A dead letter in a list: nothing of what the message says.</summary>
/// <param name="Cause">The class of value it fails for: <c>by=accession</c>.</param>
/// <param name="FirstCode">Why it failed first, where that is another code.</param>
/// <param name="Revision">The approved edit that a replay takes; 0 for the message as it came.</param>
/// <param name="Draft">The latest edit while nobody has approved it; 0 when there is none.</param>
/// <param name="What">What happened, in a few words.</param>
/// <param name="Who">Who must act.</param>
/// <param name="Held">How many later messages of its study wait behind it.</param>
/// <param name="HeldSince">Since when the first of them waits; null when none does.</param>
/// <param name="HeldTooLong">That is longer ago than <c>DeadLetters:HeldAlarmSeconds</c>.</param>
internal sealed record DeadLetterView(
    string Id,
    string Code,
    string? Location,
    string SourceId,
    DateTimeOffset ReceivedAt,
    string Status,
    int Attempts,
    string MessageKey,
    string MessageType,
    string Door,
    IReadOnlyList<int> Units,
    DateTimeOffset? ClosedAt,
    string? ClosedReason,
    string Cause,
    string? FirstCode,
    int Revision,
    int Draft,
    string What,
    string Who,
    long Held = 0,
    DateTimeOffset? HeldSince = null,
    bool HeldTooLong = false)
{
    public static DeadLetterView Of(DeadLetterSummary summary) => new(
        summary.Id, summary.Code, summary.Location, summary.SourceId, summary.ReceivedAt.ToUniversalTime(), summary.Status, summary.Attempts,
        summary.MessageKey, summary.MessageType, summary.Door, summary.Units, summary.ClosedAt?.ToUniversalTime(), summary.ClosedReason,
        summary.Cause, summary.FirstCode, summary.Revision, summary.Draft, CauseWords.Of(summary.Code).What, CauseWords.Of(summary.Code).Who);
}

/// <summary>A dead letter whole. For the eyes of an operator: it holds what the message says.</summary>
/// <param name="Body">As text, where it is UTF-8; else null.</param>
/// <param name="BodyBase64">The bytes, where they are not UTF-8; else null.</param>
/// <param name="Edited">The approved edit, as text or base64; null when there is none.</param>
internal sealed record DeadLetterDetail(
    DeadLetterView DeadLetter,
    JsonElement Error,
    JsonElement Headers,
    IReadOnlyList<AttemptView> Attempts,
    IReadOnlyList<LookView> Looks,
    int BodyBytes,
    string? Body,
    string? BodyBase64,
    string? Edited)
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static DeadLetterDetail Of(DeadLetterCase letter, IReadOnlyList<DeadLetterLook> looks)
    {
        var text = TextOf(letter.Body);

        return new DeadLetterDetail(
            DeadLetterView.Of(letter.Summary),
            JsonElement.Parse(letter.Error),
            JsonElement.Parse(letter.Headers),
            [.. letter.Attempts.Select(AttemptView.Of)],
            [.. looks.Select(look => new LookView(look.At, look.Who, look.Action))],
            letter.Body.Length,
            text,
            text is null ? Convert.ToBase64String(letter.Body) : null,
            letter.Edited is { } edited ? TextOf(edited) ?? Convert.ToBase64String(edited) : null);
    }

    private static string? TextOf(byte[] body)
    {
        try
        {
            return _strict.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return null; // Other character sets are shown as bytes: nothing is guessed.
        }
    }
}

/// <summary>One step in the life of a dead letter, with what it did.</summary>
/// <param name="Action"><c>replay</c>, <c>discard</c>, <c>restore</c>, <c>supersede</c>, <c>edit</c>, <c>approve</c>, <c>skip</c> or <c>import</c>.</param>
/// <param name="Code">Why a replay was rejected.</param>
internal sealed record AttemptView(
    DateTimeOffset At, string Who, string Why, string Action, string Outcome, string? Code, int Revision, JsonElement Detail)
{
    public static AttemptView Of(DeadLetterAttempt attempt) => new(
        attempt.At, attempt.Who, attempt.Why, attempt.Action, attempt.Outcome, attempt.Code, attempt.Revision, JsonElement.Parse(attempt.Detail));
}

/// <summary>Somebody has looked at the body.</summary>
internal sealed record LookView(DateTimeOffset At, string Who, string Action);
