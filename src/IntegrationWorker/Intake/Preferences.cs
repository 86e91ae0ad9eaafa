using System.Globalization;

namespace IntegrationWorker.Intake;

/// <summary>What a client would like (RFC 7240): <c>Prefer: wait=10</c>, <c>Prefer: respond-async</c>.</summary>
/// <param name="Wait">How long it wants to wait for the outcome; zero when nothing is asked for.</param>
/// <param name="RespondAsync">It wants to be told where the outcome can be read, not the outcome.</param>
internal readonly record struct Preferences(TimeSpan Wait, bool RespondAsync)
{
    private const int SecondsMax = 60;

    public static Preferences Of(HttpRequest request)
    {
        var preferences = request.Headers["Prefer"]
            .SelectMany(value => (value ?? "").Split(','))
            .Select(value => value.Split(';')[0].Trim())
            .ToList();

        return new Preferences(
            preferences.Select(WaitOf).FirstOrDefault(wait => wait > TimeSpan.Zero),
            preferences.Contains("respond-async", StringComparer.OrdinalIgnoreCase));
    }

    private static TimeSpan WaitOf(string preference) =>
        preference.StartsWith("wait=", StringComparison.OrdinalIgnoreCase)
        && int.TryParse(preference["wait=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, SecondsMax))
            : TimeSpan.Zero;
}
