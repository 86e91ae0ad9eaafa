using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Hl7v2;

/// <summary>The character sets that MSH-18 names. HL7 v2.5.1 §2.15.9.18, table 0211.</summary>
/// <remarks>
/// The encodings write <c>?</c> for a character they do not have, and mark bytes that do not decode with the noncharacter
/// U+FFFF. To read a message, use <see cref="Hl7Decoder"/>, which refuses such bytes.
/// </remarks>
public static class Hl7Charset
{
    /// <summary>The name of UTF-8 in table 0211: what an empty MSH-18 means here.</summary>
    public const string Utf8Name = "UNICODE UTF-8";

    internal const string Iso2022JpName = "ISO-2022-JP";

    private static readonly Dictionary<string, Encoding> ByName = Names();

    /// <summary>UTF-8, without a byte order mark when written.</summary>
    public static Encoding Utf8 => ByName[Utf8Name];

    /// <summary>ISO-2022-JP: ASCII and the Japanese sets, switched by escape sequences. RFC 1468, RFC 2237.</summary>
    internal static Encoding Iso2022Jp => ByName[Iso2022JpName];

    /// <summary>
    /// Finds a character set by its name in table 0211 or by a common spelling of it. False for a name that is not known, and for
    /// UTF-16 and UTF-32: where they are used, no header can be read before the body is decoded.
    /// </summary>
    /// <param name="name">For example <c>8859/1</c>, <c>ISO-8859-1</c>, <c>UNICODE UTF-8</c>; case and blanks around it do not count.</param>
    /// <param name="charset">The encoding, or null.</param>
    public static bool TryGet(string? name, [NotNullWhen(true)] out Encoding? charset)
    {
        charset = null;
        return name is not null && ByName.TryGetValue(name.Trim(), out charset);
    }

    private static Dictionary<string, Encoding> Names()
    {
        var names = new Dictionary<string, Encoding>(StringComparer.OrdinalIgnoreCase);

        Add(names, StrictDecoding.OfCodePage(20127), "ASCII", "US-ASCII", "ISO IR6");
        Add(names, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), Utf8Name, "UNICODE", "UTF-8", "UTF8");
        Add(names, new Iso2022JpEncoding(), Iso2022JpName, "ISO IR14", "ISO IR87", "ISO IR159");
        foreach (var part in (int[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 15])
        {
            Add(names, StrictDecoding.OfCodePage(28590 + part), $"8859/{part}", $"ISO-8859-{part}", $"ISO8859-{part}", $"ISO 8859/{part}");
        }

        Add(names, StrictDecoding.OfCodePage(1252), "WINDOWS-1252", "CP1252");
        Add(names, StrictDecoding.OfCodePage(54936), "GB 18030-2000", "GB18030");
        Add(names, StrictDecoding.OfCodePage(949), "KS X 1001"); // with the syllables Windows adds to it
        Add(names, StrictDecoding.OfCodePage(950), "BIG-5", "BIG5");

        // Plane 1, which is what is in use: the platform does not read the shift codes of the others, and they are refused.
        Add(names, StrictDecoding.OfCodePage(20000), "CNS 11643-1992");
        return names;
    }

    private static void Add(Dictionary<string, Encoding> names, Encoding charset, params ReadOnlySpan<string> spellings)
    {
        foreach (var spelling in spellings)
        {
            names.Add(spelling, charset);
        }
    }
}
