namespace IntegrationWorker.Intake;

/// <summary>
/// The batches after the one that is being committed, in the order in which they will be: each is locked, loaded and decided about when
/// the one before it is, and saved when the one before it is saved. With two, one is saved while the first is committed, and one opened
/// meanwhile. Belongs to the one who decides.
/// </summary>
internal sealed class BatchesAhead(IMessagePipeline pipeline, WaitingLine waiting, FailingMessages failing, IntakeOptions options)
{
    // Bounds the memory of one batch: bodies may have megabytes.
    private const long BatchBytesMax = 32 * 1024 * 1024;

    // To write so few takes less than a round trip.
    private const int SmallShare = 8;

    private readonly Queue<StartedBatch> _started = new();

    // For those who look on.
    private volatile int _messages;

    /// <summary>The messages of the next one; null: none is started.</summary>
    public List<WaitingMessage>? Next => _started.TryPeek(out var next) ? next.Messages : null;

    /// <summary>How many messages are in them, about.</summary>
    public int Messages => _messages;

    /// <summary>The batch of these messages, which is no longer ahead; null: they are not those of <see cref="Next"/>.</summary>
    public StartedBatch? Take(List<WaitingMessage> messages)
    {
        if (Next != messages)
        {
            return null;
        }

        _messages -= messages.Count;
        return _started.Dequeue();
    }

    /// <summary>Takes from those that wait what fits into a batch.</summary>
    /// <param name="bytes">What it has already.</param>
    /// <returns>What it has then.</returns>
    public long Fill(List<WaitingMessage> batch, long bytes)
    {
        while (batch.Count < options.BatchMessagesMax && bytes < BatchBytesMax && waiting.TryTake(out var message))
        {
            // One that is known to break its batch does not get into another one.
            if (!failing.TryRejoin(message))
            {
                batch.Add(message);
                bytes += message.Message.Body.Length;
            }
        }

        return bytes;
    }

    /// <param name="before">Comes before it; null: none is on its way.</param>
    public StartedBatch Start(List<WaitingMessage> batch, StartedBatch? before, CancellationToken stoppingToken) =>
        StartedBatch.Start(pipeline, batch, before, isSmall: batch.Count <= options.BatchMessagesMax / SmallShare, stoppingToken);

    /// <summary>
    /// Starts further ones while one is being written. What two of them share the later one waits for in the database, where it finds it
    /// as the earlier one leaves it.
    /// </summary>
    /// <param name="written">Commits before all of them.</param>
    /// <param name="committing">Ends with its commit.</param>
    public async Task StartFurtherAsync(StartedBatch written, Task committing, CancellationToken stoppingToken, CancellationToken closing)
    {
        while (_started.Count < pipeline.BatchesAheadMax)
        {
            // It holds all its locks by then: one that came between would be decided about before it.
            var last = _started.LastOrDefault() ?? written;
            var opening = Task.WhenAny(last.Opening, committing);
            ReadAhead(opening);
            await opening;

            var count = CountFor(written);
            ReadAhead(committing);
            await waiting.WaitForAsync(count, committing);

            if (!last.Opening.IsCompletedSuccessfully || waiting.Count < count || closing.IsCancellationRequested)
            {
                return;
            }

            var batch = new List<WaitingMessage>();
            Fill(batch, 0);

            if (batch.Count > 0)
            {
                _messages += batch.Count;
                _started.Enqueue(Start(batch, last, stoppingToken));
            }
        }
    }

    /// <summary>Rolls all of them back. Their messages are the first of those that wait again.</summary>
    public async Task LetGoAsync()
    {
        StartedBatch[] started = [.. _started];
        _started.Clear();
        _messages = 0;
        waiting.PutBack(started.SelectMany(batch => batch.Messages));

        foreach (var batch in started)
        {
            await batch.LetGoAsync();
        }
    }

    /// <summary>While the database is at work on one batch, the messages of the next one are read.</summary>
    public void ReadAhead(Task working) => waiting.ReadAhead(pipeline, options.BatchMessagesMax, working);

    // With fewer than the one that is written has, two would rather share a commit than pay for it twice; a third one is worth its commit when it
    // is full. Who sets a wait wants batches that are as large as can be.
    private int CountFor(StartedBatch written) =>
        options.BatchWaitMs > 0 || _started.Count > 0 ? options.BatchMessagesMax : written.Messages.Count;
}
