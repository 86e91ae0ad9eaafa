using System.Security.Cryptography;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Decoding.Commands;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Commands;

/// <summary>A command delivery → one unit. Pure, and never throws on input: what is wrong is a rejection with its code. docs/mapping.md §4.5.</summary>
internal static class CommandReader
{
    private const string KeyHeader = "idempotency-key";
    private const int KeyCharactersMax = 256;

    public static MappedMessage Read(InboundMessage inbound, Rulebook rules)
    {
        if (inbound.Body.Length > JsonBody.BytesMax)
        {
            return Rejected(inbound, "", null, Notice.Of(Codes.NotACommand, "size", inbound.Body.Length, "limit", JsonBody.BytesMax));
        }

        if (inbound.SourceId is null || rules.FindSource(inbound.SourceId) is not { Kind: "command" } source)
        {
            return Rejected(inbound, "", null, Notice.Of(Codes.UnknownSource, "id", inbound.SourceId ?? ""));
        }

        if (!JsonBody.TryParse(JsonBody.WithoutMark(inbound.Body), out var document))
        {
            return Rejected(inbound, source.SourceId, KeyOf(inbound, source, null), Notice.Of(Codes.NotACommand));
        }

        using (document)
        {
            return ReadDocument(inbound, document.RootElement, source, rules);
        }
    }

    private static MappedMessage ReadDocument(InboundMessage inbound, JsonElement root, Source source, Rulebook rules)
    {
        var envelope = CommandEnvelope.From(inbound, root);
        var key = KeyOf(inbound, source, envelope?.Id);

        if (envelope is null)
        {
            return Rejected(inbound, source.SourceId, key, Notice.Of(Codes.NotACommand));
        }

        if (key is null)
        {
            return Rejected(inbound, source.SourceId, null, Notice.Of(Codes.NoCommandKey), StudyUpdateRequested.EventType);
        }

        var (unit, faults) = JsonMembers.FindDuplicate(root) is { } duplicate
            ? (null, [Duplicate(duplicate, envelope)])
            : CommandUnit.Map(inbound, envelope, key, source, rules);

        return Message(inbound, source.SourceId, StudyUpdateRequested.EventType, new MappedPart
        {
            BaseKey = key,
            Fingerprint = JsonCanonical.Hash(envelope.Data),
            Rejection = faults.Count > 0 ? faults[0] : null,
            Units = faults.Count == 0 && unit is not null ? [unit] : [],
        });
    }

    private static Notice Duplicate(string pointer, CommandEnvelope envelope)
    {
        var inData = envelope.DataPointer + "/";
        var member = pointer.StartsWith(inData, StringComparison.Ordinal) ? pointer[inData.Length..] : pointer[1..];

        return Notice.Of(
            Codes.MemberNotAllowed, "member", CommandFaults.Short(member.Replace('/', '.')), "location", CommandFaults.Short(pointer, 200));
    }

    /// <summary>The header, else the id of the envelope; null when there is neither, or none that could be a key.</summary>
    private static string? KeyOf(InboundMessage inbound, Source source, string? id)
    {
        var own = inbound.Headers.TryGetValue(KeyHeader, out var header) && header.Trim() is { Length: > 0 } text ? text : id;

        return own is { Length: > 0 and <= KeyCharactersMax }
            ? $"cmd/{Uri.EscapeDataString(source.SourceId)}/{MessageKeys.Escape(own)}"
            : null;
    }

    private static MappedMessage Rejected(InboundMessage inbound, string sourceId, string? key, Notice rejection, string messageType = "") =>
        Message(inbound, sourceId, messageType, new MappedPart
        {
            BaseKey = key ?? MappedPart.RawKey(inbound.Body.Span),
            Fingerprint = SHA256.HashData(inbound.Body.Span),
            Rejection = rejection,
        });

    private static MappedMessage Message(InboundMessage inbound, string sourceId, string messageType, MappedPart part) => new()
    {
        Inbound = inbound,
        SourceId = sourceId,
        MessageType = messageType,
        Parts = [part],
    };
}
