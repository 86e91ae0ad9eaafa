using System.Text;
using System.Text.Json.Nodes;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Intake;

namespace IntegrationWorker.Tests.Examples;

/// <summary>The FHIR server of an example: what <c>given.fhirServer</c> holds.</summary>
internal static class ExampleServer
{
    /// <summary>The notification with the resources that it only names.</summary>
    public static ReadOnlyMemory<byte> Complete(
        InboundMessage inbound, IReadOnlyList<(string Reference, long? EventNumber)> toFetch, JsonObject given)
    {
        var fetched = toFetch.ToDictionary(wanted => wanted.Reference, wanted => Get(wanted.Reference, given));

        return NotificationCompletion.Complete(inbound.Body, fetched, inbound.ReceivedAt);
    }

    private static ReadOnlyMemory<byte>? Get(string reference, JsonObject given)
    {
        var resource = given["fhirServer"]?[FhirReference.From(reference).ToString()!];

        return resource is null ? null : Encoding.UTF8.GetBytes(resource.ToJsonString());
    }
}
