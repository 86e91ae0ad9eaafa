using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace IntegrationWorker.Intake;

/// <summary>What can be said about a request with messages before its body is read.</summary>
internal static class HttpRequestCheck
{
    private const int KeyCharactersMax = 200;

    /// <summary>Null when there is nothing to find fault with.</summary>
    public static ProblemHttpResult? Find(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && encoding != "identity")
        {
            return Problem.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "Send the body without a content encoding.");
        }

        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && IsNoMessage(type))
        {
            return Problem.Of(
                StatusCodes.Status415UnsupportedMediaType,
                "unsupported-media-type",
                "Messages are HL7 v2 with delimiters, FHIR JSON and JSON commands; several as application/x-ndjson or multipart.");
        }

        var key = request.Headers[BrokerNames.IdempotencyKeyHeader];

        // A key that is cut short or joined would be another message's key.
        return key.Count > 0 && (key.Count > 1 || key[0] is not { Length: > 0 and <= KeyCharactersMax } text || text.Any(char.IsControl))
            ? Problem.Of(StatusCodes.Status422UnprocessableEntity, "malformed", $"Idempotency-Key has 1 to {KeyCharactersMax} characters and stands there once.")
            : null;
    }

    // Anything else may be a raw message, whatever its sender calls it.
    private static bool IsNoMessage(MediaTypeHeaderValue type) =>
        type.SubType == "xml" || type.Suffix == "xml" || type.Type == "image" || type.Type == "audio" || type.Type == "video"
        || type.MediaType == "application/pdf" || type.MediaType == "application/zip" || type.MediaType == "application/dicom";
}
