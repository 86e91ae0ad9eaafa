using System.Security.Cryptography;
using System.Text;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mllp;

/// <summary>One frame → its way through the door → its acknowledgement.</summary>
internal sealed class MllpAnswering
{
    private const string PeerHeader = "mllp-peer";

    private readonly MllpOptions _options;
    private readonly MllpDoor _door;
    private readonly MllpMetrics _metrics;
    private readonly TimeProvider _time;

    // The control ids of our own acknowledgements begin with it, so that one that comes back is known.
    private readonly string _mark;
    private readonly byte[] _markBytes;
    private long _number;

    public MllpAnswering(MllpOptions options, MllpDoor door, MllpMetrics metrics, TimeProvider time)
    {
        (_options, _door, _metrics, _time) = (options, door, metrics, time);
        _mark = Convert.ToHexString(RandomNumberGenerator.GetBytes(5));
        _markBytes = Encoding.ASCII.GetBytes(_mark);
    }

    /// <returns>The acknowledgement without its frame; empty when none is wanted; null when the message was not stored.</returns>
    public async Task<byte[]?> AnswerAsync(MllpFrame frame, string? peer, CancellationToken peerGone)
    {
        var header = AckHeader.Of(frame.Message.Span);

        if (IsAnswerToOurs(header, frame.Message.Span))
        {
            return [];
        }

        // Nothing is awaited before the door has the message: the order of the calls is the order of the messages.
        var verdict = await TakeAsync(frame, peer, peerGone);

        if (verdict is null)
        {
            _metrics.Answered(_options, MllpMetrics.Withheld);
            return null;
        }

        var code = AckRule.CodeFor(header.FirstOf(15), header.FirstOf(16), verdict.Kind);
        _metrics.Answered(_options, code ?? MllpMetrics.None);

        return code is not null
            ? AckWriter.Write(header, code, verdict.Errors, _time.GetUtcNow(), $"{_mark}{Interlocked.Increment(ref _number):D10}")
            : [];
    }

    private Task<MllpVerdict?> TakeAsync(MllpFrame frame, string? peer, CancellationToken peerGone)
    {
        var waits = !_options.RejectsWhenStoreFails;

        if (!frame.IsTooLong)
        {
            return _door.TakeAsync(MessageOf(frame.Message, peer), waits, peerGone);
        }

        // MSH alone: a message that was cut short must not become one when somebody replays it.
        var end = frame.Message.Span.IndexOfAny((byte)'\r', (byte)'\n');
        var beginning = MessageOf(end < 0 ? frame.Message : frame.Message[..end], peer);
        return _door.RefuseAsync(beginning, Notice.Of(Codes.TooLarge, "size", frame.Length, "limit", _options.MaxMessageBytes), waits, peerGone);
    }

    private InboundMessage MessageOf(ReadOnlyMemory<byte> body, string? peer)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "application/hl7-v2" };

        if (peer is not null)
        {
            headers[PeerHeader] = peer;
        }

        if (_options.Source is { } source)
        {
            headers[BrokerNames.SourceIdHeader] = source;
        }

        return new InboundMessage { Door = Door.Hl7v2, Body = body, SourceId = _options.Source, ReceivedAt = _time.GetUtcNow(), Headers = headers };
    }

    // Two programs that acknowledge acknowledgements would talk to each other for ever. HL7 v2.5.1 §2.9.2.
    private bool IsAnswerToOurs(AckHeader header, ReadOnlySpan<byte> message) =>
        header.FirstOf(9) is "ACK" or "MCF" && message.IndexOf(_markBytes) >= 0;
}
