using Hl7.Fhir.Model;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>ImagingStudy.numberOfSeries and numberOfInstances, for a source that keeps them (<c>metadataKeys</c>).</summary>
/// <remarks>Off by default: the counts change with each arriving image. docs/mapping.md §3.8.</remarks>
internal static class CountsRule
{
    public static void Apply(ImagingStudy study, ImagingStudyUnit unit)
    {
        Keep(unit, FhirNames.NumberOfSeriesKey, study.NumberOfSeriesElement, "ImagingStudy.numberOfSeries");
        Keep(unit, FhirNames.NumberOfInstancesKey, study.NumberOfInstancesElement, "ImagingStudy.numberOfInstances");
    }

    private static void Keep(ImagingStudyUnit unit, string key, UnsignedInt? element, string location)
    {
        if (!unit.Source.MetadataKeys.ContainsKey(key))
        {
            return;
        }

        if (element.Clean() is { Length: <= 10 } count)
        {
            unit.Set(key, count, location);
        }
        else if (element.IsUnknown())
        {
            unit.KeepKey(key);
        }
    }
}
