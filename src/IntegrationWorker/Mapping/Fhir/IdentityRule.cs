using Hl7.Fhir.Model;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;
using FhirIdentifier = Hl7.Fhir.Model.Identifier;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>ImagingStudy.identifier, basedOn.identifier and id → the numbers of the study.</summary>
/// <remarks>Source: FHIR R4 ImagingStudy.identifier; docs/mapping.md §3.10.</remarks>
internal static class IdentityRule
{
    private const string DicomUidSystem = "urn:dicom:uid";
    private const string UriSystem = "urn:ietf:rfc:3986";
    private const string AccessionType = "ACSN";
    private const int ShownMax = 10;
    private const string OidPrefix = "urn:oid:";

    public static void Apply(ImagingStudy study, ImagingStudyUnit unit)
    {
        var uids = StudyUids(study);

        unit.Update.Identity = new Identity
        {
            StudyInstanceUid = uids.Count == 1 ? uids[0] : null,
            Accession = AccessionOf(study, unit),
            FhirResource = unit.Id is { } id ? new Studies.Identifier($"{FhirNames.ImagingStudy}/{id}", unit.Source.SourceId) : null,
        };

        unit.Update.Rejection = uids switch
        {
            { Count: > 1 } => Notice.Of(Codes.IdentityContradiction, "values", uids.Take(ShownMax).Select(FhirText.Short).ToArray()),
            [var uid] when !IsUsable(uid, unit.Source) => Notice.Of(Codes.InvalidUid, "value", FhirText.Short(uid)),
            [] when unit.Update.Identity.IsEmpty => Notice.Of(Codes.NoIdentity),
            _ => null,
        };
    }

    private static bool IsUsable(string uid, Source source) =>
        DicomUid.IsValid(uid) || (source.LenientUid && uid.Length <= DicomUid.LengthMax);

    // Identifiers of the DICOM system decide; only without one a plain OID counts, which many servers write instead.
    private static List<string> StudyUids(ImagingStudy study)
    {
        var uids = Values(study, DicomUidSystem, _ => true);

        return uids.Count > 0
            ? uids
            : Values(study, UriSystem, value => value.StartsWith(OidPrefix, StringComparison.OrdinalIgnoreCase));
    }

    private static List<string> Values(ImagingStudy study, string system, Func<string, bool> counts) =>
        [.. study.Identifier
            .Where(identifier => identifier?.SystemElement.Raw()?.Trim() == system)
            .Select(identifier => identifier.ValueElement.Clean())
            .Where(value => value is not null && counts(value))
            .Select(value => WithoutPrefix(value!))
            .Distinct(StringComparer.Ordinal)];

    private static Studies.Identifier? AccessionOf(ImagingStudy study, ImagingStudyUnit unit)
    {
        var identifier = study.Identifier.FirstOrDefault(IsAccession)
            ?? study.BasedOn.Select(reference => reference?.Identifier).FirstOrDefault(IsAccession);

        if (identifier?.ValueElement.Clean() is not { } value)
        {
            return null;
        }

        if (value.Length > MetadataLimits.ValueLengthMax)
        {
            unit.Warn(Notice.Of(Codes.IdentifierTooLong, "field", "accession"));

            return null;
        }

        return new Studies.Identifier(value, identifier.SystemElement.Clean() ?? unit.Source.AccessionIssuer);
    }

    private static bool IsAccession(FhirIdentifier? identifier) =>
        identifier?.Type is { } type
        && type.Coding.Exists(coding => coding?.CodeElement.Raw()?.Trim() == AccessionType)
        && identifier.ValueElement.Clean() is not null;

    private static string WithoutPrefix(string value) =>
        value.StartsWith(OidPrefix, StringComparison.OrdinalIgnoreCase) ? value[OidPrefix.Length..] : value;
}
