using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace IntegrationWorker.Decoding.Fhir;

/// <summary>JSON → the typed R4 model.</summary>
/// <remarks>
/// Read without any validation: whatever does not fit the model is set aside by the deserializer, and asking for an element of
/// the wrong shape throws a <see cref="Hl7.Fhir.Validation.CodedValidationException"/> only then. So an element that nobody maps
/// cannot cost a message.
/// </remarks>
internal static class FhirResources
{
    private static readonly FhirJsonDeserializer _deserializer =
        new(new DeserializerSettings().UsingMode(DeserializationMode.Ostrich));

    public static bool IsKnownType(string type) => ModelInfo.IsKnownResource(type);

    /// <summary>The mapped elements of an ImagingStudy; null when the resource is none.</summary>
    public static ImagingStudy? ReadImagingStudy(JsonElement resource)
    {
        var reader = new Utf8JsonReader(ImagingStudyExtract.Of(resource).Span, new JsonReaderOptions { MaxDepth = 130 });
        _deserializer.TryDeserializeResource(ref reader, out var read, out _);

        return read as ImagingStudy;
    }
}
