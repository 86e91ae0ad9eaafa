using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>A number and who gave it.</summary>
/// <param name="Value">Compared exactly: case and leading zeros count. For a patient link: the keyed hash.</param>
/// <param name="Issuer">Namespace, OID or FHIR system as sent; null when unknown.</param>
internal sealed record Identifier(
    [property: JsonPropertyName("value")] string Value,
    [property: JsonPropertyName("issuer")] string? Issuer);

/// <summary>What a link's value is.</summary>
internal enum LinkKind
{
    StudyId,
    StudyInstanceUid,
    Accession,
    Filler,
    Placer,

    /// <summary>Value is a keyed hash of a patient identifier.</summary>
    Patient,

    /// <summary>A patient identifier that was merged away: satisfies the patient guard, is not found by ADT.</summary>
    FormerPatient,

    /// <summary>Value is a keyed hash of a visit number (PV1-19).</summary>
    Visit,

    /// <summary>FHIR resource id with its source as issuer: finds the study of a delete notice.</summary>
    FhirResource,
}

/// <summary>What a look-up asks for: all links of that kind with that value, whatever their issuer.</summary>
internal readonly record struct LinkKey(LinkKind Kind, string Value);

/// <summary>One row of the link index: a study can be found by this number.</summary>
internal sealed record Link(LinkKind Kind, string Value, string? Issuer, string StudyId)
{
    public LinkKey Key => new(Kind, Value);
}
