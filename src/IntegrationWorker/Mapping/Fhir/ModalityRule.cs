using Hl7.Fhir.Model;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>ImagingStudy.modality, else series.modality → <c>fhir.modality</c>: the distinct codes, joined with commas.</summary>
internal static class ModalityRule
{
    public static void Apply(ImagingStudy study, ImagingStudyUnit unit)
    {
        var location = "ImagingStudy.modality";
        var codes = Distinct(study.Modality);

        if (codes.Count == 0)
        {
            location = "ImagingStudy.series.modality";
            codes = Distinct(study.Series.Select(series => series?.Modality));
        }

        if (codes.Count > 0)
        {
            unit.Set(FhirNames.ModalityKey, MetadataLimits.Fit(FhirNames.ModalityKey, string.Join(',', codes), unit.Update.Warnings)!, location);
        }
        else if (study.Modality.Exists(IsUnknown) || study.Series.Exists(series => IsUnknown(series?.Modality)))
        {
            unit.KeepKey(FhirNames.ModalityKey);
        }
    }

    private static List<string> Distinct(IEnumerable<Coding?> codings) =>
        [.. codings.Select(coding => coding?.CodeElement.Clean()).OfType<string>().Distinct(StringComparer.Ordinal)];

    private static bool IsUnknown(Coding? coding) => coding.IsUnknown() || coding?.CodeElement.IsUnknown() == true;
}
