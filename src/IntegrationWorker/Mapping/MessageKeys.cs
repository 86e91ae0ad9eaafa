using System.Buffers;

namespace IntegrationWorker.Mapping;

/// <summary>Message keys and their generations: <c>hl7/RIS/NORTH/17~2</c>. docs/mapping.md §5.1, §5.3.</summary>
internal static class MessageKeys
{
    /// <summary>What percent-encoding leaves alone, RFC 3986 §2.3, without the mark of generations.</summary>
    private static readonly SearchValues<char> _plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    private static readonly SearchValues<char> _hex = SearchValues.Create("0123456789abcdef");

    /// <summary>A key without its generation. Parts of a key are percent-encoded, <c>~</c> too, so it can only be ours.</summary>
    public static string BaseOf(string key)
    {
        var tilde = key.LastIndexOf('~');

        return tilde > 0 && tilde < key.Length - 1 && !key.AsSpan(tilde + 1).ContainsAnyExceptInRange('0', '9') ? key[..tilde] : key;
    }

    /// <summary>A key of a record, also of one that was refused for its key, without what was added to it.</summary>
    public static string BaseOfRecord(string key)
    {
        // Eight digits of the fingerprint stand behind the mark.
        var mark = key.Length - 9;

        return mark > 0 && key[mark] == '!' && !key.AsSpan(mark + 1).ContainsAnyExcept(_hex) ? key[..mark] : BaseOf(key);
    }

    /// <summary>Percent-encodes a part of a key.</summary>
    public static string Escape(ReadOnlySpan<char> part) => part.ContainsAnyExcept(_plain)
        ? Uri.EscapeDataString(part).Replace("~", "%7E", StringComparison.Ordinal)
        : part.ToString();
}
