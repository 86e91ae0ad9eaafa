using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace IntegrationWorker.StudyApi.Requests;

/// <summary>The headers of a write: its condition and its key.</summary>
internal static class RequestHeaders
{
    private const int KeyCharactersMax = 256;

    /// <summary>Reads <c>If-Match</c> (RFC 9110 §13.1.1). False when it is no list of entity tags.</summary>
    /// <param name="versions">Null: there is no condition, or any version is right.</param>
    public static bool TryReadVersions(IHeaderDictionary headers, out IReadOnlyList<long>? versions)
    {
        versions = null;

        if (headers.IfMatch.Count == 0)
        {
            return true;
        }

        if (!EntityTagHeaderValue.TryParseStrictList(headers.IfMatch, out var tags))
        {
            return false;
        }

        // A weak tag never matches, nor does one that is none of ours.
        versions = tags.Contains(EntityTagHeaderValue.Any) ? null : [.. tags.Where(tag => !tag.IsWeak).Select(VersionOf).OfType<long>()];
        return true;
    }

    /// <summary>Reads <c>Idempotency-Key</c>: a quoted string as the draft of the IETF has it, or bare. False when it cannot be a key.</summary>
    /// <param name="key">Null: there is none.</param>
    public static bool TryReadKey(IHeaderDictionary headers, out string? key)
    {
        key = null;

        if (!headers.TryGetValue("Idempotency-Key", out var sent))
        {
            return true;
        }

        if (sent is not [{ } text])
        {
            return false;
        }

        text = text.Trim();
        key = text is ['"', .., '"'] and { Length: > 2 } ? text[1..^1] : text;

        return key.Length is > 0 and <= KeyCharactersMax && !key.AsSpan().ContainsAnyExceptInRange(' ', '~') && !key.Contains('"', StringComparison.Ordinal);
    }

    public static string TagOf(long version) => $"\"{version}\"";

    private static long? VersionOf(EntityTagHeaderValue tag) =>
        long.TryParse(tag.Tag.AsSpan(1, tag.Tag.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
}
