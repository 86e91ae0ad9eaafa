namespace IntegrationWorker.Store;

/// <summary>Events of one batch that are not published yet.</summary>
/// <param name="Positions">Their positions, all of them.</param>
/// <param name="CreatedAt">When the youngest event of the batch was created.</param>
internal sealed record UnpublishedRange(PositionRange Positions, DateTimeOffset CreatedAt);
