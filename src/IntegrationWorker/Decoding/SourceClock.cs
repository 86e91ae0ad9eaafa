using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Decoding;

/// <summary>The clock of a FHIR resource or a command: one time is both parts. docs/mapping.md §6.1–6.2.</summary>
/// <param name="SourceTime">As sent; the time of receipt where that is used instead.</param>
internal readonly record struct SourceClock(Clock Clock, string SourceTime)
{
    /// <param name="text">The time as sent; null when there is none.</param>
    /// <param name="location">Where it was read.</param>
    public static SourceClock Read(
        string? text, string location, long? sequence, InboundMessage message, Source source, List<Notice> warnings)
    {
        if (!JsonTime.TryRead(text, source.TimeZone, out var moment))
        {
            warnings.Add(Notice.Of(Codes.NoUsableTime, "location", location));

            return AtReceipt(message, sequence);
        }

        if (moment.Start > message.ReceivedAt + source.MaxFutureSkew)
        {
            warnings.Add(Notice.Of(Codes.ClockInFuture, "given", text!, "location", location));

            return AtReceipt(message, sequence);
        }

        return new SourceClock(new Clock(moment, moment, sequence), text!);
    }

    public static SourceClock AtReceipt(InboundMessage message, long? sequence = null) =>
        new(Clock.At(message.ReceivedAt) with { Sequence = sequence }, JsonTime.Show(message.ReceivedAt));
}
