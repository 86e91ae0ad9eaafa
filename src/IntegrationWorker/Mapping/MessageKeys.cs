namespace IntegrationWorker.Mapping;

/// <summary>Parts of an idempotency key.</summary>
internal static class MessageKeys
{
    /// <summary>Percent-encoded. The tilde too: behind it stands the generation of a key.</summary>
    public static string Escape(string part) => Uri.EscapeDataString(part).Replace("~", "%7E", StringComparison.Ordinal);
}
