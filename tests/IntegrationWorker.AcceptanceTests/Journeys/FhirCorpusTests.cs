using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Tests.Subscriptions.Server;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>
/// The examples of the Subscriptions R5 Backport guide (R4), from the folder that CORPUS_DIR names, at the hook of a worker. Not run without it.
/// </summary>
public sealed class FhirCorpusTests : IDisposable
{
    private const string Guide = "fhir/subscriptions-backport-ig";
    private const string Secret = "an-invented-secret-of-a-test";
    private const string Subscription = "admission";

    private static readonly string[] _packagings =
    [
        "empty", "empty-with-auth", "id-only", "id-only-with-auth", "id-only-with-query", "full-resource", "full-resource-with-query", "multi-resource",
    ];

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new("fhir-corpus");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task GivenEveryFileOfTheGuide_WhenPostedToTheHook_ThenEachIsAcknowledgedWithItsOutcomeThatOutlivesTheWorker()
    {
        var files = Files();
        await using var server = await FhirTestServer.StartAsync(_token);
        await using var worker = await StartAsync(server);
        var told = new Dictionary<string, string>(StringComparer.Ordinal);

        // The handshake goes first, as a server does it. The others are about encounters: no study comes of them.
        foreach (var file in files.OrderByDescending(file => file.Contains("handshake", StringComparison.Ordinal)))
        {
            var (status, answer) = await PostAsync(worker, await File.ReadAllTextAsync(file, _token));

            Assert.Equal((Path.GetFileName(file), HttpStatusCode.OK), (Path.GetFileName(file), status));
            Assert.Equal((Path.GetFileName(file), Expected(Path.GetFileName(file))), (Path.GetFileName(file), OutcomeOf(answer)));
            told.Add(answer.GetProperty("messageKey").GetString()!, answer.GetProperty("outcome").GetString()!);
        }

        // Nobody had time to store anything after its answer.
        await worker.KillAsync();
        await worker.StartAgainAsync(_token);

        foreach (var (key, outcome) in told)
        {
            Assert.Equal((key, outcome), (key, await worker.OutcomeAsync(key, _token)));
        }

        var letters = await worker.DeadLettersAsync(_token);
        Assert.Equal(files.Count(file => Expected(Path.GetFileName(file)).StartsWith("rejected", StringComparison.Ordinal)), letters.Count);
        Assert.All(letters, letter => Assert.Equal("FHR-002", letter.GetProperty("code").GetString()));
        Assert.Empty((await worker.GetAsync("/v1/viewer/studies?limit=100", _token)).GetProperty("studies").EnumerateArray());
        var known = Assert.Single((await worker.GetAsync("/v1/subscriptions", _token)).GetProperty("subscriptions").EnumerateArray());
        Assert.Equal((Subscription, 3), (known.GetProperty("id").GetString(), known.GetProperty("highest").GetInt64()));
    }

    [Fact]
    public async Task GivenThePackagingsOfTheGuideAboutAStudy_WhenPostedToTheHook_ThenEachLeadsToTheStudyItNames()
    {
        var files = Files().ToDictionary(file => Path.GetFileNameWithoutExtension(file).Replace("Bundle-r4-notification-", "", StringComparison.Ordinal), StringComparer.Ordinal);
        await using var server = await FhirTestServer.StartAsync(_token);
        await using var worker = await StartAsync(server);
        await PostAsync(worker, await File.ReadAllTextAsync(files["handshake"], _token));

        foreach (var (number, packaging) in _packagings.Index())
        {
            var (id, description) = ($"s{number}", $"CT {packaging}");
            server.Put(id, 1, description);
            var (status, answer) = await PostAsync(worker, AboutStudy(await File.ReadAllTextAsync(files[packaging], _token), id, server));

            Assert.Equal((packaging, HttpStatusCode.OK), (packaging, status));
            Assert.Equal(
                (packaging, packaging is "multi-resource" || packaging.StartsWith("full", StringComparison.Ordinal) ? "created" : "ignored empty-payload-query-scheduled"),
                (packaging, OutcomeOf(answer)));

            await Patience.UntilAsync(
                async () => (await worker.Http.GetAsync(new Uri($"/v1/viewer/studies/by-uid/{FhirTestServer.UidOf(id)}", UriKind.Relative), _token)).IsSuccessStatusCode,
                () => $"{packaging}: the study is there.\n{worker.Output}",
                _token);
            Assert.Equal(description, (await worker.StudyAsync(FhirTestServer.UidOf(id), _token)).GetProperty("studyDescription").GetString());
        }

        Assert.Equal(_packagings.Length, (await worker.EventsAsync(_token)).Count);
        Assert.Empty(await worker.DeadLettersAsync(_token));
    }

