using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;

namespace IntegrationWorker.Decoding.Commands;

/// <summary>What a command came in: a CloudEvents event, or an envelope of MassTransit. docs/mapping.md §4.5.</summary>
/// <param name="Id">CloudEvents <c>id</c> or <c>messageId</c>; null when there is none.</param>
/// <param name="Time">CloudEvents <c>time</c>; null when there is none.</param>
/// <param name="Data">The command itself.</param>
/// <param name="DataName">The member that holds it: the first step of every JSON pointer into it.</param>
/// <param name="CorrelationId">Of a MassTransit envelope; CloudEvents correlate by their id.</param>
internal sealed record CommandEnvelope(string? Id, JsonElement Time, JsonElement Data, string DataName, string? CorrelationId)
{
    private const string MassTransitContentType = "application/vnd.masstransit+json";
    private const string MassTransitType = ":" + nameof(StudyUpdateRequested);

    public string DataPointer => "/" + DataName;

    /// <summary>Null when the body is no envelope of a command.</summary>
    public static CommandEnvelope? From(InboundMessage message, JsonElement root)
    {
        var isMassTransit = message.Headers.TryGetValue("content-type", out var contentType)
            && contentType.AsSpan().Trim().StartsWith(MassTransitContentType, StringComparison.OrdinalIgnoreCase);
        var envelope = isMassTransit ? FromMassTransit(root) : FromCloudEvents(root);

        return envelope is { Data.ValueKind: JsonValueKind.Object } ? envelope : null;
    }

    private static CommandEnvelope? FromCloudEvents(JsonElement root)
    {
        var isCommand = root.Text("specversion") is { } version && version.StartsWith("1.", StringComparison.Ordinal)
            && root.Text("type") == StudyUpdateRequested.EventType;

        return isCommand ? new CommandEnvelope(Clean(root.Text("id")), root.Member("time"), root.Member("data"), "data", Clean(root.Text("id"))) : null;
    }

    // The time of sending is the bus's own. When the change was decided only the command itself can say.
    private static CommandEnvelope? FromMassTransit(JsonElement root)
    {
        var isCommand = root.Member("messageType").Items()
            .Any(type => type.Text()?.EndsWith(MassTransitType, StringComparison.Ordinal) == true);

        return isCommand
            ? new CommandEnvelope(Clean(root.Text("messageId")), default, root.Member("message"), "message", Clean(root.Text("correlationId")))
            : null;
    }

    private static string? Clean(string? text) => text?.Trim() is { Length: > 0 } trimmed ? trimmed : null;
}
