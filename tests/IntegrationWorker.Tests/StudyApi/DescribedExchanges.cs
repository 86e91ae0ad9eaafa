using System.Net;
using System.Text.Json.Nodes;
using System.Web;
using Json.Schema;
using Xunit;

namespace IntegrationWorker.Tests.StudyApi;

/// <summary>
/// Holds every exchange with the study API against what the worker says of itself at <c>/openapi/v1.json</c>: the status, the media type and the
/// members of the answer, and, where the request was accepted, its body and its query. So a client that was generated from it would have understood each of them.
/// </summary>
internal sealed class DescribedExchanges(JsonNode document) : DelegatingHandler(new HttpClientHandler())
{
    private const string Studies = "/v1/viewer/studies";

    private readonly JsonObject _definitions = Rooted(document["components"]!["schemas"]!).AsObject();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var sent = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);

        if (OperationOf(request) is { } operation)
        {
            await CheckAsync($"{request.Method} {request.RequestUri!.AbsolutePath} {(int)response.StatusCode}", operation, request, sent, response, cancellationToken);
        }

        return response;
    }

    private async Task CheckAsync(
        string what, JsonNode operation, HttpRequestMessage request, string? sent, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var described = operation["responses"]![$"{(int)response.StatusCode}"];
        Assert.True(described is not null, $"{what}: the status is not described");
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        Assert.True(described["content"]?[type] is not null, $"{what}: {type} is not described");
        AssertFits(what, described["content"]![type]!["schema"]!, await response.Content.ReadAsStringAsync(cancellationToken));

        if (response.IsSuccessStatusCode)
        {
            var names = (operation["parameters"]?.AsArray() ?? []).Select(parameter => parameter!["name"]!.GetValue<string>()).ToHashSet();
            Assert.All(HttpUtility.ParseQueryString(request.RequestUri!.Query).AllKeys.OfType<string>(), name => Assert.Contains(name, names));

            if (!string.IsNullOrEmpty(sent))
            {
                AssertFits($"{what}, the request", operation["requestBody"]!["content"]![request.Content!.Headers.ContentType!.MediaType!]!["schema"]!, sent);
            }
        }
    }

    private void AssertFits(string what, JsonNode schema, string json)
    {
        var whole = Rooted(schema).AsObject();
        whole["$defs"] = _definitions.DeepClone();
        var result = JsonSchema.FromText(whole.ToJsonString()).Evaluate(JsonNode.Parse(json), new EvaluationOptions { OutputFormat = OutputFormat.List });
        var faults = result.Details.Where(detail => detail.HasErrors).Select(detail => $"{detail.InstanceLocation} {string.Join(' ', detail.Errors!.Values)}");

        Assert.True(result.IsValid, $"{what}: {string.Join("; ", faults)}");
    }

    // Null: nothing is said of such a request.
    private JsonNode? OperationOf(HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath;

        if (!path.StartsWith(Studies, StringComparison.Ordinal))
        {
            return null;
        }

        var template = path[Studies.Length..].Trim('/').Split('/') switch
        {
            [""] => Studies,
            ["cancel" or "uncancel"] => path,
            [_] => $"{Studies}/{{studyId}}",
            ["by-uid", _] => $"{Studies}/by-uid/{{studyInstanceUid}}",
            _ => path,
        };

        return document["paths"]![template]?[request.Method.Method.ToLowerInvariant()];
    }

    // The references of the document, for a schema that stands alone.
    private static JsonNode Rooted(JsonNode node) =>
        JsonNode.Parse(node.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal))!;
}
