using System.Text;

namespace Hl7v2;

/// <summary>ISO-2022-JP with JIS X 0201, JIS X 0208 and JIS X 0212. RFC 1468, RFC 2237; HL7 v2.5.1 table 0211, ISO IR14/87/159.</summary>
/// <remarks>
/// The platform's own code pages 50220 to 50222 take JIS X 0212 for JIS X 0208 and so read other characters than were sent.
/// Here the sets are told apart, and the platform's tables are used for one character at a time.
/// </remarks>
internal sealed class Iso2022JpEncoding() : Encoding(CodePageNumber, new EncoderReplacementFallback("?"), StrictDecoding.Mark)
{
    private const int CodePageNumber = 50220;
    private const byte Escape = 0x1B;

    // The same tables in EUC form: 51932 has JIS X 0208, 20932 also JIS X 0212, marked by a second byte without its high bit.
    private static readonly Encoding Jis0208 = StrictDecoding.OfCodePage(51932);
    private static readonly Encoding Jis0212 = StrictDecoding.OfCodePage(20932);

    // Writes half-width kana as such, where 50220 would widen them. Characters of JIS X 0212 are written as a question mark.
    private static readonly Encoding Writer = StrictDecoding.OfCodePage(50221);

    private enum Set
    {
        Ascii,
        Kana,
        Jis0208,
        Jis0212,
    }

    public override string EncodingName => "ISO-2022-JP";

    public override string WebName => "iso-2022-jp";

    public override int GetByteCount(char[] chars, int index, int count) => Writer.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Writer.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => Writer.GetMaxByteCount(charCount);

    // No byte becomes more than one character, and none is remembered beyond its pair.
    public override int GetMaxCharCount(int byteCount) => byteCount;

    public override int GetCharCount(byte[] bytes, int index, int count)
    {
        var scratch = new char[count];
        return GetChars(bytes, index, count, scratch, 0);
    }

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var rest = bytes.AsSpan(byteIndex, byteCount);
        var set = Set.Ascii;
        var written = charIndex;
        while (!rest.IsEmpty)
        {
            var length = rest[0] == Escape ? Switch(rest, ref set) : 0;
            if (length == 0)
            {
                length = Read(rest, ref set, out chars[written]);
                written++;
            }

            rest = rest[length..];
        }

        return written - charIndex;
    }

    /// <summary>The length of the escape sequence, 0 if it is none that is known here.</summary>
    private static int Switch(ReadOnlySpan<byte> rest, ref Set set)
    {
        (var length, set) = rest[1..] switch
        {
            // JIS X 0201 Roman has a yen sign for the backslash and an overline for the tilde. Both are delimiters in HL7,
            // and Japanese senders use them as such: they are read as ASCII.
            [(byte)'(', (byte)'B' or (byte)'J' or (byte)'H', ..] => (3, Set.Ascii),
            [(byte)'(', (byte)'I', ..] => (3, Set.Kana),
            [(byte)'$', (byte)'@' or (byte)'B', ..] => (3, Set.Jis0208),
            [(byte)'$', (byte)'(', (byte)'@' or (byte)'B', ..] => (4, Set.Jis0208),
            [(byte)'$', (byte)'(', (byte)'D', ..] => (4, Set.Jis0212),
            _ => (0, set),
        };
        return length;
    }

    /// <summary>Reads one character and returns how many bytes it took.</summary>
    private static int Read(ReadOnlySpan<byte> rest, ref Set set, out char character)
    {
        var first = rest[0];
        if (first <= ' ')
        {
            // A line begins in ASCII, whatever the one before forgot to switch off. RFC 1468.
            set = first is (byte)'\r' or (byte)'\n' ? Set.Ascii : set;
            character = first == Escape ? StrictDecoding.Undecodable : (char)first;
            return 1;
        }

        if (set is Set.Jis0208 or Set.Jis0212)
        {
            return ReadPair(rest, set, out character);
        }

        character = (set, first) switch
        {
            (Set.Kana, >= 0x21 and <= 0x5F) => (char)(0xFF61 - 0x21 + first),
            (Set.Ascii, < 0x7F) => (char)first,
            (Set.Ascii, >= 0xA1 and <= 0xDF) => (char)(0xFF61 - 0xA1 + first), // the right half of JIS X 0201
            _ => StrictDecoding.Undecodable,
        };
        return 1;
    }

    private static int ReadPair(ReadOnlySpan<byte> rest, Set set, out char character)
    {
        character = StrictDecoding.Undecodable;
        if (rest.Length < 2 || rest[0] > 0x7E || rest[1] is < 0x21 or > 0x7E)
        {
            return 1;
        }

        ReadOnlySpan<byte> pair = [(byte)(rest[0] | 0x80), set == Set.Jis0208 ? (byte)(rest[1] | 0x80) : rest[1]];
        Span<char> read = stackalloc char[2];
        var tables = set == Set.Jis0208 ? Jis0208 : Jis0212;

        // More than one character, or one for private use, is the platform's way to say that there is none.
        if (tables.GetChars(pair, read) == 1 && read[0] is < '\uE000' or > '\uF8FF')
        {
            character = read[0];
        }

        return 2;
    }
}
