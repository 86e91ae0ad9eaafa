using System.Collections.Concurrent;
using IntegrationWorker.Store;

namespace IntegrationWorker.Access;

/// <summary>The names of keys by the sources they are. A key keeps its name and its row for ever, so that what was read once stays true.</summary>
internal sealed class ApiKeyNames(ApiKeyStore store)
{
    private readonly ConcurrentDictionary<Guid, string> _names = new();

    /// <summary>The key of a source id and its name; null when the source is none of a key.</summary>
    public async ValueTask<(Guid Id, string Name)?> FindAsync(string sourceId, CancellationToken cancellationToken)
    {
        if (Caller.KeyIn(sourceId) is not { } id)
        {
            return null;
        }

        if (!_names.TryGetValue(id, out var name) && await store.FindAsync(id, cancellationToken) is { } key)
        {
            _names[id] = name = key.Name;
        }

        return name is null ? null : (id, name);
    }
}
