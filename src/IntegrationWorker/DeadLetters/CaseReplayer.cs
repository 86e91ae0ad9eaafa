using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.DeadLetters;

/// <summary>
/// Sends dead letters the way of a message again, with their own times of receipt, so that they cannot undo newer facts. What they
/// change, and what becomes of the dead letters, is one transaction: a replay that is broken off has not happened.
/// </summary>
internal sealed class CaseReplayer(MessagePipeline pipeline, TimeProvider time)
{
    /// <summary>Reads the message of a dead letter as it is replayed. Looks at nothing that is stored.</summary>
    public ReadCase Read(DeadLetterCase letter) => new(letter, pipeline.Read(MessageOf(letter)));

    /// <summary>Another replay can be opened while one is being written.</summary>
    public bool OpensAhead => pipeline.BatchesAheadMax > 0;

    /// <summary>Begins the transaction of a replay: locks and loads what the dead letters are about, and decides about them.</summary>
    /// <param name="cases">Each once, and none that was given before: what is decided may stay in it.</param>
    /// <exception cref="StoreConflictException">Another transaction was first.</exception>
    public async Task<OpenReplay> OpenAsync(IReadOnlyList<ReadCase> cases, CancellationToken cancellationToken) =>
        new(cases, await pipeline.OpenBatchAsync([.. cases.Select(one => one.Message)], cancellationToken), time);

    /// <summary>Replays one dead letter.</summary>
    /// <exception cref="StoreConflictException">Another transaction was first. Nothing was written.</exception>
    public async Task<CaseOutcome> ReplayAsync(DeadLetterCase letter, string who, string why, CancellationToken cancellationToken)
    {
        await using var open = await OpenAsync([Read(letter)], cancellationToken);

        return (await open.CommitAsync(who, why, null, cancellationToken))[0];
    }

    /// <summary>What replaying dead letters now would do, by the code that would do it. Writes nothing.</summary>
    public async Task<IReadOnlyList<CaseOutcome>> PreviewAsync(IReadOnlyList<DeadLetterCase> letters, CancellationToken cancellationToken)
    {
        MappedMessage[] messages = [.. letters.Select(letter => pipeline.Read(MessageOf(letter)))];
        var results = (await pipeline.PreviewAsync(messages, cancellationToken)).Results;
        var now = time.GetUtcNow();

        return [.. letters.Select((letter, i) => new CaseOutcome(letter, results[i], Receipt.Of(letter, messages[i], results[i], "", now)))];
    }

    /// <summary>What replaying one dead letter now would do, and what would be written.</summary>
    public async Task<(CaseOutcome Outcome, BatchChanges Changes)> JudgeAsync(DeadLetterCase letter, CancellationToken cancellationToken)
    {
        var message = pipeline.Read(MessageOf(letter));
        var previewed = await pipeline.PreviewAsync([message], cancellationToken);
        var result = previewed.Results[0];

        return (new CaseOutcome(letter, result, Receipt.Of(letter, message, result, "", time.GetUtcNow())), previewed.Changes);
    }

    /// <summary>The message of a dead letter, as it is replayed.</summary>
    public static InboundMessage MessageOf(DeadLetterCase letter) =>
        KeptMessage.Of(letter.Summary.Door, letter.Edited ?? letter.Body, letter.Headers, letter.Summary.ReceivedAt) with
        {
            ReplayId = $"rpl_{Guid.NewGuid():N}",
            CaseId = letter.Summary.Id,
            ReplacedKey = letter.Edited is null ? null : letter.Summary.MessageKey,
        };
}

/// <summary>A dead letter and its message, read to be replayed.</summary>
internal sealed record ReadCase(DeadLetterCase Letter, MappedMessage Message);

/// <summary>What replaying a dead letter did.</summary>
/// <param name="Letter">As it was before.</param>
internal sealed record CaseOutcome(DeadLetterCase Letter, MessageResult Result, Receipt Receipt)
{
    /// <summary>What the case is about was rejected again; other units of its message have cases of their own.</summary>
    public bool IsRejected
    {
        get
        {
            var own = Result.Units.FindAll(unit => unit.MessageKey == Letter.Summary.MessageKey && Letter.Summary.Units.Contains(unit.Unit));

            return own.Count > 0 ? own.Exists(unit => unit.Outcome == Contracts.Outcomes.Rejected) : Result.IsRejected;
        }
    }

    /// <summary>The receipt as it is kept: with the dead letter, and on the list of its job.</summary>
    public byte[] WrittenReceipt => field ??= Receipt.Write();

    public string StatusAfter => DeadLetterStatus.IsClosed(Letter.Summary.Status) ? Letter.Summary.Status
        : IsRejected ? DeadLetterStatus.Open
        : DeadLetterStatus.Resolved;
}
