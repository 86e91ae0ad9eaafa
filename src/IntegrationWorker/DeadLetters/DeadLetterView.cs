using System.Text;
using System.Text.Json;
using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters;

/// <summary>A dead letter in a list: nothing of what the message says.</summary>
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
    string? ClosedReason)
{
    public static DeadLetterView Of(DeadLetterSummary summary) => new(
        summary.Id, summary.Code, summary.Location, summary.SourceId, summary.ReceivedAt.ToUniversalTime(), summary.Status, summary.Attempts,
        summary.MessageKey, summary.MessageType, summary.Door, summary.Units, summary.ClosedAt?.ToUniversalTime(), summary.ClosedReason);
}

/// <summary>A dead letter whole. For the eyes of an operator: it holds what the message says.</summary>
/// <param name="Body">As text, where it is UTF-8; else null.</param>
/// <param name="BodyBase64">The bytes, where they are not UTF-8; else null.</param>
internal sealed record DeadLetterDetail(
    DeadLetterView DeadLetter,
    JsonElement Error,
    JsonElement Headers,
    IReadOnlyList<AttemptView> Attempts,
    int BodyBytes,
    string? Body,
    string? BodyBase64)
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static DeadLetterDetail Of(DeadLetterCase letter)
    {
        string? text = null;

        try
        {
            text = _strict.GetString(letter.Body);
        }
        catch (DecoderFallbackException)
        {
            // Other character sets are shown as bytes: nothing is guessed.
        }

        return new DeadLetterDetail(
            DeadLetterView.Of(letter.Summary),
            JsonElement.Parse(letter.Error),
            JsonElement.Parse(letter.Headers),
            [.. letter.Attempts.Select(attempt => new AttemptView(attempt.At, attempt.Who, attempt.Why, attempt.Outcome, JsonElement.Parse(attempt.Detail)))],
            letter.Body.Length,
            text,
            text is null ? Convert.ToBase64String(letter.Body) : null);
    }
}

/// <summary>One replay, with what it did.</summary>
internal sealed record AttemptView(DateTimeOffset At, string Who, string Why, string Outcome, JsonElement Detail);
