using System.Collections.Concurrent;

namespace IntegrationWorker.Store;

/// <summary>One instance for each name that stands in many state documents: fields, facts, sources.</summary>
internal static class NamePool
{
    public const int NameLengthMax = 64;

    // Names come from messages too (metadata keys of commands): what goes beyond is not kept.
    private const int NamesMax = 2_000;

    private static readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _bySpan =
        _names.GetAlternateLookup<ReadOnlySpan<char>>();

    private static int _count;

    public static string Get(ReadOnlySpan<char> name)
    {
        if (_bySpan.TryGetValue(name, out var known))
        {
            return known;
        }

        var text = name.ToString();

        return Volatile.Read(ref _count) < NamesMax && _names.TryAdd(text, text) && Interlocked.Increment(ref _count) > 0
            ? text
            : _names.GetValueOrDefault(text, text);
    }
}
