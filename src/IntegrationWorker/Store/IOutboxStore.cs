namespace IntegrationWorker.Store;

/// <summary>The events, for those who publish and read them.</summary>
internal interface IOutboxStore
{
    /// <summary>
    /// Events that are still unpublished some time after their commit, in order of position: none whose study has an
    /// older unpublished event outside the answer. Empty when another process is at it.
    /// </summary>
    Task<IReadOnlyList<OutboxEntry>> TakeUnpublishedAsync(TimeSpan olderThan, int max, CancellationToken cancellationToken);

    /// <summary>
    /// Those of these just committed events that are still unpublished. True: it may be published now, since no older event of its
    /// study is unpublished but for these. False: an older one has to go first, or so much is unpublished that it is not looked through.
    /// </summary>
    Task<IReadOnlyDictionary<long, bool>> FindPendingAsync(IReadOnlyCollection<OutboxEntry> events, CancellationToken cancellationToken);

    /// <summary>Marks events as published. A crash may forget it: the event is published again then, with the same id.</summary>
    Task MarkPublishedAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken);

    /// <summary>Events after a position, published or not, in order of position. Whoever has read a position has missed none before it.</summary>
    Task<IReadOnlyList<OutboxEntry>> ReadAfterAsync(long position, int max, CancellationToken cancellationToken);

    /// <summary>Deletes published events that were created before an instant, the oldest first. The latest event stays.</summary>
    /// <returns>How many were deleted; there may be more.</returns>
    Task<long> DeletePublishedBeforeAsync(DateTimeOffset createdBefore, int max, CancellationToken cancellationToken);
}
