using Hl7v2;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>PID-3, MRG-1 and PV1-19 → keyed hashes with their authority. docs/mapping.md §2.4, §2.7.</summary>
internal static class PatientRule
{
    /// <summary>All repetitions of a CX field that have an id.</summary>
    /// <param name="hash">Makes a keyed hash; patient identifiers are nowhere else.</param>
    public static List<Identifier> Keys(GroupReader reader, Hl7Field field, Func<string, string> hash)
    {
        var keys = new List<Identifier>();
        HashSet<Identifier>? known = null;
        string? defaultIssuer = null;

        foreach (var repetition in field.Repetitions)
        {
            var id = reader.Text(repetition.Component(1));

            if (id.Length == 0)
            {
                continue;
            }

            var issuer = Authority(reader, repetition.Component(4))
                ?? (defaultIssuer ??= reader.Source.PatientIssuer ?? IdentityRule.SendingFacility(reader));
            var key = new Identifier(hash(id), issuer);

            // Nearly always there is one, which needs no set.
            if (keys.Count == 0 || (known ??= [.. keys]).Add(key))
            {
                keys.Add(key);
            }
        }

        return keys;
    }

    /// <summary>The keyed hash of the visit number; null when there is none.</summary>
    public static string? Visit(GroupReader reader, Func<string, string> hash)
    {
        var number = reader.Group.Visit.IsAbsent ? "" : reader.Text(reader.Group.Visit[19].Component(1));
        return number.Length > 0 ? hash(number) : null;
    }

    /// <summary>HD inside a component: the namespace, else the universal id.</summary>
    private static string? Authority(GroupReader reader, Hl7Field component)
    {
        var name = reader.Text(component.Subcomponent(1));
        name = name.Length > 0 ? name : reader.Text(component.Subcomponent(2));

        return name.Length > 0 ? name : null;
    }
}
