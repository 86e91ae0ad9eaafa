using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;

namespace IntegrationWorker.Subscriptions.Server;

/// <summary>An answer of a FHIR server that is up.</summary>
/// <param name="ServerTime">What the server's clock said; null when it did not.</param>
internal sealed record FhirAnswer(int Status, ReadOnlyMemory<byte> Body, DateTimeOffset? ServerTime)
{
    public bool IsGone => Status is StatusCodes.Status404NotFound or StatusCodes.Status410Gone;

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The resource of the answer.</summary>
    /// <exception cref="FhirRefusedException">The server said no.</exception>
    /// <exception cref="FhirServerException">Something between us and the server answered: the page of a proxy, say.</exception>
    public JsonDocument Resource(params ReadOnlySpan<string> types)
    {
        if (!IsSuccess)
        {
            throw new FhirRefusedException(Status);
        }

        if (!JsonBody.TryParse(JsonBody.WithoutMark(Body), out var document))
        {
            throw new FhirServerException(Codes.FhirServerDown);
        }

        if (!types.Contains(document.RootElement.Text("resourceType") ?? ""))
        {
            document.Dispose();
            throw new FhirServerException(Codes.FhirServerDown);
        }

        return document;
    }
}
