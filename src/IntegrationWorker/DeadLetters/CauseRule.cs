using IntegrationWorker.Contracts;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.DeadLetters;

/// <summary>A rejection → the class of value it failed for, by which dead letters that failed alike are one group.</summary>
/// <remarks>Names of systems, fields, kinds of numbers and members; never what a message says of a patient or a study.</remarks>
internal static class CauseRule
{
    private const int CharactersMax = 60;

    private static readonly string[] _classes =
        ["by", "application", "facility", "field", "missing", "type", "charset", "version", "member", "operation", "element", "header", "id"];

    public static CaseError Of(Notice error) => new(error.Code, error.Location, TextOf(error));

    private static string TextOf(Notice error)
    {
        if (error.Details is not { } details)
        {
            return "";
        }

        // Whose numbers contradict each other is told by which of the details there are.
        if (error.Code == Codes.IdentityContradiction)
        {
            return string.Join('+', details.Keys.Where(name => name != "location").Order(StringComparer.Ordinal));
        }

        return string.Join("; ", _classes.Where(details.ContainsKey).Select(name => $"{name}={Clean(details[name])}"));
    }

    // A stranger's header may hold anything.
    private static string Clean(object value)
    {
        var text = value is IEnumerable<string> several ? string.Join(',', several) : value.ToString() ?? "";
        var clean = string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));

        return clean.Length <= CharactersMax ? clean : $"{clean[..(CharactersMax - 1)]}…";
    }
}
