using System.Runtime.InteropServices;
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

    /// <summary>The resource; null when it is none of that type.</summary>
    public static T? Read<T>(JsonElement resource)
        where T : Resource
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(resource), new JsonReaderOptions { MaxDepth = 130 });
        _deserializer.TryDeserializeResource(ref reader, out var read, out _);

        return read as T;
    }
}
