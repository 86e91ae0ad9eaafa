using System.Text;
using IntegrationWorker.DeadLetters.Holds;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.DeadLetters;

/// <summary>What a person can do with a dead letter: for the endpoints and the command line.</summary>
internal sealed class DeadLetterDesk(
    IDeadLetterStore letters, IHoldStore holds, CaseReplayer replayer, IOptions<DeadLetterOptions> options, TimeProvider time)
{
    public const int LimitUsual = 100;
    public const int LimitMax = 1000;

    // Messages about the same studies may be decided meanwhile; each time one of them is through.
    private const int ConflictsMax = 8;

    public async Task<IReadOnlyList<DeadLetterView>> ListAsync(
        DeadLetterFilter filter, int limit, string? after, CancellationToken cancellationToken)
    {
        var last = after is null ? null : (await letters.GetAsync(after, cancellationToken))?.Summary;
        var found = await letters.ListAsync(filter, limit, last, cancellationToken);

        return await ViewsOfAsync(found, cancellationToken);
    }

    /// <summary>One dead letter with its body. That somebody looks at it is recorded first.</summary>
    public async Task<DeadLetterDetail?> ShowAsync(string id, string who, CancellationToken cancellationToken)
    {
        if (await letters.GetAsync(id, cancellationToken) is not { } letter)
        {
            return null;
        }

        await letters.AddLookAsync(id, new DeadLetterLook(time.GetUtcNow(), who, DeadLetterActions.Show), cancellationToken);

        var looks = await letters.LooksAsync(id, cancellationToken);

        return DeadLetterDetail.Of(letter, looks) with { DeadLetter = (await ViewsOfAsync([letter.Summary], cancellationToken))[0] };
    }

    /// <summary>Where a dead letter stands; null when there is no such dead letter.</summary>
    public async Task<string?> StatusAsync(string id, CancellationToken cancellationToken) =>
        (await letters.GetAsync(id, cancellationToken))?.Summary.Status;

    /// <summary>Sends the message the way of all messages again, with its own time of receipt, so that it cannot undo newer facts.</summary>
    /// <returns>What it did; null when there is no such dead letter.</returns>
    /// <exception cref="DeadLetterBusyException">It is discarded, or on the list of a replay job.</exception>
    public async Task<ReplayReceipt?> ReplayAsync(string id, string who, string why, CancellationToken cancellationToken)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            if (await letters.GetAsync(id, cancellationToken) is not { } letter)
            {
                return null;
            }

            if (letter.Summary.Status is DeadLetterStatus.Discarded or DeadLetterStatus.Replaying || letter.Summary.Draft > 0)
            {
                throw new DeadLetterBusyException(letter.Summary.Draft > 0 ? DeadLetterBusyException.Draft : letter.Summary.Status);
            }

            try
            {
                var outcome = await replayer.ReplayAsync(letter, who, why, cancellationToken);
                var after = (await letters.GetAsync(id, cancellationToken))!;

                return new ReplayReceipt(DeadLetterView.Of(after.Summary), outcome.Result, outcome.Receipt);
            }
            catch (StoreConflictException) when (conflicts < ConflictsMax)
            {
                // Looked at anew: it may have been closed by whoever was first.
            }
        }
    }

    /// <summary>Closes a dead letter without applying it. False when it is not open.</summary>
    /// <param name="why">Never empty: whoever looks for the message later wants to know.</param>
    public Task<bool> DiscardAsync(string id, string who, string why, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        var now = time.GetUtcNow();

        return letters.StepAsync(
            new CaseStep(id, DeadLetterStatus.Open, DeadLetterStatus.Discarded, Attempt(now, who, why, DeadLetterActions.Discard, DeadLetterStatus.Discarded))
            {
                ClosedAt = now,
                ClosedReason = why,
            },
            cancellationToken);
    }

    /// <summary>Lets what waits behind a dead letter go on without it; it stays open. False when it is not open, or nothing waits for it.</summary>
    /// <param name="why">Never empty: later messages go first, and somebody will ask why.</param>
    public Task<bool> SkipAsync(string id, string who, string why, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(why);

        return holds.SkipAsync(
            new CaseStep(
                id, DeadLetterStatus.Open, DeadLetterStatus.Open, Attempt(time.GetUtcNow(), who, why, DeadLetterActions.Skip, DeadLetterStatus.Open)),
            cancellationToken);
    }

    /// <summary>Opens a dead letter again that was discarded or closed as superseded. False when it is neither.</summary>
    public async Task<bool> RestoreAsync(string id, string who, string why, CancellationToken cancellationToken) =>
        await StatusAsync(id, cancellationToken) is (DeadLetterStatus.Discarded or DeadLetterStatus.Superseded) and { } from
        && await letters.StepAsync(
            new CaseStep(id, from, DeadLetterStatus.Open, Attempt(time.GetUtcNow(), who, why, DeadLetterActions.Restore, DeadLetterStatus.Open)),
            cancellationToken);

    private async Task<IReadOnlyList<DeadLetterView>> ViewsOfAsync(IReadOnlyList<DeadLetterSummary> found, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var behind = (await holds.ListAsync([.. found.Select(letter => letter.Id)], cancellationToken))
            .ToDictionary(one => one.DeadLetterId!, StringComparer.Ordinal);

        return
        [
            .. found.Select(letter => behind.GetValueOrDefault(letter.Id) is { OldestAt: { } oldest } waiting
                ? DeadLetterView.Of(letter) with
                {
                    Held = waiting.Messages,
                    HeldSince = oldest.ToUniversalTime(),
                    HeldTooLong = HoldWatch.IsTooLong(oldest, now, options.Value),
                }
                : DeadLetterView.Of(letter)),
        ];
    }

    private static DeadLetterAttempt Attempt(DateTimeOffset at, string who, string why, string action, string outcome) =>
        new(at, who, why, outcome, Encoding.UTF8.GetBytes("{}")) { Action = action };
}

/// <summary>What a replay did: mostly nothing, since what is known is newer.</summary>
internal sealed record ReplayReceipt(DeadLetterView DeadLetter, MessageResult Result, Receipt Receipt);

/// <summary>The dead letter is where this cannot be done with it.</summary>
internal sealed class DeadLetterBusyException(string status) : Exception(status switch
{
    DeadLetterBusyException.Draft => "An edit of the dead letter waits for approval.",
    DeadLetterStatus.Replaying => "The dead letter is on the list of a replay job.",
    DeadLetterStatus.Discarded => "The dead letter is discarded. Restore it first.",
    _ => $"The dead letter is {status}.",
})
{
    public const string Draft = "draft";
}
