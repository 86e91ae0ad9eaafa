namespace IntegrationWorker.Studies;

/// <summary>How soon a study must be read. The order of the members is the order of urgency.</summary>
internal enum Severity
{
    Normal,
    High,
    Stat,
}

/// <summary>The texts of <see cref="Severity"/> as the study resource has them.</summary>
internal static class Severities
{
    public static string ToText(this Severity severity) => severity switch
    {
        Severity.Stat => "stat",
        Severity.High => "high",
        _ => "normal",
    };

    public static bool TryParse(string? text, out Severity severity)
    {
        (var known, severity) = text switch
        {
            "normal" => (true, Severity.Normal),
            "high" => (true, Severity.High),
            "stat" => (true, Severity.Stat),
            _ => (false, Severity.Normal),
        };

        return known;
    }

    /// <summary>The urgency of a stored text; a text that is none counts as the least urgent.</summary>
    public static Severity Parse(string? text) => TryParse(text, out var severity) ? severity : Severity.Normal;
}
