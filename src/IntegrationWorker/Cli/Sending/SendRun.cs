using System.Diagnostics;

namespace IntegrationWorker.Cli.Sending;

/// <summary>Sends messages over several connections at a time, not faster than asked for.</summary>
/// <param name="open">Opens a way to the worker; each connection of the run has its own.</param>
/// <param name="rate">Messages a second at most, over all connections; 0: as fast as they are taken.</param>
internal sealed class SendRun(Func<Task<ISender>> open, SendJournal journal, double rate)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private int _next = -1;

    public TimeSpan Elapsed => _watch.Elapsed;

    /// <returns>What became of each message, in the order of the messages.</returns>
    public async Task<IReadOnlyList<SendResult>> SendAsync(
        IReadOnlyList<OutgoingMessage> messages, int concurrency, Action step, CancellationToken cancellationToken)
    {
        var results = new SendResult[messages.Count];
        await Task.WhenAll(Enumerable.Range(0, Math.Min(concurrency, messages.Count)).Select(_ => SendSomeAsync(messages, results, step, cancellationToken)));

        return results;
    }

    private async Task SendSomeAsync(
        IReadOnlyList<OutgoingMessage> messages, SendResult[] results, Action step, CancellationToken cancellationToken)
    {
        await using var sender = await open();

        for (var i = Interlocked.Increment(ref _next); i < messages.Count; i = Interlocked.Increment(ref _next))
        {
            await PaceAsync(i, cancellationToken);
            results[i] = await TryAsync(sender, messages[i], cancellationToken);

            if (results[i].IsTaken)
            {
                journal.Add(messages[i]);
            }

            step();
        }
    }

    private async Task PaceAsync(int number, CancellationToken cancellationToken)
    {
        if (rate > 0 && TimeSpan.FromSeconds(number / rate) - _watch.Elapsed is { } early && early > TimeSpan.Zero)
        {
            await Task.Delay(early, cancellationToken);
        }
    }

    private static async Task<SendResult> TryAsync(ISender sender, OutgoingMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await sender.SendAsync(message, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            return new SendResult(SendResult.Failed, $"no answer ({e.HttpRequestError})");
        }
        catch (RabbitMQ.Client.Exceptions.AlreadyClosedException)
        {
            return new SendResult(SendResult.Failed, "the broker has closed the connection");
        }
    }
}
