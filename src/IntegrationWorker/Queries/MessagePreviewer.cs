using Hl7v2;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mllp;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using IntegrationWorker.Target;

namespace IntegrationWorker.Queries;

/// <summary>Says what a message would do now, by the code that would do it. Writes nothing.</summary>
/// <param name="plans">Where a platform keeps the studies; null: this store is the record.</param>
internal sealed class MessagePreviewer(MessagePipeline pipeline, PlanPreviewer? plans = null)
{
    public async Task<MessagePreview> PreviewAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        var mapped = pipeline.Read(message);
        var previewed = await pipeline.PreviewAsync([mapped], cancellationToken);

        // The transaction that decided is over: nothing is locked while the platform is asked.
        return Of(mapped, previewed.Results[0], previewed.Changes, plans is null ? null : await plans.PreviewAsync(previewed.Changes.Plans, cancellationToken));
    }

    private static MessagePreview Of(MappedMessage message, MessageResult result, BatchChanges changes, IReadOnlyList<PreviewedStudy>? target)
    {
        var studies = changes.NewStudies.Concat(changes.ChangedStudies).ToDictionary(study => study.StudyId, StringComparer.Ordinal);
        var units = result.Units.Concat(result.Reapplied).SelectMany(unit => unit.Studies ?? [unit]);

        return new MessagePreview(
            result,
            [.. units.SelectMany(unit => FieldVerdictRule.Of(unit, unit.StudyId is { } id ? studies.GetValueOrDefault(id) : null))],
            message.Inbound.Door == Door.Hl7v2 ? AcknowledgementOf(message.Inbound, result) : null,
            [.. changes.Outbox.Select(entry => entry.Body), .. (target ?? []).SelectMany(study => study.Events)],
            target);
    }

    private static PreviewedAcknowledgement? AcknowledgementOf(InboundMessage inbound, MessageResult result)
    {
        var header = Hl7Decoder.Decode(inbound.Body.Span, null).Message is { } readable ? readable[0] : default;
        var accept = header.IsAbsent ? "" : header[15].ToString();
        var application = header.IsAbsent ? "" : header[16].ToString();

        if (AckRule.CodeFor(accept, application, MllpVerdict.Of(result).Kind) is not { } code)
        {
            return null;
        }

        Notice?[] errors = [result.Error, .. result.Units.Select(unit => unit.Error)];
        return new PreviewedAcknowledgement(code, [.. errors.OfType<Notice>().Distinct()]);
    }
}
