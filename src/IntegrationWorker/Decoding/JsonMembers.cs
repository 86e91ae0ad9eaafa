using System.Text.Json;

namespace IntegrationWorker.Decoding;

/// <summary>Members of JSON objects, by their place in the document.</summary>
internal static class JsonMembers
{
    /// <summary>The JSON pointer (RFC 6901) of a member that stands twice in its object; null when there is none.</summary>
    /// <remarks>Readers differ in which of the two they take, so nobody can say what was meant.</remarks>
    public static string? FindDuplicate(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => FindInObject(value),
        JsonValueKind.Array => FindInArray(value),
        _ => null,
    };

    /// <summary>The pointers of all members that stand more than once in their object, each once.</summary>
    public static IEnumerable<string> FindDuplicates(JsonElement value, string pointer = "")
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                var twice = new HashSet<string>(StringComparer.Ordinal);
                return value.EnumerateObject().SelectMany(member =>
                {
                    var place = Pointer(pointer, member.Name);
                    IEnumerable<string> own = names.Add(member.Name) || !twice.Add(member.Name) ? [] : [place];
                    return own.Concat(FindDuplicates(member.Value, place));
                });
            case JsonValueKind.Array:
                return value.EnumerateArray().SelectMany((item, place) => FindDuplicates(item, $"{pointer}/{place}"));
            default:
                return [];
        }
    }

    /// <summary>The pointer of a member of the object that <paramref name="pointer"/> points to.</summary>
    public static string Pointer(string pointer, string member) =>
        $"{pointer}/{member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>A member that is there and not null.</summary>
    public static bool TryGetValue(this JsonElement element, string member, out JsonElement value)
    {
        value = element.Member(member);

        return value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
    }

    private static string? FindInObject(JsonElement value)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);

        foreach (var member in value.EnumerateObject())
        {
            if (!names.Add(member.Name))
            {
                return Pointer("", member.Name);
            }

            if (FindDuplicate(member.Value) is { } found)
            {
                return Pointer("", member.Name) + found;
            }
        }

        return null;
    }

    private static string? FindInArray(JsonElement value)
    {
        var place = 0;

        foreach (var item in value.EnumerateArray())
        {
            if (FindDuplicate(item) is { } found)
            {
                return $"/{place}{found}";
            }

            place++;
        }

        return null;
    }
}
