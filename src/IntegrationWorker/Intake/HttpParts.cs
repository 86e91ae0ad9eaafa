using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace IntegrationWorker.Intake;

/// <summary>One message of a request with several.</summary>
/// <param name="Headers">Its own headers, by lower-case name; they win over those of the request.</param>
internal sealed record HttpPart(byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public const string LinesType = "application/x-ndjson";

    // Bounds what one request keeps waiting; whoever has more sends several requests.
    public const int PartsMax = 1000;

    private const int BoundaryCharactersMax = 200;

    /// <summary>The request holds several messages: one a line, or one a part.</summary>
    public static bool AreIn(string? contentType) => IsLines(contentType) || IsMultipart(contentType);

    /// <summary>The messages of a request, in order; one more than possible when there are too many.</summary>
    /// <exception cref="InvalidDataException">It cannot be cut into its parts.</exception>
    public static Task<List<HttpPart>> ReadAsync(HttpRequest request, CancellationToken cancellationToken) =>
        IsLines(request.ContentType) ? ReadLinesAsync(request, cancellationToken) : ReadPartsAsync(request, cancellationToken);

    private static bool IsLines(string? contentType) => MediaTypeOf(contentType)?.MediaType == LinesType;

    private static bool IsMultipart(string? contentType) => MediaTypeOf(contentType)?.Type == "multipart";

    private static MediaTypeHeaderValue? MediaTypeOf(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) ? type : null;

    private static async Task<List<HttpPart>> ReadLinesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        var parts = new List<HttpPart>();
        ReadOnlyMemory<byte> rest = body.GetBuffer().AsMemory(0, (int)body.Length);

        while (rest.Length > 0 && parts.Count <= PartsMax)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = (end < 0 ? rest : rest[..end]).Span.Trim("\r\t "u8);
            rest = end < 0 ? default : rest[(end + 1)..];

            if (line.Length > 0)
            {
                parts.Add(PartOf(line));
            }
        }

        return parts;
    }

    // A line is a JSON value: an object is the message, a text holds one (HL7 v2). What is neither is a message nobody can read.
    private static HttpPart PartOf(ReadOnlySpan<byte> line)
    {
        if (line[0] == '"')
        {
            try
            {
                return new HttpPart(Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>(line)!), TypeOf("text/plain"));
            }
            catch (JsonException)
            {
            }
        }

        return new HttpPart(line.ToArray(), TypeOf("application/json"));
    }

    private static Dictionary<string, string> TypeOf(string type) => new(StringComparer.Ordinal) { ["content-type"] = type };

    private static async Task<List<HttpPart>> ReadPartsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeOf(request.ContentType)!.Boundary).Value;

        if (boundary is not { Length: > 0 and <= BoundaryCharactersMax })
        {
            throw new InvalidDataException("There is no boundary.");
        }

        var reader = new MultipartReader(boundary, request.Body);
        var parts = new List<HttpPart>();

        try
        {
            while (parts.Count <= PartsMax && await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                using var body = new MemoryStream();
                await section.Body.CopyToAsync(body, cancellationToken);
                parts.Add(new HttpPart(body.ToArray(), HeadersOf(section)));
            }
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new InvalidDataException("The last part has no end.", e);
        }

        return parts;
    }

    private static Dictionary<string, string> HeadersOf(MultipartSection section) => (section.Headers ?? [])
        .Where(header => !string.Equals(header.Key, HeaderNames.ContentDisposition, StringComparison.OrdinalIgnoreCase))
        .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
}
