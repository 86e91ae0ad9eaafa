using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Hl7v2;

/// <summary>Bytes → text, all of them or none: never a replacement character, never an exception.</summary>
internal static class StrictDecoding
{
    /// <summary>Stands for bytes that do not decode. No character in any set, and not NUL, which the framework takes for "nothing".</summary>
    public const char Undecodable = '\uFFFF';

    private const int Utf8CodePage = 65001;

    /// <summary>Writes <see cref="Undecodable"/> for bytes that do not decode.</summary>
    public static DecoderFallback Mark { get; } = new DecoderReplacementFallback(Undecodable.ToString());

    /// <summary>A code page that marks what it cannot read and writes a question mark for what it cannot write.</summary>
    public static Encoding OfCodePage(int codePage)
    {
        var write = new EncoderReplacementFallback("?");
        return CodePagesEncodingProvider.Instance.GetEncoding(codePage, write, Mark)
            ?? Encoding.GetEncoding(codePage, write, Mark); // ASCII and 8859/1 are built in
    }

    /// <summary>The same encoding, but one that marks what it cannot read. UTF-8 is checked without it.</summary>
    public static Encoding Of(Encoding charset)
    {
        if (charset.CodePage == Utf8CodePage || Mark.Equals(charset.DecoderFallback))
        {
            return charset;
        }

        var strict = (Encoding)charset.Clone();
        strict.DecoderFallback = Mark;
        return strict;
    }

    /// <summary>Decodes; false if any byte does not decode, or decodes to NUL.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, Encoding charset, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (bytes.Contains((byte)0))
        {
            return false;
        }

        if (charset.CodePage == Utf8CodePage)
        {
            text = Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
            return text is not null;
        }

        var decoded = charset.GetString(bytes);
        text = IsText(decoded) && !HasPlaceholder(decoded, charset.IsSingleByte) ? decoded : null;
        return text is not null;
    }

    /// <summary>Whether the characters can be stored anywhere: no NUL, no unpaired surrogate.</summary>
    public static bool IsText(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0'))
        {
            return false;
        }

        var surrogate = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        while (surrogate >= 0)
        {
            text = text[surrogate..];
            if (text.Length < 2 || !char.IsSurrogatePair(text[0], text[1]))
            {
                return false;
            }

            text = text[2..];
            surrogate = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        }

        return true;
    }

    // The code pages of the platform do not call the fallback for every byte they have no character for: the single-byte ones
    // answer with a private use character, the double-byte ones with one of a small range of those, or with a C1 control for
    // a lead byte they do not know. All of them would be replacement characters by another name.
    private static bool HasPlaceholder(ReadOnlySpan<char> decoded, bool isSingleByte)
    {
        if (Ascii.IsValid(decoded))
        {
            return false;
        }

        return decoded.Contains(Undecodable)
            || (isSingleByte
                ? decoded.ContainsAnyInRange('\uE000', '\uF8FF')
                : decoded.ContainsAnyInRange('\uF8F0', '\uF8FF') || decoded.ContainsAnyInRange('\u0080', '\u009F'));
    }
}
