using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntegrationWorker.Decoding;

/// <summary>The one spelling of a JSON value among all that mean the same: RFC 8785.</summary>
internal static class JsonCanonical
{
    /// <summary>The canonical UTF-8 text.</summary>
    /// <param name="value">Its strings must be valid Unicode, as <see cref="JsonBody.TryParse"/> makes sure.</param>
    /// <param name="exceptMember">A member of the outermost object that is left out.</param>
    public static ReadOnlyMemory<byte> Write(JsonElement value, string? exceptMember = null)
    {
        var output = new ArrayBufferWriter<byte>(JsonMarshal.GetRawUtf8Value(value).Length + 1);
        WriteValue(output, value, exceptMember);

        return output.WrittenMemory;
    }

    /// <summary>SHA-256 of the canonical text.</summary>
    public static byte[] Hash(JsonElement value) => SHA256.HashData(Write(value).Span);

    /// <summary>A number as ECMAScript writes it, which is what RFC 8785 asks for.</summary>
    public static string Number(double number)
    {
        if (number == 0)
        {
            return "0"; // Minus zero too.
        }

        var (digits, point) = ShortestDigits(Math.Abs(number));
        var sign = number < 0 ? "-" : "";

        return point switch
        {
            > 21 or <= -6 => sign + Exponential(digits, point - 1),
            <= 0 => $"{sign}0.{new string('0', -point)}{digits}",
            _ when digits.Length <= point => sign + digits.PadRight(point, '0'),
            _ => $"{sign}{digits[..point]}.{digits[point..]}",
        };
    }

    private static string Exponential(string digits, int exponent)
    {
        var fraction = digits.Length > 1 ? "." + digits[1..] : "";

        return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}");
    }

    /// <summary>The shortest digits that read back as the same number, and how many of them stand before the point.</summary>
    private static (string Digits, int Point) ShortestDigits(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var point = (dot < 0 ? mantissa.Length : dot) + exponent;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var significant = digits.TrimStart('0');

        return (significant.TrimEnd('0'), point - (digits.Length - significant.Length));
    }

    private static void WriteValue(ArrayBufferWriter<byte> output, JsonElement value, string? exceptMember = null)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, value, exceptMember);
                break;
            case JsonValueKind.Array:
                WriteArray(output, value);
                break;
            case JsonValueKind.String:
                WriteText(output, JsonMarshal.GetRawUtf8Value(value), value.GetString()!);
                break;
            case JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number):
                Encoding.UTF8.GetBytes(Number(number), output);
                break;
            default:
                // true, false, null, and a number that no double can hold: it stays as it was sent.
                output.Write(JsonMarshal.GetRawUtf8Value(value));
                break;
        }
    }

    private static void WriteObject(ArrayBufferWriter<byte> output, JsonElement value, string? exceptMember)
    {
        var members = value.EnumerateObject()
            .Where(member => exceptMember is null || !member.NameEquals(exceptMember))
            .Select((member, place) => (member.Name, Place: place, Member: member))
            .ToArray();

        // UTF-16 code units, as RFC 8785 has it; equal names stay in the order they were sent in.
        Array.Sort(members, static (left, right) => string.CompareOrdinal(left.Name, right.Name) is var order and not 0
            ? order
            : left.Place - right.Place);

        output.Write("{"u8);

        for (var i = 0; i < members.Length; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            WriteName(output, members[i].Name);
            output.Write(":"u8);
            WriteValue(output, members[i].Member.Value);
        }

        output.Write("}"u8);
    }

    private static void WriteArray(ArrayBufferWriter<byte> output, JsonElement value)
    {
        output.Write("["u8);
        var first = true;

        foreach (var item in value.EnumerateArray())
        {
            if (!first)
            {
                output.Write(","u8);
            }

            first = false;
            WriteValue(output, item);
        }

        output.Write("]"u8);
    }

    private static void WriteText(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> raw, string text)
    {
        // Text that was sent without an escape is canonical already: what must be escaped cannot be sent bare.
        if (raw.Contains((byte)'\\'))
        {
            WriteEscaped(output, text);
        }
        else
        {
            output.Write(raw);
        }
    }

    private static void WriteName(ArrayBufferWriter<byte> output, string name) => WriteEscaped(output, name);

    private static void WriteEscaped(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        output.Write("\""u8);

        while (!text.IsEmpty)
        {
            var plain = 0;

            while (plain < text.Length && text[plain] is >= ' ' and not '"' and not '\\')
            {
                plain++;
            }

            Encoding.UTF8.GetBytes(text[..plain], output);

            if (plain < text.Length)
            {
                Encoding.UTF8.GetBytes(Escape(text[plain]), output);
                plain++;
            }

            text = text[plain..];
        }

        output.Write("\""u8);
    }

    private static string Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
    };
}
