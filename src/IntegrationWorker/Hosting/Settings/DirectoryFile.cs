using System.Text;
using nietras.SeparatedValues;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>Reads a CSV file of users or organizations as if it stood in the settings, each line an object.</summary>
/// <remarks>What the file says about people is in no fault: those name columns and lines.</remarks>
/// <param name="setting">The setting that names the file: <c>UsersFile</c>.</param>
internal sealed class DirectoryFile(string setting, DirectoryColumns columns, List<SettingsFault> faults)
{
    private const char Several = '|';

    // Excel writes in the machine's own code page unless it is asked: a name that is read wrongly is worse than none.
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public List<SettingsReader> Read(string path)
    {
        try
        {
            // A header of our own reading: of a fault in it, this library would tell in its own words.
            using var csv = Sep.Reader(options => options with { HasHeader = false, Unescape = true, DisableColCountCheck = true })
                .FromText(File.ReadAllText(path, _strict));

            return ReadRows(csv);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add(new SettingsFault(setting, $"{path} cannot be read.", "Name a CSV file that this account may read."));
        }
        catch (DecoderFallbackException)
        {
            faults.Add(new SettingsFault(setting, $"{path} is not UTF-8.", "Save it as \"CSV UTF-8\"."));
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or ArgumentException)
        {
            // The failure's own text may quote the file.
            faults.Add(new SettingsFault(setting, $"{path} is not CSV.", "Look for a quotation mark that is not closed."));
        }

        return [];
    }

    private List<SettingsReader> ReadRows(SepReader csv)
    {
        var readers = new List<SettingsReader>();
        List<string>? header = null;

        foreach (var row in csv)
        {
            if (row.ColCount == 0 || (row.ColCount == 1 && row[0].Span.IsWhiteSpace()))
            {
                continue; // An empty line.
            }

            if (header is null)
            {
                header = ReadHeader(row);

                if (header is null)
                {
                    return [];
                }
            }
            else if (row.ColCount != header.Count)
            {
                faults.Add(new SettingsFault(
                    PlaceOf(row), $"has {row.ColCount} fields, the first line has {header.Count}.", "Put a field that holds the separator into quotation marks."));
            }
            else
            {
                readers.Add(ReadRow(header, row));
            }
        }

        if (header is null)
        {
            faults.Add(new SettingsFault(setting, "is an empty file.", $"Write a first line with the names of the columns: {string.Join(',', columns.All)}."));
        }

        return readers;
    }

    // Null: the columns cannot be told apart.
    private List<string>? ReadHeader(SepReader.Row row)
    {
        List<string> names = [.. TextsOf(row)];
        var before = faults.Count;
        var place = $"{setting} header";

        foreach (var name in names.Where(name => !columns.All.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            // A file without a header has people in its first line.
            faults.Add(new SettingsFault(
                place, $"column {names.IndexOf(name) + 1} is not known.", $"Known here: {string.Join(", ", columns.All)}."));
        }

        foreach (var name in columns.Required.Where(name => !names.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Add(new SettingsFault(place, $"the column {name} is missing.", "Name it in the first line."));
        }

        foreach (var twice in columns.All.Where(name => names.Count(other => name.Equals(other, StringComparison.OrdinalIgnoreCase)) > 1))
        {
            faults.Add(new SettingsFault(place, $"the column {twice} stands there twice.", "Name every column once."));
        }

        return faults.Count == before ? names : null;
    }

    private SettingsReader ReadRow(List<string> header, SepReader.Row row)
    {
        var place = PlaceOf(row);
        var texts = TextsOf(row);
        var values = new Dictionary<string, string?> { [place] = "" };

        foreach (var (index, name) in header.Index())
        {
            Add(values, place, name, texts[index]);
        }

        return new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(values).Build().GetSection(place), faults, quotes: false);
    }

    private void Add(Dictionary<string, string?> values, string place, string name, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (name.Equals(DirectoryColumns.LocalIds, StringComparison.OrdinalIgnoreCase))
        {
            foreach (var (index, part) in PartsOf(text).Index())
            {
                AddLocalId(values, place, index, part);
            }
        }
        else if (name.Equals(DirectoryColumns.Codes, StringComparison.OrdinalIgnoreCase))
        {
            foreach (var (index, code) in PartsOf(text).Index())
            {
                values[$"{place}:{name}:{index}"] = code;
            }
        }
        else
        {
            values[$"{place}:{name}"] = text;
        }
    }

    private void AddLocalId(Dictionary<string, string?> values, string place, int index, string part)
    {
        if (part.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } authority, { Length: > 0 } id])
        {
            faults.Add(new SettingsFault(
                $"{place}:{DirectoryColumns.LocalIds}", "is no list of ids.", "Write AUTHORITY=ID, several separated by |: NRIS=RAD01|WRIS=W-R1."));
            return;
        }

        values[$"{place}:{DirectoryColumns.LocalIds}:{index}:authority"] = authority;
        values[$"{place}:{DirectoryColumns.LocalIds}:{index}:id"] = id;
    }

    private string PlaceOf(SepReader.Row row) => $"{setting} line {row.LineNumberFrom}";

    private static string[] PartsOf(string text) => text.Split(Several, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string[] TextsOf(SepReader.Row row)
    {
        var texts = new string[row.ColCount];

        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = row[i].ToString().Trim();
        }

        return texts;
    }
}
