using System.Security.Cryptography;
using System.Text;
using IntegrationWorker.Access;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Subscriptions;

/// <summary>Whether a request to a hook comes from a server that may call it.</summary>
/// <remarks>A source without secrets is open to programs on this machine only.</remarks>
internal sealed class HookSecrets(FhirServers servers)
{
    public const string Header = "X-Subscription-Secret";

    private const string Bearer = "Bearer ";

    /// <summary>Whether the secret of any subscription of the source is shown.</summary>
    /// <param name="subscriptionIds">The subscriptions that it is the secret of; empty when they have no ids, or no secret is needed.</param>
    public bool Accept(HttpContext context, string sourceId, out IReadOnlyList<string> subscriptionIds)
    {
        FhirSubscription[] guarded = [.. (servers.Find(sourceId)?.Subscriptions ?? []).Where(subscription => subscription.Secret is not null)];
        subscriptionIds = [];

        if (guarded.Length == 0)
        {
            return LoopbackRule.IsLocal(context);
        }

        if (ShownBy(context.Request) is not { } shown)
        {
            return false;
        }

        // All are compared, each as hashes of one length: how long it takes says nothing about any of them.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(shown));
        FhirSubscription[] same =
        [
            .. guarded.Where(subscription => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(subscription.Secret!)), hash)),
        ];
        subscriptionIds = same.Any(subscription => subscription.Id is null) ? [] : [.. same.Select(subscription => subscription.Id!)];

        return same.Length > 0;
    }

    private static string? ShownBy(HttpRequest request) =>
        request.Headers[Header] is [{ Length: > 0 } secret] ? secret
        : request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : null;
}
