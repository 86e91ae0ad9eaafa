namespace IntegrationWorker.Hosting.Settings;

/// <summary>Finds what somebody may have meant.</summary>
internal static class Spelling
{
    // Two slips in a name are a misspelling; three make it another word.
    private const int SlipsMax = 2;

    /// <summary>"Do you mean X? Known are …", or the known names alone.</summary>
    public static string Suggest(string name, IReadOnlyCollection<string> known)
    {
        var nearest = known.MinBy(candidate => Distance(name, candidate));
        var all = $"Known here: {string.Join(", ", known.Order(StringComparer.OrdinalIgnoreCase))}.";

        return nearest is not null && Distance(name, nearest) <= SlipsMax ? $"Do you mean {nearest}? {all}" : all;
    }

    // Levenshtein, one row at a time.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();

        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;

            for (var j = 1; j <= right.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                var cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                (diagonal, row[j]) = (row[j], cost);
            }
        }

        return row[right.Length];
    }
}
