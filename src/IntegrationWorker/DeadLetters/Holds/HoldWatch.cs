using IntegrationWorker.Store;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.DeadLetters.Holds;

/// <summary>Tells when messages have waited behind rejected ones for too long.</summary>
internal sealed class HoldWatch(IHoldStore holds, IOptions<DeadLetterOptions> options, TimeProvider time, ILogger<HoldWatch> logger)
{
    private static readonly TimeSpan _tellEvery = TimeSpan.FromHours(1);

    private DateTimeOffset? _told;

    /// <summary>For people: what waits, if the first of it has waited for too long; null otherwise.</summary>
    public string? Note { get; private set; }

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (options.Value.HeldAlarmSeconds == 0)
        {
            return;
        }

        var behind = await holds.ListAsync(null, cancellationToken);
        var now = time.GetUtcNow();

        if (behind.Min(one => one.OldestAt) is not { } oldest || !IsTooLong(oldest, now, options.Value))
        {
            (Note, _told) = (null, null);
            return;
        }

        var (messages, studies) = (behind.Sum(one => one.Messages), behind.Sum(one => one.Studies));
        Note = $"Messages that wait behind dead letters: {messages}. The first one waits since {oldest.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}.";

        if (_told is not { } told || now - told >= _tellEvery)
        {
            _told = now;
            HoldLog.WaitTooLong(logger, messages, studies, (int)(now - oldest).TotalMinutes);
        }
    }

    /// <summary>Something that waits since then has waited for too long by now.</summary>
    public static bool IsTooLong(DateTimeOffset since, DateTimeOffset now, DeadLetterOptions options) =>
        options.HeldAlarmSeconds > 0 && now - since >= TimeSpan.FromSeconds(options.HeldAlarmSeconds);
}
