using System.Text.Json;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.DeadLetters;

/// <summary>What a person can do with a dead letter: for the endpoints and the command line.</summary>
internal sealed class DeadLetterDesk(IDeadLetterStore letters, TimeProvider time)
{
    public const int LimitUsual = 100;
    public const int LimitMax = 1000;

    public async Task<IReadOnlyList<DeadLetterView>> ListAsync(
        DeadLetterFilter filter, int limit, string? after, CancellationToken cancellationToken)
    {
        var last = after is null ? null : (await letters.GetAsync(after, cancellationToken))?.Summary;
        var found = await letters.ListAsync(filter, limit, last, cancellationToken);

        return [.. found.Select(DeadLetterView.Of)];
    }

    public async Task<DeadLetterDetail?> ShowAsync(string id, CancellationToken cancellationToken) =>
        await letters.GetAsync(id, cancellationToken) is { } letter ? DeadLetterDetail.Of(letter) : null;

    /// <summary>Sends the message through the front door again, with its own time of receipt, so that it cannot undo newer facts.</summary>
    /// <param name="decide">The way of a message.</param>
    /// <returns>What it did; null when there is no such dead letter.</returns>
    public async Task<ReplayReceipt?> ReplayAsync(
        string id, string who, string why, Func<InboundMessage, CancellationToken, Task<MessageResult>> decide, CancellationToken cancellationToken)
    {
        if (await letters.GetAsync(id, cancellationToken) is not { } letter)
        {
            return null;
        }

        var result = await decide(MessageOf(letter), cancellationToken);
        var attempt = new DeadLetterAttempt(time.GetUtcNow(), who, why, result.Outcome, ResultJson.Write(result));
        await letters.AddAttemptAsync(id, attempt, cancellationToken);

        if (!result.IsRejected)
        {
            await letters.CloseAsync(id, DeadLetterStatus.Replayed, why, cancellationToken);
        }

        var after = (await letters.GetAsync(id, cancellationToken))!;

        return new ReplayReceipt(DeadLetterView.Of(after.Summary), result);
    }

    /// <summary>Closes a dead letter without applying it. False when it is not open.</summary>
    public Task<bool> DiscardAsync(string id, string why, CancellationToken cancellationToken) =>
        letters.CloseAsync(id, DeadLetterStatus.Discarded, why, cancellationToken);

    private static InboundMessage MessageOf(DeadLetterCase letter)
    {
        var headers = JsonSerializer.Deserialize<Dictionary<string, string>>(letter.Headers) ?? [];

        return new InboundMessage
        {
            Door = Doors.Parse(letter.Summary.Door),
            Body = letter.Body,
            SourceId = headers.GetValueOrDefault(Contracts.BrokerNames.SourceIdHeader),
            ReceivedAt = letter.Summary.ReceivedAt,
            Headers = headers,
            ReplayId = $"rpl_{Guid.NewGuid():N}",
        };
    }
}

/// <summary>What a replay did: mostly nothing, since what is known is newer.</summary>
internal sealed record ReplayReceipt(DeadLetterView DeadLetter, MessageResult Result);
