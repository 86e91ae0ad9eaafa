using System.Security.Cryptography;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Fhir;

/// <summary>A FHIR delivery → what it says. Pure, and never throws on input. docs/mapping.md §3.10, §7.</summary>
internal static class FhirReader
{
    public static MappedMessage Read(InboundMessage message, Rulebook rules)
    {
        if (message.Body.Length > JsonBody.BytesMax)
        {
            return Rejected(message, "", Notice.Of(Codes.NotFhir, "size", message.Body.Length, "limit", JsonBody.BytesMax));
        }

        if (message.SourceId is null || rules.FindSource(message.SourceId) is not { Kind: "fhir" } source)
        {
            return Rejected(message, "", Notice.Of(Codes.UnknownSource, "id", message.SourceId ?? ""));
        }

        var delivery = new FhirDelivery(message, source, rules);
        var body = JsonBody.WithoutMark(message.Body);

        if (Header(message, FhirHeaders.Interaction) is "delete")
        {
            return ReadDelete(delivery, body);
        }

        return JsonBody.IsBlank(body.Span) ? Empty(delivery) : ReadBody(delivery, body);
    }

    /// <summary>The whole message is rejected under a raw key.</summary>
    internal static MappedMessage Rejected(InboundMessage message, string sourceId, Notice rejection, string messageType = "") => new()
    {
        Inbound = message,
        SourceId = sourceId,
        MessageType = messageType,
        Parts = [MappedPart.RejectedRaw(message.Body.Span, rejection)],
    };

    internal static string? Header(InboundMessage message, string name) =>
        message.Headers.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text ? text : null;

    private static MappedMessage ReadBody(FhirDelivery delivery, ReadOnlyMemory<byte> body)
    {
        var message = delivery.Inbound;
        var sourceId = delivery.Source.SourceId;

        if (!JsonBody.TryParse(body, out var document))
        {
            return Rejected(message, sourceId, Notice.Of(Codes.NotFhir));
        }

        using (document)
        {
            var root = document.RootElement;

            return root.Text("resourceType") switch
            {
                null => Rejected(message, sourceId, Notice.Of(Codes.NotFhir, "element", "resourceType")),
                FhirNames.ImagingStudy => One(delivery, FhirNames.ImagingStudy, ImagingStudyMapper.Map(
                    delivery, root, FhirEntries.None, FhirReference.From(Header(message, FhirHeaders.Url))?.Id)),
                "Bundle" => FhirBundleReader.Read(delivery, root),
                var type => Rejected(
                    message,
                    sourceId,
                    Notice.Of(Codes.UnsupportedResource, "type", type.Length <= 64 ? type : type[..63] + "…"),
                    FhirResources.IsKnownType(type) ? type : ""),
            };
        }
    }

    /// <summary>A delete notice: the URL says of what; a body, if a server sends one, may name it too.</summary>
    private static MappedMessage ReadDelete(FhirDelivery delivery, ReadOnlyMemory<byte> body)
    {
        var message = delivery.Inbound;
        var target = FhirReference.From(Header(message, FhirHeaders.Url)) ?? TargetIn(body);

        return target switch
        {
            null => Rejected(
                message, delivery.Source.SourceId, Notice.Of(Codes.NotFhir, "header", FhirHeaders.Url), FhirMessageTypes.Delete),
            { Type: not FhirNames.ImagingStudy } other => Rejected(
                message, delivery.Source.SourceId, Notice.Of(Codes.UnsupportedResource, "type", other.Type), FhirMessageTypes.Delete),
            { Id.Length: > FhirKeys.PartCharactersMax } => Rejected(
                message, delivery.Source.SourceId, Notice.Of(Codes.NotFhir, "header", FhirHeaders.Url), FhirMessageTypes.Delete),
            { } study => One(
                delivery, FhirMessageTypes.Delete, FhirDeleteMapper.Map(delivery, study.Id, Header(message, FhirHeaders.Time))),
        };
    }

    private static FhirReference? TargetIn(ReadOnlyMemory<byte> body)
    {
        if (JsonBody.IsBlank(body.Span) || !JsonBody.TryParse(body, out var document))
        {
            return null;
        }

        using (document)
        {
            return document.RootElement.Text("resourceType") is { } type && document.RootElement.Text("id") is { } id
                ? new FhirReference(type, id)
                : null;
        }
    }

    // An empty rest-hook says only that something changed. Each one counts, so its time is its key.
    private static MappedMessage Empty(FhirDelivery delivery)
    {
        var message = delivery.Inbound;
        var sent = Header(message, FhirHeaders.Time);
        var time = JsonTime.TryRead(sent, TimeZoneInfo.Utc, out _) ? sent! : JsonTime.Show(message.ReceivedAt);

        return One(
            delivery,
            FhirMessageTypes.Empty,
            new MappedPart
            {
                BaseKey = FhirKeys.OfEmpty(delivery.Source.SourceId, Header(message, FhirHeaders.Url), time),
                Fingerprint = SHA256.HashData([]),
                ReuseIsNewGeneration = true,
                IgnoredReason = "empty-payload-query-scheduled",
            },
            FhirReference.From(Header(message, FhirHeaders.Url)) is { Type: FhirNames.ImagingStudy, Id.Length: <= FhirKeys.PartCharactersMax } study
                ? study.ToString()
                : "");
    }

    private static MappedMessage One(FhirDelivery delivery, string messageType, MappedPart part, string? changedReference = null) => new()
    {
        ChangedReference = changedReference,
        Inbound = delivery.Inbound,
        SourceId = delivery.Source.SourceId,
        MessageType = messageType,
        Parts = [part],
    };
}
