using System.Net;
using System.Text.Json;
using IntegrationWorker.AcceptanceTests.Surroundings;

namespace IntegrationWorker.AcceptanceTests.Journeys;

/// <summary>What a worker says over HTTP, for tests.</summary>
internal static class WorkerAnswers
{
    public static async Task<JsonElement> GetAsync(this WorkerProcess worker, string path, CancellationToken cancellationToken)
    {
        using var response = await worker.Http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}");

        return JsonElement.Parse(text);
    }

    /// <summary>The recorded outcome of a message; null when there is no record.</summary>
    public static async Task<string?> OutcomeAsync(this WorkerProcess worker, string key, CancellationToken cancellationToken)
    {
        using var response = await worker.Http.GetAsync(new Uri($"/v1/messages/{key}", UriKind.Relative), cancellationToken);

        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.ServiceUnavailable)
        {
            return null;
        }

        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return answer.GetProperty("message").GetProperty("outcome").GetString();
    }

    /// <summary>Until the worker says that it is not ready, and this of the reason.</summary>
    /// <returns>The whole answer.</returns>
    public static async Task<string> WaitForReasonAsync(this WorkerProcess worker, string reason, CancellationToken cancellationToken)
    {
        var text = "";
        await Patience.UntilAsync(
            async () =>
            {
                try
                {
                    using var response = await worker.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
                    text = await response.Content.ReadAsStringAsync(cancellationToken);
                    return response.StatusCode == HttpStatusCode.ServiceUnavailable && text.Contains(reason, StringComparison.Ordinal);
                }
                catch (HttpRequestException)
                {
                    return false; // It does not listen yet.
                }
            },
            () => $"/health/ready says: {reason}. It says: {text}\n{worker.Output}",
            cancellationToken);

        return text;
    }

    public static Task WaitForOutcomeAsync(this WorkerProcess worker, string key, CancellationToken cancellationToken) =>
        Patience.UntilAsync(
            async () => await worker.OutcomeAsync(key, cancellationToken) is not null,
            () => $"message {key} has an outcome.\n{worker.Output}",
            cancellationToken);

    public static Task<JsonElement> StudyAsync(this WorkerProcess worker, string uid, CancellationToken cancellationToken) =>
        worker.GetAsync($"/v1/viewer/studies/by-uid/{uid}", cancellationToken);

    /// <summary>Until so many events are kept.</summary>
    public static Task WaitForEventAsync(this WorkerProcess worker, int count, CancellationToken cancellationToken) =>
        Patience.UntilAsync(
            async () => (await worker.EventsAsync(cancellationToken)).Count >= count, () => $"there are {count} events.\n{worker.Output}", cancellationToken);

    /// <summary>Every event that is kept, in order.</summary>
    public static async Task<IReadOnlyList<JsonElement>> EventsAsync(this WorkerProcess worker, CancellationToken cancellationToken)
    {
        var events = new List<JsonElement>();
        var after = 0L;

        while (true)
        {
            var page = await worker.GetAsync($"/v1/events?after={after}&limit=1000", cancellationToken);
            events.AddRange(page.GetProperty("events").EnumerateArray());
            after = page.GetProperty("next").GetInt64();

            if (!page.GetProperty("hasMore").GetBoolean())
            {
                return events;
            }
        }
    }

    public static async Task<IReadOnlyList<JsonElement>> DeadLettersAsync(this WorkerProcess worker, CancellationToken cancellationToken) =>
        [.. (await worker.GetAsync("/v1/dead-letters?limit=1000", cancellationToken)).GetProperty("deadLetters").EnumerateArray()];
}
