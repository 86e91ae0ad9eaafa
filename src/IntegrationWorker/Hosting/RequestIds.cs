namespace IntegrationWorker.Hosting;

/// <summary>Gives the caller's <c>x-request-id</c> back with every answer, so that both sides' logs can be put side by side.</summary>
internal static class RequestIds
{
    public const string Header = "x-request-id";

    private const int LengthMax = 200;

    public static IApplicationBuilder UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Request.Headers[Header] is [{ Length: > 0 and <= LengthMax } id] && !id.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            // Late, because an answer to a failure starts with no headers.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers[Header] = id;
                return Task.CompletedTask;
            });
        }

        return next(context);
    });
}
