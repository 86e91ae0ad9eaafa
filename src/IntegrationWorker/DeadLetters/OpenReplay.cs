using IntegrationWorker.Intake;
using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters;

/// <summary>A replay in its transaction: it is decided about, and nothing is written yet. Disposing without a commit lets it all go.</summary>
internal sealed class OpenReplay(IReadOnlyList<ReadCase> cases, OpenBatch open, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Writes what the messages change, what becomes of their dead letters, and the receipts.</summary>
    /// <param name="also">Adds what else is to be written in the same transaction.</param>
    /// <exception cref="StoreConflictException">Another transaction was first. Nothing was written.</exception>
    public async Task<IReadOnlyList<CaseOutcome>> CommitAsync(
        string who, string why, Action<IReadOnlyList<CaseOutcome>, BatchChanges>? also, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        CaseOutcome[] outcomes =
        [
            .. cases.Select((one, i) => new CaseOutcome(one.Letter, open.Results[i], Receipt.Of(one.Letter, one.Message, open.Results[i], who, now))),
        ];
        open.Changes.CaseSteps.AddRange(outcomes.Select(outcome => StepOf(outcome, why)));
        also?.Invoke(outcomes, open.Changes);
        await open.CommitAsync(cancellationToken);

        return outcomes;
    }

    public ValueTask DisposeAsync() => open.DisposeAsync();

    private static CaseStep StepOf(CaseOutcome outcome, string why)
    {
        var (before, receipt) = (outcome.Letter.Summary, outcome.Receipt);
        var error = Receipt.ErrorOf(outcome.Result);
        var after = outcome.StatusAfter;
        var closesNow = DeadLetterStatus.IsClosed(after) && !DeadLetterStatus.IsClosed(before.Status);

        return new CaseStep(
            before.Id,
            before.Status,
            after,
            new DeadLetterAttempt(receipt.At, receipt.Who, why, receipt.Outcome, outcome.WrittenReceipt) { Code = receipt.Code, Revision = receipt.Revision })
        {
            ClosedAt = closesNow ? receipt.At : before.ClosedAt,
            ClosedReason = closesNow ? why : before.ClosedReason,
            Error = error is not null && after == DeadLetterStatus.Open ? CauseRule.Of(error) : null,
        };
    }
}
