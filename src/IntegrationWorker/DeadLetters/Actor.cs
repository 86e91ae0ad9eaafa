namespace IntegrationWorker.DeadLetters;

/// <summary>Who acts, for the record.</summary>
internal static class Actor
{
    /// <summary>The name of the key or user of a request; <c>local</c> where nobody has to say who they are.</summary>
    public static string Of(HttpContext context) => context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : "local";
}
