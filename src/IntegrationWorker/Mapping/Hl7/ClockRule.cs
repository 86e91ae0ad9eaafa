using System.Globalization;
using Hl7v2;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Hl7;

/// <summary>When the sender says that it happened: ORC-9, OBR-22, EVN-2, TXA-8 …, then MSH-7 and MSH-13. docs/mapping.md §6.1, §6.2.</summary>
internal static class ClockRule
{
    private const string StartFormat = "yyyy-MM-dd'T'HH:mm:sszzz";

    private static readonly Hl7FieldAddress[] _ofOrder = [new("ORC", 9)];
    private static readonly Hl7FieldAddress[] _ofResult = [new("OBR", 22), new("ORC", 9)];
    private static readonly Hl7FieldAddress[] _ofDocument = [new("TXA", 8), new("TXA", 6), new("EVN", 2)];
    private static readonly Hl7FieldAddress[] _ofPatient = [new("EVN", 2), new("EVN", 6)];

    /// <param name="sourceTime">The transaction time in RFC 3339, with the offset of the sender; in UTC (<c>Z</c>) where the time of receipt takes its place.</param>
    public static Clock Map(GroupReader reader, UnitKind kind, out string sourceTime)
    {
        var receivedAt = reader.Envelope.Inbound.ReceivedAt;
        var message = reader.Envelope.MessageTime;
        var stated = reader.Source.ClockIsMessageTime ? null : Transaction(reader, kind);

        if ((stated ?? message) is not { } transaction)
        {
            reader.Warn(Notice.Of(Codes.NoUsableTime));
            sourceTime = JsonTime.Show(receivedAt);
            return Clock.At(receivedAt) with { Sequence = Sequence(reader) };
        }

        var transactionMoment = Place(reader, transaction, out var isLate);
        sourceTime = isLate ? JsonTime.Show(receivedAt) : Text(reader, transaction);
        var messageMoment = message is { } sent && sent != transaction ? Place(reader, sent, out _) : transactionMoment;

        return new Clock(transactionMoment, messageMoment, Sequence(reader), IsMessageTime: stated is null);
    }

    private static Hl7DateTime? Transaction(GroupReader reader, UnitKind kind)
    {
        foreach (var place in PlacesOf(kind))
        {
            var field = reader.First(place).Component(1);

            if (!field.HasValue)
            {
                continue;
            }

            if (Hl7DateTime.TryParse(field.Raw, out var time))
            {
                return time;
            }

            reader.Warn(Notice.Of(Codes.InvalidTime, "location", place.ToString()));
        }

        return null;
    }

    private static Hl7FieldAddress[] PlacesOf(UnitKind kind) => kind switch
    {
        UnitKind.Order => _ofOrder,
        UnitKind.Result => _ofResult,
        UnitKind.Document => _ofDocument,
        UnitKind.PatientUpdate or UnitKind.PatientMerge => _ofPatient,
        _ => [],
    };

    /// <summary>One wrong clock must not block a field for hours or years: the future is replaced by the time of receipt.</summary>
    private static Moment Place(GroupReader reader, Hl7DateTime time, out bool isLate)
    {
        var receivedAt = reader.Envelope.Inbound.ReceivedAt;
        var interval = time.Resolve(reader.Source.TimeZone, reader.Envelope.MessageOffset);
        isLate = interval.Start - receivedAt > reader.Source.MaxFutureSkew;

        if (isLate)
        {
            reader.Warn(Notice.Of(Codes.ClockInFuture, "given", Text(reader, time)));
            return Moment.At(receivedAt);
        }

        var width = interval.End - interval.Start;
        return new Moment(interval.Start, width > TimeSpan.Zero ? width : TimeSpan.FromTicks(1));
    }

    private static string Text(GroupReader reader, Hl7DateTime time) => time.Precision > Hl7Precision.Day
        ? time.ToRfc3339(reader.Source.TimeZone, reader.Envelope.MessageOffset)
        : time.Resolve(reader.Source.TimeZone, reader.Envelope.MessageOffset).Start.ToString(StartFormat, CultureInfo.InvariantCulture);

    private static long? Sequence(GroupReader reader) =>
        long.TryParse(reader.Message[0][13].Component(1).Raw, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
