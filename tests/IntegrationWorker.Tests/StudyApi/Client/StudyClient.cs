using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationWorker.StudyApi.Client;

/// <summary>A typed client of the study API, written by hand from its description: what it does not know, or misses, is an error.</summary>
internal sealed class StudyClient(HttpClient http, string? key)
{
    public const string Path = "/v1/viewer/studies";

    private static readonly JsonSerializerOptions _strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    public Task<ApiAnswer> CreateAsync(object body, CancellationToken token, params (string, string)[] headers) => SendAsync("POST", Path, body, token, headers);

    public Task<ApiAnswer> GetAsync(string studyId, CancellationToken token) => SendAsync("GET", $"{Path}/{studyId}", null, token);

    public Task<ApiAnswer> GetByUidAsync(string uid, CancellationToken token) => SendAsync("GET", $"{Path}/by-uid/{uid}", null, token);

    public Task<ApiAnswer> PatchAsync(string studyId, object? body, CancellationToken token, params (string, string)[] headers) =>
        SendAsync("PATCH", $"{Path}/{studyId}", body, token, headers);

    public Task<ApiAnswer> CancelAsync(object body, CancellationToken token, params (string, string)[] headers) =>
        SendAsync("POST", $"{Path}/cancel", body, token, headers);

    public Task<ApiAnswer> UncancelAsync(object body, CancellationToken token, params (string, string)[] headers) =>
        SendAsync("POST", $"{Path}/uncancel", body, token, headers);

    public async Task<StudyList> ListAsync(string query, CancellationToken token)
    {
        var answer = await SendAsync("GET", $"{Path}?{query}", null, token);

        return answer.Status == HttpStatusCode.OK
            ? JsonSerializer.Deserialize<StudyList>(answer.Text, _strict)!
            : throw new HttpRequestException($"{(int)answer.Status} {answer.Text}");
    }

    /// <param name="body">A text is sent as it is; anything else as JSON; null: no body.</param>
    public async Task<ApiAnswer> SendAsync(string method, string path, object? body, CancellationToken token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body as string ?? JsonSerializer.Serialize(body, _strict)));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await http.SendAsync(request, token);
        var text = await response.Content.ReadAsStringAsync(token);

        return new ApiAnswer(
            response.StatusCode,
            text,
            response.Headers.ETag?.ToString(),
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
    }

    internal static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text, _strict) ?? throw new JsonException("There is null.");
}

/// <summary>One answer.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string Text, string? Tag, string? MediaType, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The study of an answer that is one.</summary>
    public StudyDto Study => (int)Status is 200 or 201 ? StudyClient.Read<StudyDto>(Text) : throw new HttpRequestException($"{(int)Status} {Text}");

    public ProblemDto Problem => StudyClient.Read<ProblemDto>(Text);
}

internal sealed record StudyDto
{
    public required string StudyId { get; init; }

    public required string StudyInstanceUid { get; init; }

    public required string StudyDescription { get; init; }

    public required string Severity { get; init; }

    public required string StudyViewerStatus { get; init; }

    public required bool IsCancelled { get; init; }

    public required DateTimeOffset? CancelledAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required UserDto? AssignedTo { get; init; }

    public required KeyDto? CreatedByApiKey { get; init; }

    public required UserDto? CreatedByUser { get; init; }

    public required Dictionary<string, string> Metadata { get; init; }

    public required OrgDto? Org { get; init; }

    public required OrgDto? ExpressCustomer { get; init; }
}

internal sealed record UserDto
{
    public required string UserId { get; init; }

    public required string Email { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? MiddleName { get; init; }

    public string? Suffix1 { get; init; }

    public string? Suffix2 { get; init; }
}

internal sealed record KeyDto(Guid ApiKeyId, string Description, bool IsViewerEnabled);

internal sealed record OrgDto(string OrgId, string OrgName);

internal sealed record StudyList(List<StudyDto> Studies, bool HasMore, string? Cursor);

internal sealed record ProblemDto
{
    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    public required string Code { get; init; }

    public required string Message { get; init; }

    public required List<ErrorDto> Errors { get; init; }

    public string? TraceId { get; init; }
}

internal sealed record ErrorDto(string Pointer, string Code, string Text);
