using System.Buffers;

namespace IntegrationWorker.Mllp;

/// <summary>The three bytes around a message. MLLP Release 1, HL7 v2.5.1 implementation guide appendix C.4.</summary>
internal static class MllpFraming
{
    /// <summary>VT begins a frame.</summary>
    public const byte StartBlock = 0x0B;

    /// <summary>FS ends the message; a carriage return follows it.</summary>
    public const byte EndBlock = 0x1C;

    public const byte CarriageReturn = 0x0D;

    /// <summary>Writes one frame.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> message)
    {
        var frame = output.GetSpan(message.Length + 3);
        frame[0] = StartBlock;
        message.CopyTo(frame[1..]);
        frame[message.Length + 1] = EndBlock;
        frame[message.Length + 2] = CarriageReturn;
        output.Advance(message.Length + 3);
    }
}
