using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Commands;

/// <summary>A JSON merge patch (RFC 7396) over the fields of a study. docs/mapping.md §0.3, §4.5.</summary>
internal static class PatchRule
{
    public static void Apply(JsonElement patch, Source source, Rulebook rules, UnitUpdate update, CommandFaults faults)
    {
        foreach (var (name, value) in patch.EnumerateObject().Select(member => (member.Name, member.Value)))
        {
            switch (name)
            {
                case FieldNames.StudyDescription:
                    Required(name, value, Description, update, faults);
                    break;
                case FieldNames.Severity:
                    Required(name, value, text => Severities.TryParse(text, out _) ? text : null, update, faults);
                    break;
                case FieldNames.StudyViewerStatus:
                    Required(name, value, text => ViewerStatus.IsValid(text) ? text : null, update, faults);
                    break;
                case FieldNames.AssignedTo:
                    Assign(value, rules, update, faults);
                    break;
                case FieldNames.OrgId:
                    Move(value, source, rules, update, faults);
                    break;
                case MetadataPatchRule.Member:
                    MetadataPatchRule.Apply(value, update, faults);
                    break;
                default:
                    faults.NotAllowed(name);
                    break;
            }
        }
    }

    private static void Required(
        string name, JsonElement value, Func<string, string?> read, UnitUpdate update, CommandFaults faults)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            faults.Null(name);
        }
        else if (value.Text() is { } text && read(text) is { } valid)
        {
            update.Fields[name] = new Asserted(valid, faults.Location(name));
        }
        else
        {
            faults.Invalid(name);
        }
    }

    private static string? Description(string text) =>
        CleanText.Of(text) is { Length: > 0 and <= MetadataLimits.DescriptionLengthMax } clean ? clean : null;

    /// <summary>An unknown reader is a fault here: who sends a command can repair it.</summary>
    private static void Assign(JsonElement value, Rulebook rules, UnitUpdate update, CommandFaults faults)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            update.Assignment = new Assignment(null, null, faults.Location(FieldNames.AssignedTo));
        }
        else if (value.Text() is { } userId && rules.Users.Find(userId) is { Active: true })
        {
            update.Assignment = new Assignment(userId, null, faults.Location(FieldNames.AssignedTo));
        }
        else
        {
            faults.Invalid(FieldNames.AssignedTo);
        }
    }

    /// <summary>The organization of a study: for operators only. docs/mapping.md §0.4.</summary>
    private static void Move(JsonElement value, Source source, Rulebook rules, UnitUpdate update, CommandFaults faults)
    {
        if (source.AuthorityFor(FieldNames.OrgId) != Authority.Operator)
        {
            faults.Add(Notice.Of(Codes.NotPermitted, "operation", "change orgId", "location", faults.Location(FieldNames.OrgId)));
        }
        else if (value.ValueKind == JsonValueKind.Null || (value.Text() is { } id && rules.Orgs.Any(org => org.OrgId == id)))
        {
            update.Fields[FieldNames.OrgId] = new Asserted(value.Text(), faults.Location(FieldNames.OrgId));
        }
        else
        {
            faults.Invalid(FieldNames.OrgId);
        }
    }
}
