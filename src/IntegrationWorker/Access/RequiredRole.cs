namespace IntegrationWorker.Access;

/// <summary>On an endpoint: callers need a key with this role or a higher one. Without it everybody may call.</summary>
internal sealed record RequiredRole(AccessRole Role)
{
    /// <summary>What an endpoint wants, of itself and of its groups: the highest. Null: nothing.</summary>
    public static AccessRole? Of(EndpointMetadataCollection metadata)
    {
        AccessRole? highest = null;

        foreach (var wanted in metadata.GetOrderedMetadata<RequiredRole>())
        {
            highest = highest > wanted.Role ? highest : wanted.Role;
        }

        return highest;
    }
}
