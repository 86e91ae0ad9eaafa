using Hl7.Fhir.Model;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>ImagingStudy.started → <c>fhir.started</c>, as sent.</summary>
internal static class StartedRule
{
    private const string Location = "ImagingStudy.started";

    public static void Apply(ImagingStudy study, ImagingStudyUnit unit)
    {
        var text = study.StartedElement.Clean();

        if (text is null)
        {
            if (study.StartedElement.IsUnknown())
            {
                unit.KeepKey(FhirNames.StartedKey);
            }
        }
        else if (JsonTime.TryRead(text, TimeZoneInfo.Utc, out _))
        {
            unit.Set(FhirNames.StartedKey, text, Location);
        }
        else
        {
            // Something was said, but nobody can tell what: the key stays as it is.
            unit.KeepKey(FhirNames.StartedKey);
            unit.Warn(Notice.Of(Codes.InvalidTime, "location", Location));
        }
    }
}
