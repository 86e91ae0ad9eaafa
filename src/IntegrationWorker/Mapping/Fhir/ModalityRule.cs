using Hl7.Fhir.Model;
using IntegrationWorker.Contracts;
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
            Assert(unit, string.Join(',', codes), location);
        }
        else if (study.Modality.Exists(coding => coding.IsUnknown()))
        {
            unit.KeepKey(FhirNames.ModalityKey);
        }
    }

    private static List<string> Distinct(IEnumerable<Coding?> codings) =>
        [.. codings.Select(coding => coding?.CodeElement.Clean()).OfType<string>().Distinct(StringComparer.Ordinal)];

    private static void Assert(ImagingStudyUnit unit, string joined, string location)
    {
        if (joined.Length > FhirText.CharactersMax)
        {
            joined = FhirText.Cut(joined);
            unit.Warn(Notice.Of(Codes.ValueCut, "field", FhirNames.ModalityKey, "location", location));
        }

        unit.Set(FhirNames.ModalityKey, joined, location);
    }
}
