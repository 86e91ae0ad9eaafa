using System.Buffers;

namespace IntegrationWorker.Decoding.Hl7;

/// <summary>
/// Codes, statuses and names of senders are the same few in every message: they are made into a string once. Safe for all threads.
/// </summary>
internal static class ShortCodes
{
    /// <summary>Longer ones are numbers of orders and patients, which do not come again.</summary>
    private const int LengthMax = 5;

    /// <summary>A power of two. A code takes the place of another one with the same remainder, so this is all that is ever kept.</summary>
    private const int PlacesMax = 1024;

    /// <summary>Neither blanks, nor what could be a delimiter: such a text is as it was sent.</summary>
    private static readonly SearchValues<char> _plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    private static readonly string?[] _known = new string?[PlacesMax];

    /// <summary>The text, when it is short and letters and digits only; else null.</summary>
    public static string? Find(ReadOnlySpan<char> raw)
    {
        if (raw.Length is 0 or > LengthMax || raw.ContainsAnyExcept(_plain))
        {
            return null;
        }

        var hash = 0u;

        foreach (var character in raw)
        {
            hash = (hash * 31) + character;
        }

        ref var place = ref _known[hash & (PlacesMax - 1)];
        var known = place;

        return known is not null && raw.SequenceEqual(known) ? known : place = raw.ToString();
    }
}
