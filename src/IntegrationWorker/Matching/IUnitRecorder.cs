using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Matching;

/// <summary>Takes down what became of units: history, events, and the record of a unit that had to wait.</summary>
internal interface IUnitRecorder
{
    /// <summary>A unit was applied to a study (with or without a change), created it, or was refused by it.</summary>
    void Record(Study study, UnitUpdate unit, UnitResult result, DateTimeOffset now);

    /// <summary>A unit that waited has its outcome.</summary>
    /// <returns>The id of its dead letter; null when it has not failed.</returns>
    string? Replace(ParkedUnit parked, UnitResult result, DateTimeOffset now);
}
