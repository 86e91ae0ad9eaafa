using IntegrationWorker.Access;

namespace IntegrationWorker.DeadLetters;

/// <summary>Who acts, for the record.</summary>
internal static class Actor
{
    /// <summary>Name and source id of the caller's key; <c>local</c> for a program on this machine that needs none.</summary>
    public static string Of(HttpContext context) => Caller.Of(context) is { Key: { } key, SourceId: var id } ? $"{key.Name} ({id})" : "local";
}
