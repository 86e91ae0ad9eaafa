namespace IntegrationWorker.Store;

/// <summary>Positions of the outbox that follow each other, from the first to the last, both among them.</summary>
internal readonly record struct PositionRange(long First, long Last);
