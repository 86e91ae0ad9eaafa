using Hl7v2;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>Which organization a study belongs to that this message creates. docs/mapping.md §3.7.</summary>
internal static class OrganizationRule
{
    /// <summary>XON: organization identifier (10), id number (3), name (1). For other fields component 1, else 2.</summary>
    private static readonly int[] _organizationName = [10, 3, 1];

    private static readonly int[] _hierarchicDesignator = [1, 2];

    public static void Map(GroupReader reader, UnitUpdate unit)
    {
        if (reader.Source.OrgFields.Count == 0)
        {
            unit.OrgIdAtCreation = reader.Source.FirstOrgId;
            return;
        }

        foreach (var setting in reader.Source.OrgFields)
        {
            if (Find(reader, GroupReader.Address(setting)) is { } org)
            {
                unit.OrgIdAtCreation = org.OrgId;
                return;
            }
        }

        unit.OrgNotFound = true;
    }

    private static Org? Find(GroupReader reader, Hl7FieldAddress address)
    {
        var field = reader.First(address);

        foreach (var number in address is { Segment: "ORC", Field: 21, Component: 0 } ? _organizationName : _hierarchicDesignator)
        {
            var part = address.Component > 0 ? field.Subcomponent(number) : field.Component(number);

            if (reader.Rules.FindOrg(reader.Text(part.Subcomponent(1))) is { } org)
            {
                return org;
            }
        }

        return null;
    }
}
