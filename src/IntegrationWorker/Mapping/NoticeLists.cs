using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping;

/// <summary>Lists of warnings in which each stands once.</summary>
internal static class NoticeLists
{
    /// <summary>
    /// A damaged message may hold a million unknown codes. A hundred of them say enough, and comparing each with all others
    /// would take hours.
    /// </summary>
    private const int WarningsMax = 100;

    public static void AddOnce(this List<Notice> notices, Notice notice)
    {
        if (notices.Count < WarningsMax && !notices.Exists(known => known.Code == notice.Code && SameDetails(known.Details, notice.Details)))
        {
            notices.Add(notice);
        }
    }

    private static bool SameDetails(IReadOnlyDictionary<string, object>? left, IReadOnlyDictionary<string, object>? right)
    {
        if (left is null || right is null)
        {
            return left is null && right is null;
        }

        return left.Count == right.Count
            && left.All(pair => right.TryGetValue(pair.Key, out var value) && Equals(value, pair.Value));
    }
}
