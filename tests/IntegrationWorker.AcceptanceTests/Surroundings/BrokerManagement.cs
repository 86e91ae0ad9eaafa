using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>The few calls of the management API that tests need.</summary>
internal sealed class BrokerManagement : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _user;

    public BrokerManagement(Uri management, Uri amqp)
    {
        _user = Uri.UnescapeDataString(amqp.UserInfo.Split(':')[0]);
        _http = new HttpClient { BaseAddress = management, Timeout = TimeSpan.FromSeconds(20) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(amqp.UserInfo))));
    }

    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri("/api/whoami", UriKind.Relative), cancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>
    /// Has every queue a leader again? Its leader reports the state, up to five seconds after a start. A message
    /// published earlier can be lost by the broker and is then refused only after a minute.
    /// </summary>
    public async Task<bool> AllQueuesRunAsync(CancellationToken cancellationToken)
    {
        var queues = await _http.GetFromJsonAsync<JsonElement>(new Uri("/api/queues", UriKind.Relative), cancellationToken);
        return queues.EnumerateArray().All(queue =>
            queue.TryGetProperty("state", out var state) && state.ValueEquals("running"));
    }

    public async Task CreateVirtualHostAsync(string name, CancellationToken cancellationToken)
    {
        await PutAsync($"/api/vhosts/{name}", new { }, cancellationToken);
        await PutAsync($"/api/permissions/{name}/{_user}", new { configure = ".*", write = ".*", read = ".*" }, cancellationToken);
    }

    public async Task DeleteVirtualHostAsync(string name, CancellationToken cancellationToken)
    {
        using var response = await _http.DeleteAsync(new Uri($"/api/vhosts/{name}", UriKind.Relative), cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task PutAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var response = await _http.PutAsJsonAsync(new Uri(path, UriKind.Relative), body, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
