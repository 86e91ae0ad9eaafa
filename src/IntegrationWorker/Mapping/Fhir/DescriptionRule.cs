using Hl7.Fhir.Model;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>ImagingStudy.description → studyDescription. docs/mapping.md §3.3 for its text.</summary>
internal static class DescriptionRule
{
    private const string Location = "ImagingStudy.description";

    public static void Apply(ImagingStudy study, ImagingStudyUnit unit)
    {
        if (study.DescriptionElement.Clean() is not { } text)
        {
            return;
        }

        var fitting = MetadataLimits.FitDescription(text, unit.Update.Warnings);
        unit.Update.Fields[FieldNames.StudyDescription] = new Asserted(fitting, Location);
    }
}
