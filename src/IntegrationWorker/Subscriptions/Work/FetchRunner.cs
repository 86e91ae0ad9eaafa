using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.Mapping.Fhir;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Subscriptions.Work;

/// <summary>Reads what has to be read from a server, and forgets it when its outcome is committed.</summary>
internal sealed class FetchRunner(
    FhirClients clients, FetchedMessages messages, FhirSearch search, IFhirWorkStore store, IDeadLetterStore letters, TimeProvider time)
{
    // The Date of an answer has no milliseconds, and servers keep it for a second: so much later it may have been.
    private static readonly TimeSpan _dateLags = TimeSpan.FromSeconds(2);

    /// <exception cref="FhirServerException">Not now: it stays.</exception>
    public async Task RunAsync(FhirServer server, FhirFetch fetch, CancellationToken cancellationToken)
    {
        try
        {
            if (fetch.Kind == FhirFetchKind.Search)
            {
                await search.RunAsync(server, fetch.SubscriptionId, fetch.Since, cancellationToken);
            }
            else
            {
                await ReadAsync(server, fetch.Reference, cancellationToken);
            }
        }
        catch (FhirRefusedException)
        {
            await RefusedAsync(server, fetch, cancellationToken);
        }

        await store.DoneAsync(fetch, cancellationToken);
    }

    private async Task ReadAsync(FhirServer server, string reference, CancellationToken cancellationToken)
    {
        var answer = await clients.Of(server).GetAsync(reference, cancellationToken);

        if (answer.IsGone)
        {
            await messages.GoneAsync(server.SourceId, reference, TimeOf(answer), cancellationToken);
            return;
        }

        using var resource = answer.Resource(FhirNames.ImagingStudy);
        await messages.ResourceAsync(server.SourceId, reference, answer.Body, cancellationToken);
    }

    // By the server's clock, as the versions of the resource are: later than all of them.
    private DateTimeOffset TimeOf(FhirAnswer answer)
    {
        var now = time.GetUtcNow();

        return answer.ServerTime is not { } date ? now
            : now < date ? date
            : now > date + _dateLags ? date + _dateLags
            : now;
    }

    // A person has to change something at the server. To replay it is to ask once more.
    private async Task RefusedAsync(FhirServer server, FhirFetch fetch, CancellationToken cancellationToken)
    {
        var wanted = fetch.Kind == FhirFetchKind.Read ? fetch.Reference : FhirNames.ImagingStudy;
        var message = messages.AskAgain(server.SourceId, fetch.Reference, $"{fetch.Id}#{fetch.Asked}");

        await letters.AddAsync(UndecidedLetter.Of(message, Notice.Of(Codes.FhirAccessRefused, "url", wanted)), cancellationToken);
    }
}
