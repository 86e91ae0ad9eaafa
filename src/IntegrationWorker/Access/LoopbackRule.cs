using System.Net;

namespace IntegrationWorker.Access;

/// <summary>Which requests come from a program on this machine itself.</summary>
internal static class LoopbackRule
{
    /// <remarks>
    /// The address alone does not say it: a proxy on this machine speaks for others, and a page in a browser here may be anybody's, under its own
    /// name or, by a trick of its name server, under ours.
    /// </remarks>
    public static bool IsLocal(HttpContext context)
    {
        var headers = context.Request.Headers;

        return context.Connection.RemoteIpAddress is { } address
            && IPAddress.IsLoopback(address)
            && !headers.ContainsKey("Forwarded") && !headers.ContainsKey("X-Forwarded-For") && !headers.ContainsKey("Via")
            && IsLoopback(context.Request.Host.Host)
            && (headers.Origin is not [{ Length: > 0 } origin, ..] || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsLoopback(uri.Host)));
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
