using System.Collections.Concurrent;
using IntegrationWorker.Store;

namespace IntegrationWorker.Access;

/// <summary>The keys that were used lately, so that not every request asks the database.</summary>
/// <remarks>A key that another worker revokes is refused here after <see cref="FreshFor"/> at the latest.</remarks>
internal sealed class ApiKeyCache(ApiKeyStore store, TimeProvider time)
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(3);

    // For so long a first key that another process made is not noticed: without it, every request of a worker without keys would ask.
    private static readonly TimeSpan _noneFor = TimeSpan.FromSeconds(1);

    // While the database is away, those who were let in before are let in for so long.
    private static readonly TimeSpan _staleFor = TimeSpan.FromMinutes(10);

    // A database that hangs must not hold up callers that are known.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    // Only keys that exist get in here, so it stays small.
    private readonly ConcurrentDictionary<Guid, Known> _known = new();

    private volatile bool _hasAny;
    private long _noneSeenAt; // 0: never.

    /// <summary>The caller of a key, or null when there is no such key. Whether it is valid now is another question.</summary>
    public async ValueTask<Caller?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(id, out var known) && time.GetElapsedTime(known.ReadAt) < FreshFor)
        {
            return known.Caller;
        }

        try
        {
            return await ReadAsync(id, cancellationToken);
        }
        catch (Exception) when (known is not null && time.GetElapsedTime(known.ReadAt) < _staleFor && !cancellationToken.IsCancellationRequested)
        {
            return known.Caller; // The database is away, most likely for all.
        }
    }

    /// <summary>A key was made once: every caller needs one.</summary>
    public async ValueTask<bool> HasAnyAsync(CancellationToken cancellationToken)
    {
        var noneSeenAt = Interlocked.Read(ref _noneSeenAt);

        if (_hasAny || (noneSeenAt != 0 && time.GetElapsedTime(noneSeenAt) < _noneFor))
        {
            return _hasAny;
        }

        try
        {
            var askedAt = time.GetTimestamp();

            if (await store.HasAnyAsync(cancellationToken).WaitAsync(_patience, time, cancellationToken))
            {
                _hasAny = true;
            }
            else
            {
                Interlocked.Exchange(ref _noneSeenAt, askedAt);
            }

            return _hasAny; // A first key may have been made here meanwhile.
        }
        catch (Exception) when (noneSeenAt != 0 && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>This worker made a key.</summary>
    public void NoteFirst() => _hasAny = true;

    /// <summary>This worker changed the key: the next request reads it anew.</summary>
    public void Forget(Guid id) => _known.TryRemove(id, out _);

    private async Task<Caller?> ReadAsync(Guid id, CancellationToken cancellationToken)
    {
        var readAt = time.GetTimestamp();

        if (await store.FindAsync(id, cancellationToken).WaitAsync(_patience, time, cancellationToken) is not { } key)
        {
            return null;
        }

        var caller = Caller.Of(key);
        _known[id] = new Known(caller, readAt);
        return caller;
    }

    private sealed record Known(Caller Caller, long ReadAt);
}
