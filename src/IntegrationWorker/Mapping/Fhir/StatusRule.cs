using Hl7.Fhir.Model;
using Hl7.Fhir.Utility;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>ImagingStudy.status → what is wanted of the study's life, and <c>fhir.status</c>.</summary>
/// <remarks>Source: FHIR R4 ValueSet imagingstudy-status; docs/mapping.md §3.10.</remarks>
internal static class StatusRule
{
    private const string Location = "ImagingStudy.status";

    public static void Apply(ImagingStudy study, ImagingStudyUnit unit)
    {
        if (study.StatusElement.Clean() is not { } code)
        {
            if (study.StatusElement.IsUnknown())
            {
                unit.KeepKey(FhirNames.StatusKey);
            }

            return;
        }

        switch (EnumUtility.ParseLiteral<ImagingStudy.ImagingStudyStatus>(code))
        {
            case ImagingStudy.ImagingStudyStatus.Registered or ImagingStudy.ImagingStudyStatus.Available:
                Assert(unit, Signal.Active, code);
                break;
            case ImagingStudy.ImagingStudyStatus.Cancelled:
                Assert(unit, Signal.Cancel, code);
                break;
            case ImagingStudy.ImagingStudyStatus.EnteredInError:
                Assert(unit, Signal.Cancel, code);
                unit.Update.EnteredInError = true;
                break;
            case ImagingStudy.ImagingStudyStatus.Unknown:
                // The server does not know; what it knew before is the better answer.
                unit.KeepKey(FhirNames.StatusKey);
                break;
            default:
                unit.KeepKey(FhirNames.StatusKey);
                unit.Warn(Notice.Of(Codes.UnknownCode, "value", FhirText.Short(code), "location", Location));
                break;
        }
    }

    private static void Assert(ImagingStudyUnit unit, Signal signal, string code)
    {
        unit.Update.Signal = signal;
        unit.Update.SignalLocation = Location;
        unit.Set(FhirNames.StatusKey, code, Location);
    }
}
