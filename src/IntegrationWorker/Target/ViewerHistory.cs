using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>The history row of what somebody at the platform changed. It is no event of ours: the platform made the change.</summary>
internal static class ViewerHistory
{
    public static HistoryEntry Of(string studyId, long version, DateTimeOffset at, IReadOnlyList<FieldChange> changes, DateTimeOffset now)
    {
        var unit = new UnitUpdate
        {
            Number = 1,
            Kind = UnitKind.Command,
            SourceId = PlanReviewRule.Viewer,
            MessageKey = PlanReviewRule.KeyOf(studyId, at),
            MessageType = PlanReviewRule.Viewer,
            Clock = Clock.At(at),
            SourceTime = UtcTimeConverter.ToText(at),
        };
        var result = new UnitResult
        {
            Unit = 1,
            MessageKey = unit.MessageKey,
            Outcome = Outcomes.Applied,
            StudyId = studyId,
            Effective = new EffectiveUpdate(false, null, changes, null),
        };

        return BatchRecorder.HistoryOf(studyId, version, unit, result, now);
    }
}
