using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>
/// Writes how a plan ended, in one transaction: event and history of what the platform accepted, a dead letter for what it refused, what it
/// was seen to hold. The plan goes with it, once: whoever comes second with the same plan writes nothing.
/// </summary>
internal sealed class PlanConclusion(
    IStudyStore store, IStudyReader reader, Rulebook rules, EventSettings events, IEventPublisher publisher, TimeProvider time, ILogger<PlanConclusion> logger)
{
    /// <returns>The id that the study has now.</returns>
    /// <exception cref="StoreConflictException">Somebody else has ended the plan.</exception>
    public async Task<string> EndAsync(PlanEnd end, CancellationToken cancellationToken)
    {
        var (plan, now) = (end.Plan, time.GetUtcNow());
        var changes = new BatchChanges();
        changes.EndedPlans.Add(plan.Position);
        var studyId = end.Remote?.StudyId ?? plan.StudyId;
        var result = PlanOutcome.ResultOf(end, studyId);

        // Whoever names the study by any of its numbers waits until it has its new name.
        var links = studyId == plan.StudyId ? [] : await reader.LinksAsync(plan.StudyId, cancellationToken);
        await using var transaction = await store.BeginAsync(cancellationToken);

        if (ChangesRecord(end, studyId))
        {
            var records = await transaction.ClaimAsync([MessageKeys.BaseOf(plan.MessageKey)], cancellationToken);
            AddRecord(changes, records, plan, result);
        }

        if (ChangesStudy(end, studyId))
        {
            LinkKey[] keys = [.. links.Select(link => link.Key).Append(new LinkKey(LinkKind.StudyId, plan.StudyId)).Distinct()];
            var loaded = await transaction.LoadAsync(keys, cancellationToken);
            AddStudy(changes, loaded.Studies.FirstOrDefault(study => study.StudyId == plan.StudyId), end, studyId, now);
        }

        AddOutcome(changes, end, studyId, result, now);
        await transaction.CommitAsync(changes, cancellationToken);
        publisher.Offer(changes.Outbox);

        if (end.Error is not null)
        {
            TargetLog.Refused(logger, plan.Document.Unit.Number, plan.MessageKey, end.Error.Code);
        }

        return studyId;
    }

    private static bool ChangesRecord(PlanEnd end, string studyId) =>
        end.Error is not null || end.Adopted is not null || end.Review.HeldBack.Count > 0 || end.KeysKept.Count > 0 || studyId != end.Plan.StudyId;

    private static bool ChangesStudy(PlanEnd end, string studyId) =>
        end.Error is not null || end.Adopted is not null || end.Review.HeldBack.Count > 0 || end.Review.Theirs.Count > 0 || end.KeysKept.Count > 0
        || studyId != end.Plan.StudyId || (end.Plan.Document.Creates && end.Remote?[FieldNames.OrgId] != end.Plan.Document.OrgId);

    private static void AddRecord(BatchChanges changes, IReadOnlyList<LedgerRecord> records, TargetPlan plan, UnitResult result)
    {
        if (records.FirstOrDefault(record => record.Key == plan.MessageKey) is not { } record)
        {
            return; // Older than records are kept.
        }

        var recorded = ResultJson.Read(record.Result);
        var place = recorded.Units.FindIndex(result.IsSameUnit);

        if (place < 0)
        {
            return;
        }

        if (recorded.Units[place].Studies is { } studies)
        {
            // One unit that reached several studies: this is one of them.
            var ofStudy = studies.FindIndex(one => one.StudyId == plan.Document.Result.StudyId);
            studies[ofStudy < 0 ? 0 : ofStudy] = result;
            recorded.Units[place].Outcome = Outcomes.WorstOf(studies.Select(one => one.Outcome));
            recorded.Units[place].Error = studies.Find(one => one.Error is not null)?.Error;
        }
        else
        {
            recorded.Units[place] = result;
        }

        recorded.Outcome = Outcomes.WorstOf(recorded.Units.Select(unit => unit.Outcome));
        changes.ChangedRecords.Add(record with { Outcome = recorded.Outcome, Result = ResultJson.Write(recorded) });
    }

    private static void AddStudy(BatchChanges changes, Study? study, PlanEnd end, string studyId, DateTimeOffset now)
    {
        if (end.IsAbsent)
        {
            changes.RemovedStudies.Add(end.Plan.StudyId);
            return;
        }

        if (study is null)
        {
            return; // It was removed here meanwhile.
        }

        var baseline = new StudyBaseline(study, studyId);
        baseline.Undo(end);
        baseline.TakeTheirs(end);
        changes.ChangedStudies.Add(study);

        if (end.Review.Theirs.Count > 0)
        {
            changes.History.Add(ViewerHistory.Of(studyId, study.Version, end.Remote!.UpdatedAt, end.Review.Theirs, now));
        }

        if (studyId != end.Plan.StudyId)
        {
            changes.RenamedStudies.Add((end.Plan.StudyId, studyId));
        }
    }

    private void AddOutcome(BatchChanges changes, PlanEnd end, string studyId, UnitResult result, DateTimeOffset now)
    {
        var (plan, document) = (end.Plan, end.Plan.Document);
        changes.History.Add(BatchRecorder.HistoryOf(studyId, document.Version, document.Unit, result, now));

        if (result.EventId is { } eventId)
        {
            changes.Outbox.Add(new OutboxEntry(eventId, studyId, document.Version, now, PlanOutcome.EventOf(end, result, events, now)));
        }

        if (end.Error is { } error)
        {
            var letter = LetterOf(plan, error, result);
            changes.DeadLetters.Add(letter);

            if (rules.FindSource(letter.SourceId) is { HoldsOnRejection: true } && document.Unit.Terms is null)
            {
                changes.Holds.Add(new Hold(letter.SourceId, document.StudyInstanceUid, letter.Id, now));
            }
        }

        if (PlanOutcome.SeenAfter(end) is { } seen)
        {
            changes.Seen.Add((studyId, seen));
        }
    }

    private static DeadLetterEntry LetterOf(TargetPlan plan, Notice error, UnitResult result)
    {
        var document = plan.Document;

        return new DeadLetterEntry
        {
            Id = $"dl_{Guid.CreateVersion7():N}",
            MessageKey = plan.MessageKey,
            Cause = CauseRule.Of(error).Cause,
            Keys = [.. BatchRecorder.KeysOf([document.Unit])],
            Code = error.Code,
            Location = error.Location,
            SourceId = document.Unit.SourceId,
            MessageType = document.Unit.MessageType,
            ReceivedAt = document.ReceivedAt,
            Units = [document.Unit.Number],
            Body = document.Body,
            Headers = document.Headers,
            Door = document.Door,
            Error = ResultJson.Write([result]),
        };
    }
}
