using Hl7.Fhir.Model;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>ImagingStudy.interpreter → assignedTo, for a source with <c>fhir.assign</c>. Never by name. docs/mapping.md §3.6, §3.10.</summary>
internal static class InterpreterRule
{
    private const string Location = "ImagingStudy.interpreter";

    private static readonly string[] _npiSystems =
        ["http://hl7.org/fhir/sid/us-npi", "urn:oid:2.16.840.1.113883.4.6", "2.16.840.1.113883.4.6"];

    public static void Apply(ImagingStudy study, ImagingStudyUnit unit)
    {
        if (!unit.Source.FhirAssigns || study.Interpreter.Count == 0)
        {
            return;
        }

        // The first person with an id decides; a name alone finds nobody.
        var found = study.Interpreter.Select(reference => Candidates(reference, unit)).FirstOrDefault(users => users is not null) ?? [];

        switch (found)
        {
            case []:
                unit.Warn(Notice.Of(Codes.UserUnknown, "location", Location));
                break;
            case [{ Active: true } user]:
                unit.Update.Assignment = new Assignment(user.UserId, null, Location);
                break;
            case [_]:
                unit.Warn(Notice.Of(Codes.UserInactive, "location", Location));
                break;
            default:
                unit.Warn(Notice.Of(Codes.UserAmbiguous, "location", Location));
                break;
        }
    }

    /// <summary>The users an interpreter may be; null when no id was sent.</summary>
    private static IReadOnlyList<User>? Candidates(ResourceReference? reference, ImagingStudyUnit unit)
    {
        var users = unit.Delivery.Rules.Users;
        var identifier = reference?.Identifier;
        var system = identifier?.SystemElement.Clean();
        var value = identifier?.ValueElement.Clean();

        if (value is not null && system is not null && _npiSystems.Contains(system, StringComparer.Ordinal))
        {
            return users.ByNpi(value);
        }

        if (FhirReference.From(reference?.ReferenceElement.Raw()) is { } practitioner)
        {
            return users.ByLocalId(unit.Source.UserAuthority ?? unit.Source.SourceId, practitioner.Id);
        }

        return value is not null && system is not null ? users.ByLocalId(system, value) : null;
    }
}
