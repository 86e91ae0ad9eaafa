using System.Text;
using System.Text.Unicode;

namespace Hl7v2;

/// <summary>Bytes → message. HL7 v2.5.1 §2.5, §2.15.9.18; MLLP framing and a UTF-8 byte order mark around it are removed.</summary>
/// <remarks>
/// The whole body is decoded before anything is split, because multi-byte text holds the bytes of delimiters. Only the
/// delimiters, MSH-18 and MSH-20 are found in the bytes.
/// </remarks>
public static class Hl7Decoder
{
    private const byte Escape = 0x1B;

    /// <summary>Decodes a body. Never throws, and takes time in proportion to the length of the body.</summary>
    /// <param name="body">The bytes of one message; the caller limits their number.</param>
    /// <param name="defaultCharset">
    /// The name of the character set for messages with an empty MSH-18, see <see cref="Hl7Charset.TryGet"/>; null for UTF-8.
    /// </param>
    public static Hl7Decoded Decode(ReadOnlySpan<byte> body, string? defaultCharset)
    {
        body = Hl7Framing.Strip(body);

        var header = Hl7HeaderBytes.Read(body);
        var charset = header.Charset ?? (string.IsNullOrWhiteSpace(defaultCharset) ? Hl7Charset.Utf8Name : defaultCharset.Trim());
        if (header.Fault != Hl7ReadFault.None)
        {
            return new Hl7Decoded(header.Fault, charset);
        }

        if (IsJapanese(body, header.SwitchesSets))
        {
            return Decode(body, Hl7Charset.Iso2022JpName, Hl7Charset.Iso2022Jp, utf8Overrode: false);
        }

        if (!Hl7Charset.TryGet(charset, out var encoding))
        {
            return new Hl7Decoded(Hl7ReadFault.CharacterSet, charset);
        }

        // Text in a single-byte set with accents is practically never valid UTF-8: if it is, the header is what is wrong.
        var utf8Overrode = encoding.IsSingleByte && !Ascii.IsValid(body) && Utf8.IsValid(body);
        return Decode(body, charset, utf8Overrode ? Hl7Charset.Utf8 : encoding, utf8Overrode);
    }

    private static Hl7Decoded Decode(ReadOnlySpan<byte> body, string charset, Encoding encoding, bool utf8Overrode)
    {
        if (!StrictDecoding.TryDecode(body, encoding, out var text))
        {
            return new Hl7Decoded(Hl7ReadFault.CharacterSet, charset);
        }

        var message = Hl7Message.Parse(text, encoding, out var fault);
        return new Hl7Decoded(fault, charset, message, utf8Overrode && message is not null);
    }

    // Whatever MSH-18 says: senders leave it empty or name only the set that the message begins in. Where MSH-20 says that sets
    // are switched, any escape sequence is a switch; without one, the message stays in the set of the first repetition.
    private static bool IsJapanese(ReadOnlySpan<byte> body, bool switchesSets)
    {
        var escape = body.IndexOf(Escape);
        while (escape >= 0)
        {
            if (switchesSets || body[(escape + 1)..] is [(byte)'$' or (byte)'(', ..])
            {
                return true;
            }

            body = body[(escape + 1)..];
            escape = body.IndexOf(Escape);
        }

        return false;
    }
}
