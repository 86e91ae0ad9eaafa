namespace IntegrationWorker.Outbox;

/// <summary>What a deployment says about its events.</summary>
/// <param name="Source">The CloudEvents source: <c>urn:study-update-worker:‹deployment›</c>.</param>
/// <param name="SensitiveKeys">Metadata keys whose values events withhold, beside the built-in ones.</param>
internal sealed record EventSettings(string Source, IReadOnlySet<string> SensitiveKeys);
