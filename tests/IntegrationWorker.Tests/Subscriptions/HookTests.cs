using System.Net;
using System.Text;
using IntegrationWorker.Tests.Subscriptions.Server;
using Xunit;

namespace IntegrationWorker.Tests.Subscriptions;

/// <summary>Who may call the hook of a source, and what it takes.</summary>
public sealed class HookTests : IAsyncLifetime
{
    private const string Other = "another-invented-secret-of-a-test";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private FhirSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await FhirSite.StartAsync(_token, $$"""
        "Subscriptions": [ { "Id": "sub-1", "Secret": "{{FhirSite.Secret}}" }, { "Id": "sub-2", "Secret": "{{Other}}" } ],
        """);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Bearer guessed-guessed-guessed", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Basic an-invented-secret-of-a-test", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Bearer an-invented-secret-of-a-tes", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Bearer an-invented-secret-of-a-test", HttpStatusCode.OK)]
    [InlineData("X-Subscription-Secret", "an-invented-secret-of-a-test", HttpStatusCode.OK)]
    [InlineData("X-Subscription-Secret", "another-invented-secret-of-a-test", HttpStatusCode.Forbidden)] // Of the other subscription.
    public async Task GivenSecrets_WhenANotificationComes_ThenItIsTakenWithThatOfItsSubscriptionOnly(string? header, string? value, HttpStatusCode status)
    {
        using var request = Request("", Handshake("sub-1"));

        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using var answer = await _site.Worker.Http.SendAsync(request, _token);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(status == HttpStatusCode.OK ? 1 : 0, (await _site.Worker.GetAsync("/v1/subscriptions", _token)).GetProperty("subscriptions").GetArrayLength());
    }

    [Fact]
    public async Task GivenASecret_WhenItIsShown_ThenItIsNotKeptWithTheMessage()
    {
        using var request = Request("", "broken");
        request.Headers.Add("X-Subscription-Secret", FhirSite.Secret);

        using var answer = await _site.Worker.Http.SendAsync(request, _token);

        answer.EnsureSuccessStatusCode();
        var id = (await _site.Worker.GetAsync("/v1/dead-letters", _token)).GetProperty("deadLetters")[0].GetProperty("id").GetString();
        Assert.DoesNotContain(FhirSite.Secret, (await _site.Worker.GetAsync($"/v1/dead-letters/{id}", _token)).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/ImagingStudy/a")]
    [InlineData("POST", "/ImagingStudy")]
    [InlineData("POST", "")]
    public async Task GivenAResource_WhenItIsSentInAnyWay_ThenItIsApplied(string method, string path)
    {
        using var request = Request(path, Study("a"), method);
        request.Headers.Add("X-Subscription-Secret", FhirSite.Secret);

        using var answer = await _site.Worker.Http.SendAsync(request, _token);

        answer.EnsureSuccessStatusCode();
        Assert.NotNull(await _site.StudyAsync("a"));
    }

    [Fact]
    public async Task GivenASourceThatIsNotThere_WhenCalledFromThisMachine_ThenItIsNotFound()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/fhir/nobody", UriKind.Relative)) { Content = new StringContent("{}") };

        using var answer = await _site.Worker.Http.SendAsync(request, _token);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task GivenASourceWithoutSecrets_WhenCalledFromElsewhere_ThenItIsRefused()
    {
        await _site.StopWorkerAsync();
        await _site.StartWorkerAsync();
        using var local = Request("", Handshake("sub-1"));
        using var relayed = Request("", Handshake("sub-1"));
        relayed.Headers.Add("X-Forwarded-For", "203.0.113.7");

        using var taken = await _site.Worker.Http.SendAsync(local, _token);
        using var refused = await _site.Worker.Http.SendAsync(relayed, _token);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (taken.StatusCode, refused.StatusCode));
    }

    private static HttpRequestMessage Request(string path, string body, string method = "POST") =>
        new(new HttpMethod(method), new Uri($"/fhir/pacs{path}", UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/fhir+json") };

    private string Handshake(string id) => new TestSubscription(id, _site.Hook, null, "id-only").Notification("handshake", []).ToJsonString();

    private static string Study(string id) => $$"""
        { "resourceType": "ImagingStudy", "id": "{{id}}", "meta": { "versionId": "1", "lastUpdated": "2026-03-02T18:00:00Z" }, "status": "available", "description": "CT Invented",
          "identifier": [ { "system": "urn:dicom:uid", "value": "urn:oid:{{FhirTestServer.UidOf(id)}}" } ], "subject": { "reference": "Patient/invented" } }
        """;
}
