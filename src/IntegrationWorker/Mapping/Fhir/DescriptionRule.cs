using Hl7.Fhir.Model;
using IntegrationWorker.Contracts;
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

        if (text.Length > FhirText.CharactersMax)
        {
            text = FhirText.Cut(text);
            unit.Warn(Notice.Of(Codes.DescriptionCut, "location", Location));
        }

        unit.Update.Fields[FieldNames.StudyDescription] = new Asserted(text, Location);
    }
}
