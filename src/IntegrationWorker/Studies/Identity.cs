using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>The numbers a message names its study by.</summary>
internal sealed record Identity
{
    /// <summary>Commands only: the study's own id.</summary>
    [JsonPropertyName("studyId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StudyId { get; init; }

    [JsonPropertyName("studyInstanceUid"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StudyInstanceUid { get; init; }

    [JsonPropertyName("accession"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Identifier? Accession { get; init; }

    [JsonPropertyName("filler"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Identifier? Filler { get; init; }

    [JsonPropertyName("placer"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Identifier? Placer { get; init; }

    /// <summary>FHIR delete notices only: <c>ImagingStudy/1</c> of a source.</summary>
    [JsonPropertyName("fhirResource"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Identifier? FhirResource { get; init; }

    [JsonIgnore]
    public bool IsEmpty =>
        StudyId is null && StudyInstanceUid is null && Accession is null && Filler is null && Placer is null && FhirResource is null;

    /// <summary>The look-ups that these numbers need, in the order of precedence.</summary>
    public IEnumerable<(LinkKind Kind, string Value, string? Issuer)> Numbers()
    {
        if (StudyId is not null)
        {
            yield return (LinkKind.StudyId, StudyId, null);
        }

        if (StudyInstanceUid is not null)
        {
            yield return (LinkKind.StudyInstanceUid, StudyInstanceUid, null);
        }

        if (Accession is not null)
        {
            yield return (LinkKind.Accession, Accession.Value, Accession.Issuer);
        }

        if (Filler is not null)
        {
            yield return (LinkKind.Filler, Filler.Value, Filler.Issuer);
        }

        if (Placer is not null)
        {
            yield return (LinkKind.Placer, Placer.Value, Placer.Issuer);
        }

        if (FhirResource is not null)
        {
            yield return (LinkKind.FhirResource, FhirResource.Value, FhirResource.Issuer);
        }
    }
}
