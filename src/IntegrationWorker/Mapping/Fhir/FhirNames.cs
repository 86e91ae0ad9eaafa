namespace IntegrationWorker.Mapping.Fhir;

/// <summary>Names of FHIR that more than one rule needs.</summary>
internal static class FhirNames
{
    public const string ImagingStudy = "ImagingStudy";
    public const string ServiceRequest = "ServiceRequest";

    public const string DataAbsentReason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    /// <summary>Message type of a delete notice in its unit and its event.</summary>
    public const string ImagingStudyDelete = "ImagingStudy.delete";

    /// <summary>Before all metadata keys that FHIR feeds.</summary>
    public const string KeyPrefix = "fhir.";

    public const string IdKey = "fhir.id";
    public const string StatusKey = "fhir.status";
    public const string ModalityKey = "fhir.modality";
    public const string StartedKey = "fhir.started";
    public const string NumberOfSeriesKey = "fhir.numberOfSeries";
    public const string NumberOfInstancesKey = "fhir.numberOfInstances";
}
