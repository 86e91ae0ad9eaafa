using System.Security.Cryptography;
using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Intake;

/// <summary>Messages that keep failing alone while their neighbours commit. They are tried again and again, and given up after hours.</summary>
internal sealed class FailingMessages(
    IDeadLetterStore deadLetters, IntakeState state, IOptions<IntakeOptions> options, TimeProvider time, ILogger<FailingMessages> logger)
{
    private static readonly TimeSpan[] _pauses =
        [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)];

    // When is told on a clock that only goes forward: one that is set must neither wake them all nor let them wait.
    private TimeSpan Now => time.GetElapsedTime(0);

    // By the hash of the body: the broker gives the same message again as another delivery.
    private readonly Dictionary<string, FailingMessage> _known = new(StringComparer.Ordinal);

    /// <summary>How many messages are known to fail alone, about: for those who look on.</summary>
    public int Count => _known.Count;

    /// <summary>Until the next one is to be tried again; null when there is none.</summary>
    public TimeSpan? NextAttemptIn()
    {
        var waiting = _known.Values.Where(failing => failing.Deliveries.Count > 0).ToList();

        return waiting.Count == 0 ? null : waiting.Min(failing => failing.NextAttemptAt) - Now;
    }

    /// <summary>Takes in a delivery of a message that is known to fail.</summary>
    public bool TryRejoin(WaitingMessage waiting)
    {
        if (_known.Count == 0 || !_known.TryGetValue(Hash(waiting.Message), out var failing))
        {
            return false;
        }

        failing.Deliveries.Enqueue(waiting);
        return true;
    }

    /// <summary>The next delivery that is to be tried again now, or null. Those that were held too long go back to the broker.</summary>
    public WaitingMessage? TakeDue()
    {
        var now = Now;

        foreach (var failing in _known.Values)
        {
            while (failing.Deliveries.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) > TimeSpan.FromSeconds(options.Value.HoldSeconds))
            {
                failing.Deliveries.Dequeue().Return("The message fails alone and was held too long.");
            }

            if (failing.NextAttemptAt <= now && failing.Deliveries.TryDequeue(out var due))
            {
                return due;
            }
        }

        Forget(now);
        return null;
    }

    /// <summary>Puts a message aside that failed alone, or gives it up when it has failed for too long.</summary>
    public async Task AddAsync(WaitingMessage waiting, Exception failure, CancellationToken cancellationToken)
    {
        var now = Now;
        var hash = Hash(waiting.Message);

        if (!_known.TryGetValue(hash, out var failing))
        {
            _known.Add(hash, failing = new FailingMessage(now));
        }

        failing.Attempts++;
        failing.NextAttemptAt = now + _pauses[Math.Min(failing.Attempts, _pauses.Length) - 1];
        IntakeLog.FailsAlone(logger, hash, failing.Attempts, SurroundingsFailure.Describe(failure), failure.StackTrace);

        if (now - failing.Since >= TimeSpan.FromMinutes(options.Value.GiveUpMinutes) && state.LastCommit is { } commit && time.GetElapsedTime(0, commit) > failing.Since)
        {
            await GiveUpAsync(waiting, hash, failing, cancellationToken);
        }
        else
        {
            failing.Deliveries.Enqueue(waiting);
        }
    }

    public void ReturnAll()
    {
        foreach (var waiting in _known.Values.SelectMany(failing => failing.Deliveries))
        {
            waiting.Return("The worker is stopping.");
        }

        _known.Clear();
    }

    private async Task GiveUpAsync(WaitingMessage waiting, string hash, FailingMessage failing, CancellationToken cancellationToken)
    {
        var error = Notice.Of(Codes.GivenUp, "attempts", failing.Attempts, "code", Codes.DatabaseDown);
        var letter = UndecidedLetter.Of(waiting.Message, error);
        await deadLetters.AddAsync(letter, cancellationToken);
        IntakeLog.GivenUp(logger, letter.MessageKey, failing.Attempts);
        waiting.Complete(UndecidedLetter.ResultOf(letter, error));
        _known.Remove(hash);
    }

    // One that came through in the meantime, or that another worker has, is not heard of again.
    private void Forget(TimeSpan now)
    {
        foreach (var (hash, failing) in _known.ToList())
        {
            if (failing.Deliveries.Count == 0 && now - failing.NextAttemptAt > TimeSpan.FromMinutes(options.Value.GiveUpMinutes))
            {
                _known.Remove(hash);
            }
        }
    }

    private static string Hash(InboundMessage message) => Convert.ToHexStringLower(SHA256.HashData(message.Body.Span).AsSpan(0, 16));
}

/// <summary>One message that fails, with its deliveries that are held at the moment.</summary>
internal sealed class FailingMessage(TimeSpan since)
{
    public TimeSpan Since { get; } = since;

    public int Attempts { get; set; }

    public TimeSpan NextAttemptAt { get; set; } = since;

    public Queue<WaitingMessage> Deliveries { get; } = new();
}
