using System.Text;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Hosting;
using IntegrationWorker.Mapping.Fhir;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Subscriptions.Work;

/// <summary>Reads everything that has changed on a server since it was searched the last time. docs/mapping.md §7.2.</summary>
internal sealed class FhirSearch(FhirClients clients, FetchedMessages messages, IFhirWorkStore store, TimeProvider time)
{
    // A server that leads us in a circle must not keep us there.
    private const int PagesMax = 10_000;

    // What a server took at the same time may show up in its index a little later.
    private static readonly TimeSpan _overlap = TimeSpan.FromMinutes(5);

    /// <summary>From now on changes are found, unless it is known already from when on.</summary>
    public async Task BeginAsync(FhirServer server, CancellationToken cancellationToken)
    {
        foreach (var criteria in server.CriteriaOf(""))
        {
            if (await store.FindWatermarkAsync(server.SourceId, criteria, cancellationToken) is null)
            {
                await store.SetWatermarkAsync(server.SourceId, criteria, time.GetUtcNow(), cancellationToken);
            }
        }
    }

    /// <param name="subscriptionId">What is searched is what it is about; empty: all that is known of the server.</param>
    /// <param name="since">From this instant on, at the latest; null: from where the last search ended.</param>
    /// <returns>Up to when everything is found now.</returns>
    /// <exception cref="FhirServerException">The server went away in between. What was found stays found.</exception>
    /// <exception cref="FhirRefusedException">The server does not let us search.</exception>
    public async Task<DateTimeOffset> RunAsync(
        FhirServer server, string subscriptionId, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var searchedTo = DateTimeOffset.MaxValue;

        foreach (var criteria in server.CriteriaOf(subscriptionId))
        {
            var watermark = await store.FindWatermarkAsync(server.SourceId, criteria, cancellationToken) ?? time.GetUtcNow();
            var from = (since < watermark ? since.Value : watermark) - _overlap;
            var to = await SearchAsync(server, PathOf(server, criteria, from), cancellationToken);

            if (to > watermark)
            {
                await store.SetWatermarkAsync(server.SourceId, criteria, to, cancellationToken);
            }

            searchedTo = to < searchedTo ? to : searchedTo;
        }

        return searchedTo;
    }

    private static string PathOf(FhirServer server, string criteria, DateTimeOffset from) =>
        $"{criteria}{(criteria.Contains('?') ? '&' : '?')}_lastUpdated=ge{UtcTimeConverter.ToText(from)}&_count={server.PageSize}";

    private async Task<DateTimeOffset> SearchAsync(FhirServer server, string path, CancellationToken cancellationToken)
    {
        var client = clients.Of(server);
        DateTimeOffset? to = null;
        var pages = 0;

        for (string? next = path; next is not null; )
        {
            if (++pages > PagesMax)
            {
                throw new FhirServerException(Codes.FhirServerDown);
            }

            var begun = time.GetUtcNow();
            var answer = await client.GetAsync(next, cancellationToken);
            using var page = answer.Resource("Bundle");
            to ??= answer.ServerTime < begun ? answer.ServerTime.Value : begun;
            await TakeAsync(server, page.RootElement, cancellationToken);
            next = NextOf(server, page.RootElement);
        }

        return to!.Value;
    }

    // Each resource is a message of its own: a page may be larger than a message.
    private Task<MessageResult[]> TakeAsync(FhirServer server, JsonElement page, CancellationToken cancellationToken) => Task.WhenAll(
        page.Member("entry").Items()
            .Select(entry => entry.Member("resource"))
            .Where(resource => resource.Text("resourceType") == FhirNames.ImagingStudy && resource.Text("id") is not null)
            .Select(resource => messages.ResourceAsync(
                server.SourceId,
                $"{FhirNames.ImagingStudy}/{resource.Text("id")}",
                Encoding.UTF8.GetBytes(resource.GetRawText()),
                cancellationToken)));

    // A server behind a proxy may give its inner name; and our token is for nobody but the server of the settings.
    private static string? NextOf(FhirServer server, JsonElement page)
    {
        var link = page.Member("link").Items().FirstOrDefault(link => link.Text("relation") == "next").Text("url");

        return link is null ? null
            : Uri.TryCreate(server.BaseUrl, link, out var url) ? new Uri(server.BaseUrl, url.PathAndQuery).AbsoluteUri
            : throw new FhirServerException(Codes.FhirServerDown);
    }
}
