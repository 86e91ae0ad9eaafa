using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationWorker.AcceptanceTests.Invented;
using IntegrationWorker.AcceptanceTests.Surroundings;
using IntegrationWorker.Store.Protection;
using Microsoft.Data.Sqlite;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>The key that protects what the store keeps is replaced by another one, as docs/operations.md tells it.</summary>
public sealed class KeyRotationJourneyTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenADeadLetter_WhenTheKeyIsRotated_ThenItStillShowsAndReplaysNewOnesHaveTheNewKeyAndTheOldKeyMayNotGo()
    {
        using var folder = new TemporaryFolder("rotation");
        var known = new WorkerSettings { SqliteFile = folder.PathOf("worker.db"), KeyFile = folder.PathOf("keys.json") };
        var nobody = folder.PathOf("nobody.json");
        await File.WriteAllTextAsync(nobody, """{ "Sources": [] }""", _token);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(ProtectionKeys.KeyBytes));
        var rotated = known with
        {
            Environment = new Dictionary<string, string?> { ["Protection__Keys__0__Id"] = "2026-12", ["Protection__Keys__0__Key"] = key },
        };
        var old = await FailAsync(known with { ConfigFiles = [nobody] }, new InventedOrder());
        var fresh = await FailAsync(rotated with { ConfigFiles = [nobody] }, new InventedOrder());

        await using (var worker = await WorkerProcess.StartAsync(rotated, _token))
        {
            var shown = await worker.GetAsync($"/v1/dead-letters/{old}", _token);
            using var replayed = await worker.Http.PostAsync(new Uri($"/v1/dead-letters/{old}/replay?why=rotated", UriKind.Relative), null, _token);
            var open = await worker.DeadLettersAsync(_token);

            Assert.StartsWith("MSH|", shown.GetProperty("body").GetString(), StringComparison.Ordinal);
            Assert.True(replayed.IsSuccessStatusCode, await replayed.Content.ReadAsStringAsync(_token));
            Assert.Equal("resolved", open.Single(letter => letter.GetProperty("id").GetString() == old).GetProperty("status").GetString());
            await worker.StopAsync();
            Assert.DoesNotContain(key, worker.Output, StringComparison.Ordinal);
        }

        Assert.Equal(("key-1", "2026-12"), (await KeyIdOfAsync(known.SqliteFile!, old), await KeyIdOfAsync(known.SqliteFile!, fresh)));
        await RefusesAsync(known, "which is neither in the key file nor in Protection:Keys");
        await TakeOutAsync(known.KeyFile!);
        await RefusesAsync(rotated, "encrypted with the key key-1 (1 dead letters)");
        var verb = await WorkerProcess.RunVerbAsync(rotated, ["dead-letters", "show", old], _token);
        Assert.Equal(1, verb.ExitCode);
        Assert.Contains("is encrypted with the key key-1", verb.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", verb.Errors, StringComparison.Ordinal);
    }

    // The worker says why in a sentence, and ends.
    private async Task RefusesAsync(WorkerSettings settings, string reason)
    {
        await using var worker = await WorkerProcess.StartUnreadyAsync(settings);
        await worker.WaitForExitAsync(_token);

        Assert.Equal(1, worker.ExitCode);
        Assert.Contains(reason, worker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", worker.Output, StringComparison.Ordinal);
    }

    private async Task<string> FailAsync(WorkerSettings settings, InventedOrder order)
    {
        await using var worker = await WorkerProcess.StartAsync(settings, _token);
        using var response = await worker.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), new ReadOnlyMemoryContent(order.Bytes), _token);
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(_token));
        await worker.StopAsync();

        return answer.GetProperty("deadLetterId").GetString()!;
    }

    private static async Task TakeOutAsync(string keyFile)
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(keyFile))!;
        document["keys"] = new JsonArray();
        await File.WriteAllTextAsync(keyFile, document.ToJsonString());
    }

    private async Task<string> KeyIdOfAsync(string store, string id)
    {
        await using var connection = new SqliteConnection($"Data Source={store};Pooling=False");
        await connection.OpenAsync(_token);
        await using var command = connection.CreateCommand();
        command.CommandText = "select body from dead_letters where id = @id";
        command.Parameters.AddWithValue("@id", id);

        return DataProtector.KeyIdOf((byte[])(await command.ExecuteScalarAsync(_token))!);
    }
}
