using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace IntegrationWorker.Studies;

/// <summary>Ids that follow from what they name, so that a repeated decision gives the same ones.</summary>
internal static class StudyIds
{
    private static readonly SearchValues<char> _hex = SearchValues.Create("0123456789abcdef");

    /// <summary>The id of the study that a message creates: <c>stu_</c> and 32 hex digits of the SHA-256 of its UID.</summary>
    public static string OfUid(string studyInstanceUid) => "stu_" + Digest(studyInstanceUid);

    /// <summary>The id of the event of a unit on a study: docs/mapping.md §9.</summary>
    public static string OfEvent(string unitKey, string studyId) => "evt_" + Digest($"{unitKey}|{studyId}");

    /// <summary>The text has the shape of an id: <c>stu</c>, <c>usr</c>, <c>org</c> or <c>cus</c>, an underscore and 32 lower-case hex digits.</summary>
    public static bool IsId(string prefix, string text) =>
        text.Length == prefix.Length + 33
        && text.StartsWith(prefix, StringComparison.Ordinal)
        && text[prefix.Length] == '_'
        && !text.AsSpan(prefix.Length + 1).ContainsAnyExcept(_hex);

    private static string Digest(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);

        return Convert.ToHexStringLower(hash[..16]);
    }
}
