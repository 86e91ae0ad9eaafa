using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Access;

/// <summary>The keys of a site from the first one on: made by a verb, used over HTTP, revoked.</summary>
public sealed class AccessJourneyTests
{
    private static readonly string[] _roles = ["reader", "integrator", "operator", "admin"];

    // One of each kind of endpoint, with the least role that may use it. None of them finds or writes anything.
    private static readonly (string Method, string Path, string Role)[] _endpoints =
    [
        ("GET", "/v1/viewer/studies", "reader"),
        ("GET", "/v1/viewer/studies/stu_x", "reader"),
        ("GET", "/v1/viewer/studies/by-uid/1.2", "reader"),
        ("GET", "/v1/studies/stu_x/history", "reader"),
        ("GET", "/v1/studies/stu_x/explain", "reader"),
        ("GET", "/v1/events?after=0", "reader"),
        ("POST", "/v1/messages", "integrator"),
        ("GET", "/v1/messages/no-such-key", "integrator"),
        ("GET", "/v1/messages?accession=x", "operator"),
        ("POST", "/v1/preview", "operator"),
        ("GET", "/v1/dead-letters", "operator"),
        ("GET", "/v1/dead-letters/dl_x", "operator"),
        ("POST", "/v1/dead-letters/dl_x/replay", "operator"),
        ("POST", "/v1/dead-letters/dl_x/discard", "operator"),
        ("GET", "/v1/keys", "admin"),
        ("POST", "/v1/keys", "admin"),
        ("POST", "/v1/keys/00000000-0000-0000-0000-000000000001/revoke", "admin"),
    ];

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenANewStore_WhenKeysAreMadeUsedAndRevoked_ThenEachCallerMayDoWhatItsKeyAllows()
    {
        await using var worker = await WorkerProcess.StartAsync(new WorkerSettings(), _token);
        await AssertOnlyLocalProgramsNeedNoKeyAsync(worker);

        var keys = await MakeKeysAsync(worker);
        await AssertEveryoneNeedsAKeyAsync(worker);
        await AssertRolesAsync(worker, keys);
        await AssertAdminLooksAfterKeysAsync(worker, keys["admin"]);
        await AssertRevokedIsRefusedAsync(worker, keys["reader"]);

        Assert.True(await worker.StopAsync());
        var list = await worker.RunVerbAsync(["keys", "list", "--json"], _token);
        var stored = JsonElement.Parse(list.Output).EnumerateArray().ToDictionary(key => key.GetProperty("name").GetString()!);
        Assert.Equal("revoked", stored["the reader"].GetProperty("status").GetString());
        Assert.All(_roles, role => Assert.Equal(JsonValueKind.String, stored[$"the {role}"].GetProperty("lastUsedAt").ValueKind));
        Assert.Contains("There is no API key", worker.Output, StringComparison.Ordinal);
        Assert.All(keys.Values, key => Assert.DoesNotContain(key[37..], worker.Output + list.Output, StringComparison.Ordinal));
        var bytes = string.Concat(Directory.EnumerateFiles(worker.Folder, "worker.db*").Select(file => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Assert.All(keys.Values, key => Assert.DoesNotContain(key[37..], bytes, StringComparison.Ordinal));
    }

    private async Task AssertOnlyLocalProgramsNeedNoKeyAsync(WorkerProcess worker)
    {
        Assert.Contains("There is no API key", await worker.ReadinessAsync(_token), StringComparison.Ordinal);
        Assert.Contains("no API key", (await worker.RunVerbAsync(["check-config"], _token)).Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(worker, "GET", "/v1/keys"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(worker, "GET", "/v1/keys", header: ("X-Forwarded-For", "127.0.0.1")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(worker, "GET", "/v1/keys", header: ("Origin", "https://example.org")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(worker, "GET", "/v1/keys", header: ("Host", "example.org")));
    }

    private async Task<Dictionary<string, string>> MakeKeysAsync(WorkerProcess worker)
    {
        var keys = new Dictionary<string, string>();

        foreach (var role in _roles)
        {
            var made = await worker.RunVerbAsync(["keys", "create", "--role", role, "--name", $"the {role}", "--expires", "1d", "--json"], _token);
            Assert.True(made.ExitCode == 0, made.Errors);
            keys.Add(role, JsonElement.Parse(made.Output).GetProperty("key").GetString()!);
        }

        var first = await worker.RunVerbAsync(["keys", "create", "--role", "admin", "--name", "too late", "--first"], _token);
        Assert.Equal((0, ""), (first.ExitCode, first.Output));
        return keys;
    }

    private async Task AssertEveryoneNeedsAKeyAsync(WorkerProcess worker)
    {
        // The verb is another process: the worker hears of the first key when it looks again.
        await Patience.UntilAsync(
            async () => await StatusAsync(worker, "GET", "/v1/viewer/studies") == HttpStatusCode.Unauthorized, () => "a key is needed", TimeSpan.FromSeconds(10), _token);

        using var response = await worker.Http.GetAsync(new Uri("/v1/viewer/studies", UriKind.Relative), _token);
        var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync(_token));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("SRC-001", problem.GetProperty("code").GetString());
        Assert.DoesNotContain("There is no API key", await worker.ReadinessAsync(_token), StringComparison.Ordinal);

        foreach (var (method, path, _) in _endpoints)
        {
            Assert.True(await StatusAsync(worker, method, path) == HttpStatusCode.Unauthorized, path);
            Assert.True(await StatusAsync(worker, method, path, "siw_00112233445566778899aabbccddeeff_wrong") == HttpStatusCode.Unauthorized, path);
        }

        string[] open = ["/health/live", "/health/ready", "/openapi/v1.json"];
        Assert.All(open, path => Assert.Equal(HttpStatusCode.OK, StatusAsync(worker, "GET", path).GetAwaiter().GetResult()));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(worker, "POST", "/fhir/nobody"));
    }

    private async Task AssertRolesAsync(WorkerProcess worker, Dictionary<string, string> keys)
    {
        foreach (var (method, path, least) in _endpoints)
        {
            foreach (var role in _roles)
            {
                var status = await StatusAsync(worker, method, path, keys[role]);
                var mayCall = Array.IndexOf(_roles, role) >= Array.IndexOf(_roles, least);
                Assert.True((status != HttpStatusCode.Forbidden) == mayCall && status != HttpStatusCode.Unauthorized, $"{role} {method} {path}: {status}");
            }
        }

        using var request = Request("GET", "/v1/keys", keys["reader"]);
        using var response = await worker.Http.SendAsync(request, _token);
        var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync(_token));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("SEC-002", problem.GetProperty("code").GetString());
        Assert.Equal("This needs the role admin; the key has the role reader.", problem.GetProperty("message").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(worker, "GET", "/v1/keys", keys["admin"][..^1]));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(worker, "GET", "/v1/keys", header: ("Authorization", "Basic YTpi")));
    }

    private async Task AssertAdminLooksAfterKeysAsync(WorkerProcess worker, string admin)
    {
        using var create = Request("POST", "/v1/keys", admin);
        create.Content = JsonContent.Create(new { name = "from http", role = "reader", expiresAt = DateTimeOffset.UtcNow.AddHours(1) });
        using var created = await worker.Http.SendAsync(create, _token);
        var key = JsonElement.Parse(await created.Content.ReadAsStringAsync(_token));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(worker, "GET", "/v1/viewer/studies", key.GetProperty("key").GetString()));

        using var list = Request("GET", "/v1/keys", admin);
        using var listed = await worker.Http.SendAsync(list, _token);
        var text = await listed.Content.ReadAsStringAsync(_token);
        Assert.Contains("from http", text, StringComparison.Ordinal);
        Assert.DoesNotContain(key.GetProperty("key").GetString()![37..], text, StringComparison.Ordinal);
        Assert.DoesNotContain("hash", text, StringComparison.OrdinalIgnoreCase);

        // The worker that revokes a key refuses it at once.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(worker, "POST", $"/v1/keys/{key.GetProperty("id").GetString()}/revoke", admin));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(worker, "GET", "/v1/viewer/studies", key.GetProperty("key").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(worker, "POST", $"/v1/keys/{Guid.NewGuid()}/revoke", admin));

        using var wrong = Request("POST", "/v1/keys", admin);
        wrong.Content = JsonContent.Create(new { role = "king", expiresAt = DateTimeOffset.UnixEpoch });
        using var refused = await worker.Http.SendAsync(wrong, _token);
        var problem = JsonElement.Parse(await refused.Content.ReadAsStringAsync(_token));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(["/name", "/role", "/expiresAt"], problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()));
    }

    private async Task AssertRevokedIsRefusedAsync(WorkerProcess worker, string key)
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(worker, "GET", "/v1/viewer/studies", key));

        var id = Guid.ParseExact(key.Split('_')[1], "N");
        Assert.Equal(0, (await worker.RunVerbAsync(["keys", "revoke", $"{id}"], _token)).ExitCode);

        // The verb is another process: the worker hears of it when it reads the key anew.
        await Patience.UntilAsync(
            async () => await StatusAsync(worker, "GET", "/v1/viewer/studies", key) == HttpStatusCode.Unauthorized,
            () => "the revoked key is refused",
            TimeSpan.FromSeconds(10),
            _token);
    }

    private async Task<HttpStatusCode> StatusAsync(
        WorkerProcess worker, string method, string path, string? key = null, (string Name, string Value)? header = null)
    {
        using var request = Request(method, path, key);

        if (header is var (name, value))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await worker.Http.SendAsync(request, _token);
        return response.StatusCode;
    }

    private static HttpRequestMessage Request(string method, string path, string? key)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);

        return request;
    }
}
