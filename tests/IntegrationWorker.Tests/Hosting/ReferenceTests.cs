using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntegrationWorker.Tests.Approved;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

/// <summary>What the worker says of its own API.</summary>
public sealed partial class ReferenceTests : IAsyncLifetime
{
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly SettingsFolder _folder = new();
    private RunningWorker _worker = null!;

    public async ValueTask InitializeAsync() => _worker = await RunningWorker.StartAsync(_folder, _token);

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task GivenTheWorker_WhenItsApiIsDescribed_ThenTheDocumentIsTheApprovedOneAndHoldsTogether()
    {
        var document = JsonNode.Parse(await _worker.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), _token))!;
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => (Path: path.Key, method.Value))).ToList();

        ApprovedText.Assert("openapi", document.ToJsonString(_readable));
        Assert.Distinct(operations.Select(operation => operation.Value!["operationId"]!.GetValue<string>()));
        Assert.All(Reference().Matches(document.ToJsonString()), reference =>
            Assert.NotNull(document["components"]![reference.Groups[1].Value]![reference.Groups[2].Value]));
        Assert.All(operations, operation => Assert.Equal(
            PathParameter().Matches(operation.Path).Select(match => match.Groups[1].Value).Order(),
            (operation.Value!["parameters"]?.AsArray() ?? []).Where(parameter => parameter!["in"]!.GetValue<string>() == "path")
                .Select(parameter => parameter!["name"]!.GetValue<string>()).Order()));
        Assert.All(
            operations.Where(operation => operation.Path.StartsWith("/v1", StringComparison.Ordinal)),
            operation => Assert.NotNull(operation.Value!["security"]));
    }

    [Fact]
    public async Task GivenTheWorker_WhenAPersonLooksItsApiUp_ThenThePageShowsAllOfItAndLoadsNothing()
    {
        var document = JsonNode.Parse(await _worker.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), _token))!;
        using var response = await _worker.Http.GetAsync(new Uri("/openapi", UriKind.Relative), _token);
        var page = await response.Content.ReadAsStringAsync(_token);

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.All(document["paths"]!.AsObject(), path => Assert.Contains($">{path.Key}<", page, StringComparison.Ordinal));
        Assert.All(document["components"]!["schemas"]!.AsObject(), schema => Assert.Contains($"id=\"{schema.Key}\"", page, StringComparison.Ordinal));
        Assert.Contains("Role: admin.", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(Loading(), page);
        Assert.All(Link().Matches(page), link => Assert.True(
            link.Groups[1].Value == "/openapi/v1.json" || page.Contains($"id=\"{link.Groups[1].Value[1..]}\"", StringComparison.Ordinal), link.Value));
    }

    [GeneratedRegex("\"#/components/([a-zA-Z]+)/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex("<script|<link|<img|<iframe|@import|url\\(|https?:", RegexOptions.IgnoreCase)]
    private static partial Regex Loading();

    [GeneratedRegex("href=\"([^\"]+)\"")]
    private static partial Regex Link();
}
