using IntegrationWorker.Intake;

namespace IntegrationWorker.Matching;

/// <summary>The delivery a unit came with, as far as deciding and keeping the unit need it.</summary>
/// <param name="Now">When its batch is written, UTC.</param>
internal sealed record Delivery(InboundMessage Inbound, DateTimeOffset Now)
{
    private byte[]? _headers;

    /// <summary>It had to wait behind another message, and has a fresh chance to find its study.</summary>
    public bool HasWaited { get; init; }

    /// <summary>Headers as JSON.</summary>
    public byte[] Headers => _headers ??= ResultJson.Write(Inbound.Headers);

    /// <summary><c>hl7v2</c>, <c>fhir</c> or <c>command</c>.</summary>
    public string Door => Inbound.Door.ToText();
}
