namespace IntegrationWorker.Store.Sql;

/// <summary>The numbers by which transactions lock what has no row yet: the same ones in every worker, of whatever version.</summary>
internal static class LockNumbers
{
    private const ulong Start = 0xcbf29ce484222325;
    private const ulong Prime = 0x100000001b3;

    /// <summary>Distinct numbers, ascending: locks that all take in this order cannot wait for each other in a ring.</summary>
    public static long[] Of<T>(IEnumerable<T> items, Func<T, long> numberOf) => [.. items.Select(numberOf).Distinct().Order()];

    /// <summary>The number of a name. Two names with the same one only wait more than they need to.</summary>
    /// <param name="space">Keeps equal names of different things apart.</param>
    public static long Of(int space, ReadOnlySpan<char> name)
    {
        var hash = (Start ^ (uint)space) * Prime; // FNV-1a

        foreach (var letter in name)
        {
            hash = (hash ^ letter) * Prime;
        }

        return (long)hash;
    }
}
