using System.Globalization;

namespace IntegrationWorker.Intake;

/// <summary>How long a client wants to wait for the outcome: <c>Prefer: wait=10</c> (RFC 7240), in seconds.</summary>
internal static class PreferredWait
{
    private const int SecondsMax = 60;

    /// <summary>Zero when nothing is asked for.</summary>
    public static TimeSpan Of(HttpRequest request)
    {
        var preferences = request.Headers["Prefer"].SelectMany(value => (value ?? "").Split(','));

        foreach (var preference in preferences.Select(value => value.Trim()))
        {
            if (preference.StartsWith("wait=", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(preference["wait=".Length..].Split(';')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return TimeSpan.FromSeconds(Math.Min(seconds, SecondsMax));
            }
        }

        return TimeSpan.Zero;
    }
}
