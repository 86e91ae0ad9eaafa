using IntegrationWorker.Studies;

namespace IntegrationWorker.Queries;

/// <summary>Where docs/mapping.md says how a field comes about.</summary>
internal static class FieldRules
{
    public static string SectionOf(string field) => field switch
    {
        FieldNames.StudyDescription => "3.1, 3.3",
        FieldNames.Severity => "3.1, 3.2, 6.4",
        FieldNames.StudyViewerStatus => "3.1, 3.4",
        FieldNames.AssignedTo => "3.6",
        FieldNames.IsCancelled => "3.5, 6.5",
        FieldNames.OrgId => "3.7",
        _ when field.StartsWith("metadata.fhir.", StringComparison.Ordinal) => "3.10",
        _ when field.StartsWith("metadata.ris.appointment", StringComparison.Ordinal) => "3.9",
        _ when field.StartsWith("metadata.patient.", StringComparison.Ordinal) => "3.8, 3.9",
        _ when field.StartsWith("metadata.ris.", StringComparison.Ordinal) => "3.8",
        _ => "4.5",
    };
}
