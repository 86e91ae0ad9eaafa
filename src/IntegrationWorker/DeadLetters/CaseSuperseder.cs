using System.Text;
using System.Text.Json.Nodes;
using IntegrationWorker.Queries;
using IntegrationWorker.Store;

namespace IntegrationWorker.DeadLetters;

/// <summary>
/// Closes dead letters that would change nothing any more: what they say of their study is settled by newer messages, or they were
/// sent again and applied. The code that would replay them says so.
/// </summary>
internal sealed class CaseSuperseder(IDeadLetterStore letters, CaseReplayer replayer, TimeProvider time)
{
    private const string Who = "worker";
    private const string Why = "newer messages have settled all it says";
    private const int PageSize = 50;
    private const int CasesOfARun = 5_000;

    // Messages go first: each look takes the place of one.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    private DeadLetterSummary? _last;

    /// <summary>Looks at open dead letters, the latest first; where there are very many it goes on there the next time.</summary>
    /// <returns>How many were closed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var closed = 0;

        for (var looked = 0; looked < CasesOfARun; looked += PageSize)
        {
            var page = await letters.ListAsync(new DeadLetterFilter(DeadLetterStatus.Open), PageSize, _last, cancellationToken);
            _last = page.Count == PageSize ? page[^1] : null;

            foreach (var letter in await letters.GetAsync([.. page.Where(one => one.Draft == 0).Select(one => one.Id)], cancellationToken))
            {
                closed += await TryCloseAsync(letter, cancellationToken) ? 1 : 0;
            }

            if (_last is null)
            {
                break;
            }

            await Task.Delay(_pause, TimeProvider.System, cancellationToken);
        }

        return closed;
    }

    private async Task<bool> TryCloseAsync(DeadLetterCase letter, CancellationToken cancellationToken)
    {
        try
        {
            var (outcome, changes) = await replayer.JudgeAsync(letter, cancellationToken);

            if (!IsSettled(outcome, changes))
            {
                return false;
            }

            var now = time.GetUtcNow();
            var attempt = new DeadLetterAttempt(now, Who, Why, DeadLetterStatus.Superseded, EvidenceOf(outcome, changes))
            {
                Action = DeadLetterActions.Supersede,
                Revision = letter.Summary.Revision,
            };

            return await letters.StepAsync(
                new CaseStep(letter.Summary.Id, DeadLetterStatus.Open, DeadLetterStatus.Superseded, attempt) { ClosedAt = now, ClosedReason = Why },
                cancellationToken);
        }
        catch (StoreConflictException)
        {
            return false; // A message about the same study is being decided: the next time.
        }
    }

    private static bool IsSettled(CaseOutcome outcome, BatchChanges changes)
    {
        var result = outcome.Result;
        var writesNothing = changes is { Outbox.Count: 0, NewStudies.Count: 0, NewLinks.Count: 0, RemovedLinks.Count: 0, NewParked.Count: 0, RemovedParked.Count: 0 };

        return writesNothing && !outcome.IsRejected && (result.Outcome is Contracts.Outcomes.Superseded or Contracts.Outcomes.Unchanged
            || (result.Outcome == Contracts.Outcomes.Duplicate && result.RecordedOutcome is not (null or Contracts.Outcomes.Rejected)));
    }

    // Names and keys, no values.
    private static byte[] EvidenceOf(CaseOutcome outcome, BatchChanges changes)
    {
        var studies = changes.ChangedStudies.ToDictionary(study => study.StudyId, StringComparer.Ordinal);
        var verdicts = outcome.Result.Units
            .SelectMany(unit => unit.Studies ?? [unit])
            .SelectMany(unit => FieldVerdictRule.Of(unit, unit.StudyId is { } id ? studies.GetValueOrDefault(id) : null));
        JsonNode[] fields =
        [
            .. verdicts.Select(verdict => new JsonObject
            {
                ["studyId"] = verdict.StudyId,
                ["field"] = verdict.Field,
                ["verdict"] = verdict.Verdict,
                ["settledBy"] = verdict.Holder ?? (verdict.StudyId is { } id ? studies.GetValueOrDefault(id)?.State.Fields.GetValueOrDefault(verdict.Field)?.Last?.Key : null),
            }),
        ];
        var evidence = new JsonObject { ["outcome"] = outcome.Result.Outcome, ["recordedAs"] = outcome.Result.MessageKey, ["fields"] = new JsonArray(fields) };

        return Encoding.UTF8.GetBytes(evidence.ToJsonString());
    }
}
