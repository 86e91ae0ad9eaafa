using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace IntegrationWorker.Store.PostgreSql;

/// <summary>A statement with its parameters by number, as PostgreSQL wants them: else Npgsql would look for their names in every text it is given.</summary>
/// <param name="Sql">With <c>$1</c>, <c>$2</c> … in the places of the names.</param>
/// <param name="Names">By number. A name that stands in several places has one.</param>
internal sealed partial record PositionalText(string Sql, IReadOnlyList<string> Names)
{
    // By the text itself, not by what it says: statements keep theirs, and that of a search that was put together is forgotten with it.
    private static readonly ConditionalWeakTable<string, PositionalText> _known = [];

    public static PositionalText Of(string text) => _known.GetValue(text, Convert);

    private static PositionalText Convert(string text)
    {
        var names = new List<string>();
        var sql = Name().Replace(text, match =>
        {
            var name = match.Groups[1].Value;

            if (!names.Contains(name))
            {
                names.Add(name);
            }

            return $"${names.IndexOf(name) + 1}";
        });

        return new PositionalText(sql, names);
    }

    // Not the operators with @, and not inside of a longer word.
    [GeneratedRegex(@"(?<![\w@])@(\w+)", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