    private static List<string> Files()
    {
        var corpus = Environment.GetEnvironmentVariable("CORPUS_DIR");
        Assert.SkipWhen(string.IsNullOrEmpty(corpus), "CORPUS_DIR is not set.");
        List<string> files = [.. Directory.GetFiles(Path.Combine(corpus!, Guide), "*.json").Order(StringComparer.Ordinal)];
        Assert.Equal(_packagings.Length, _packagings.Count(packaging => files.Exists(file => file.EndsWith($"-notification-{packaging}.json", StringComparison.Ordinal))));

        return files;
    }

    private async Task<WorkerProcess> StartAsync(FhirTestServer server)
    {
        await File.WriteAllTextAsync(_folder.PathOf("fhir.json"), $$"""
            {
              "Sources": [ { "sourceId": "pacs", "kind": "fhir", "authority": "pacs", "orgId": "org_06ce14249ab26a8269dc47fa55a399c4", "allowCreate": true, "fhir": { "create": true } } ],
              "Orgs": [ { "orgId": "org_06ce14249ab26a8269dc47fa55a399c4", "orgName": "Invented" } ],
              "FhirServers": [ { "Source": "pacs", "BaseUrl": "{{server.BaseUrl}}", "Grace": "01:00:00", "Subscriptions": [ { "Secret": "{{Secret}}" } ] } ]
            }
            """, _token);

        return await WorkerProcess.StartAsync(new WorkerSettings { ConfigFiles = [_folder.PathOf("fhir.json")] }, _token);
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(WorkerProcess worker, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/fhir/pacs", UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/fhir+json"),
        };
        request.Headers.Add("Authorization", $"Bearer {Secret}");
        using var response = await worker.Http.SendAsync(request, _token);

        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(_token)));
    }

    private static string Expected(string file) => file switch
    {
        "Bundle-r4-notification-handshake.json" => "ignored handshake",
        "Bundle-r4-notification-heartbeat.json" => "ignored heartbeat",
        "Bundle-r4-notification-error.json" => "ignored status-only",
        _ when file.StartsWith("Bundle-r4-notification-empty", StringComparison.Ordinal) => "ignored empty-payload-query-scheduled",
        _ when file.StartsWith("Bundle-r4-notification-", StringComparison.Ordinal) => "ignored not-imaging",
        _ => "rejected FHR-002",
    };

    /// <summary>Outcome and reason or code.</summary>
    private static string OutcomeOf(JsonElement answer)
    {
        var unit = answer.GetProperty("units") is var units && units.GetArrayLength() > 0 ? units[0] : answer;
        var why = unit.TryGetProperty("reason", out var reason) ? reason.GetString()
            : unit.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString()
            : "";

        return $"{answer.GetProperty("outcome").GetString()} {why}".TrimEnd();
    }

    /// <summary>The same notification, with a study for the encounter that it is about.</summary>
    private static string AboutStudy(string bundle, string studyId, FhirTestServer server)
    {
        var root = JsonNode.Parse(bundle)!;
        var study = $"https://example.org/fhir/ImagingStudy/{studyId}";
        Replace(root, study);

        foreach (var entry in root["entry"]!.AsArray().Where(entry => (string?)entry!["resource"]?["resourceType"] == "Encounter"))
        {
            entry!["resource"] = server.Resource(studyId)!.DeepClone();
        }

        return root.ToJsonString();
    }

    private static void Replace(JsonNode? node, string study)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                {
                    if (IsEncounter(value))
                    {
                        members[name] = study;
                    }
                    else
                    {
                        Replace(value, study);
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Replace(item, study);
                }

                break;
        }
    }

    private static bool IsEncounter(JsonNode? value) =>
        value is JsonValue text && text.TryGetValue<string>(out var reference) && reference.StartsWith("https://example.org/fhir/Encounter/", StringComparison.Ordinal);
}
