using System.Text.Json;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>The JSON files of the settings, laid over each other.</summary>
internal sealed class SettingsFiles(List<SettingsFault> faults)
{
    private static readonly JsonDocumentOptions _lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyDictionary<string, string?> Values => _values;

    /// <summary>Lays a file over those before it: single settings win, lists and the sections of <see cref="SettingsSections.Whole"/> replace.</summary>
    public void Add(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), _lenient);
            Add(path, document.RootElement);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add(new SettingsFault(path, "cannot be read.", "Name a JSON file that this account may read."));
        }
        catch (JsonException e)
        {
            // The failure's own text may quote the file, which may hold passwords.
            faults.Add(new SettingsFault(path, $"is not JSON at line {e.LineNumber + 1}, or has a member twice.", "Write a JSON object with each member once."));
        }
    }

    private void Add(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new SettingsFault(path, "is not a JSON object.", "Write { … } with the sections of appsettings.json."));
            return;
        }

        foreach (var (list, file) in SettingsSections.InFiles.Where(pair => Has(root, pair.List) || Has(root, pair.File)))
        {
            Forget(list); // The last file that says who there is says it whole, in either way.
            Forget(file);
        }

        foreach (var section in root.EnumerateObject())
        {
            if (!SettingsSections.All.Contains(section.Name))
            {
                faults.Add(new SettingsFault(section.Name, $"is not a setting (in {path}).", Spelling.Suggest(section.Name, SettingsSections.All)));
                continue;
            }

            if (SettingsSections.Whole.Contains(section.Name))
            {
                Forget(section.Name);
            }

            Flatten(section.Name, section.Value);
        }

        foreach (var (_, file) in SettingsSections.InFiles.Where(pair => Has(root, pair.File)))
        {
            if (_values.GetValueOrDefault(file) is { Length: > 0 } named)
            {
                _values[file] = Path.GetFullPath(named, Path.GetDirectoryName(Path.GetFullPath(path))!);
            }
        }
    }

    private static bool Has(JsonElement root, string name) =>
        root.EnumerateObject().Any(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private void Forget(string path)
    {
        foreach (var key in _values.Keys.Where(key => IsIn(path, key)).ToList())
        {
            _values.Remove(key);
        }
    }

    private static bool IsIn(string section, string key) =>
        key.StartsWith(section, StringComparison.OrdinalIgnoreCase) && (key.Length == section.Length || key[section.Length] == ':');

    private void Flatten(string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Flatten($"{path}:{member.Name}", member.Value);
                }

                break;
            case JsonValueKind.Array when value.GetArrayLength() == 0:
                Forget(path);
                _values[path] = ""; // An empty list is a setting of its own: not the same as none.
                break;
            case JsonValueKind.Array:
                Forget(path); // Items of two files would mix.

                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    _values[$"{path}:{index}"] = ""; // So that an item without members is an item.
                    Flatten($"{path}:{index}", item);
                }

                break;
            case JsonValueKind.Null:
                _values[path] = null;
                break;
            default:
                _values[path] = value.ToString();
                break;
        }
    }
}
