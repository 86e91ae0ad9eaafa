using Hl7v2;
using IntegrationWorker.Decoding.Hl7;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>Starts the units of one message: what all kinds of them have in common.</summary>
/// <param name="hash">Makes keyed hashes of patient identifiers and visit numbers.</param>
internal sealed class UnitStart(Hl7Envelope envelope, Rulebook rules, Func<string, string> hash)
{
    public Hl7Envelope Envelope => envelope;

    public Hl7Message Message => envelope.Message;

    public GroupReader Reader(OrderGroup group) => new(envelope, group, rules);

    /// <summary>The message as one group.</summary>
    public GroupReader WholeReader() => Reader(OrderGroup.Whole(envelope.Message));

    /// <summary>A unit with key, clock, patient and visit, that says nothing yet. It shares the warnings of the reader.</summary>
    public UnitUpdate Begin(GroupReader reader, UnitKind kind)
    {
        var clock = ClockRule.Map(reader, kind, out var sourceTime);
        var patient = reader.Group.Patient;

        return new UnitUpdate
        {
            Number = reader.Group.Number,
            Kind = kind,
            SourceId = envelope.Source.SourceId,
            MessageKey = envelope.BaseKey,
            MessageType = envelope.MessageType,
            Groups = [reader.Group.Number],
            Clock = clock,
            SourceTime = sourceTime,
            PatientKeys = patient.IsAbsent ? [] : Keys(reader, patient[3]),
            VisitKey = PatientRule.Visit(reader, hash),
            Warnings = reader.Warnings,
            CorrelationId = envelope.Inbound.CorrelationId,
            CausationId = envelope.Inbound.DeliveryId,
        };
    }

    /// <summary>Keyed hashes of all ids of a CX field.</summary>
    public List<Identifier> Keys(GroupReader reader, Hl7Field field) => PatientRule.Keys(reader, field, hash);
}
