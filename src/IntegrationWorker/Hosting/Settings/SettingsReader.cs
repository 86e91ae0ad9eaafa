using System.Globalization;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>Reads one object of the settings strictly: what is not asked for is unknown, what cannot be read is named.</summary>
/// <param name="quotes">What stands there may be told of in faults. Not what a file says about people.</param>
internal sealed class SettingsReader(IConfigurationSection section, List<SettingsFault> faults, bool quotes = true)
{
    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);

    public string Path => section.Path;

    public bool Has(string name) => Ask(name) is { } child && (child.Value is not null || child.GetChildren().Any());

    public string? Text(string name)
    {
        var child = Ask(name);

        if (child.GetChildren().Any())
        {
            Fault(name, "is a list or an object.", "A text is wanted.");
            return null;
        }

        return string.IsNullOrWhiteSpace(child.Value) ? null : child.Value;
    }

    public string RequiredText(string name, string right)
    {
        var text = Text(name);

        if (text is null)
        {
            Fault(name, "is missing.", right);
        }

        return text ?? "";
    }

    public bool Flag(string name, bool usual = false)
    {
        var text = Text(name);

        if (text is null)
        {
            return usual;
        }

        if (!bool.TryParse(text, out var flag))
        {
            Fault(name, $"{Shown(text)} is neither true nor false.", "Write true or false.");
        }

        return flag;
    }

    public int Number(string name, int usual, int least, int most)
    {
        var text = Text(name);

        if (text is null)
        {
            return usual;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
        {
            Fault(name, $"{text} is not possible.", $"Write a number from {least} to {most}.");
            return usual;
        }

        return number;
    }

    /// <summary>One of the words; the first is the default.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> words) => Text(name) is { } text ? Checked(name, text, words) : words[0];

    public string RequiredOneOf(string name, params ReadOnlySpan<string> words) =>
        Checked(name, RequiredText(name, $"One of {Join(words)} is wanted."), words);

    public TimeSpan Duration(string name, TimeSpan usual)
    {
        var text = Text(name);

        if (text is null)
        {
            return usual;
        }

        if (!TimeSpan.TryParseExact(text, ["c", @"d\.hh\:mm\:ss", @"hh\:mm\:ss"], CultureInfo.InvariantCulture, out var duration) || duration < TimeSpan.Zero)
        {
            Fault(name, $"{text} is not a length of time.", "Write hours, minutes and seconds: 12:00:00.");
        }

        return duration;
    }

    /// <summary>The texts of a list; null when there is no such setting.</summary>
    public IReadOnlyList<string>? List(string name)
    {
        var child = Ask(name);
        var items = child.GetChildren().ToList();

        if (items.Count == 0)
        {
            if (!string.IsNullOrEmpty(child.Value))
            {
                Fault(name, "is a single text.", "A list is wanted: [ … ].");
            }

            return child.Value is null ? null : [];
        }

        foreach (var item in items.Where(item => string.IsNullOrWhiteSpace(item.Value)))
        {
            Fault($"{name}:{item.Key}", "is no text.", "A list of texts is wanted.");
        }

        return [.. items.Select(item => item.Value ?? "")];
    }

    /// <summary>Names with a text each; empty when there is no such setting.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Map(string name) =>
        [.. Ask(name).GetChildren().Select(child => KeyValuePair.Create(child.Key, child.Value ?? ""))];

    public SettingsReader Object(string name) => new(Ask(name), faults, quotes);

    public IEnumerable<SettingsReader> Objects(string name) => Ask(name).GetChildren().Select(child => new SettingsReader(child, faults, quotes));

    public void Fault(string name, string wrong, string right) =>
        faults.Add(new SettingsFault($"{section.Path}:{name}", wrong, right));

    /// <summary>A value as it may stand in a fault.</summary>
    public string Shown(string value) => quotes ? value : "What stands there";

    /// <summary>Names what nobody asked for. To be called last.</summary>
    public void End()
    {
        foreach (var child in section.GetChildren().Where(child => !_asked.Contains(child.Key)))
        {
            Fault(child.Key, "is not a setting.", Spelling.Suggest(child.Key, _asked));
        }
    }

    private IConfigurationSection Ask(string name)
    {
        _asked.Add(name);
        return section.GetSection(name);
    }

    private string Checked(string name, string text, ReadOnlySpan<string> words)
    {
        if (text.Length > 0 && !words.Contains(text))
        {
            Fault(name, $"{text} is not possible.", $"One of {Join(words)} is wanted.");
        }

        return words.Contains(text) ? text : words[0];
    }

    private static string Join(ReadOnlySpan<string> words) => string.Join(", ", words.ToArray());
}
