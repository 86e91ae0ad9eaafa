using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Hl7v2;

/// <summary>The text of a message without what a resend may change: the same content gives the same text.</summary>
/// <remarks>
/// Segments as sent, CR between them; field separators at the end of a segment are removed. Blank lines and framing are gone
/// already. Escape sequences stay as sent, and so do the delimiters.
/// </remarks>
public static class Hl7Canonical
{
    /// <summary>A builder for longer messages than nearly all of them is not kept.</summary>
    private const int SpareCapacityMax = 16 * 1024;

    private static readonly Hl7FieldAddress[] MessageTime = [new("MSH", 7), new("MSH", 13)];

    [ThreadStatic]
    private static StringBuilder? _spare;

    /// <summary>The canonical text of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="blankMessageTime">Whether MSH-7 (time of the message) and MSH-13 (sequence number) are left out.</param>
    /// <param name="exclude">
    /// Further fields, components and subcomponents to leave out, of every repetition and in every segment of the name. Null for none.
    /// </param>
    public static string ToText(Hl7Message message, bool blankMessageTime, IReadOnlyCollection<Hl7FieldAddress>? exclude)
    {
        ArgumentNullException.ThrowIfNull(message);
        var text = new StringBuilder(message.Text.Length);
        Write(message, text, blankMessageTime, exclude);
        return text.ToString();
    }

    /// <summary>SHA-256 of the canonical text in UTF-8, 32 bytes; see <see cref="ToText"/>. The text itself is not allocated.</summary>
    /// <param name="message">The message.</param>
    /// <param name="blankMessageTime">Whether MSH-7 and MSH-13 are left out.</param>
    /// <param name="exclude">Further places to leave out; null for none.</param>
    public static byte[] Hash(Hl7Message message, bool blankMessageTime, IReadOnlyCollection<Hl7FieldAddress>? exclude)
    {
        ArgumentNullException.ThrowIfNull(message);
        var text = (_spare ?? new StringBuilder()).Clear();
        _spare = null;
        text.EnsureCapacity(message.Text.Length);

        Write(message, text, blankMessageTime, exclude);
        var hash = Hash(text);

        _spare = text.Capacity <= SpareCapacityMax ? text : null;
        return hash;
    }

    /// <summary>Appends the canonical text of a message; see <see cref="ToText"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="text">What is appended to.</param>
    /// <param name="blankMessageTime">Whether MSH-7 and MSH-13 are left out.</param>
    /// <param name="exclude">Further places to leave out; null for none.</param>
    public static void Write(
        Hl7Message message, StringBuilder text, bool blankMessageTime, IReadOnlyCollection<Hl7FieldAddress>? exclude)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(text);

        Hl7FieldAddress[] times = blankMessageTime ? MessageTime : [];
        Hl7FieldAddress[] excluded = exclude is null ? times : [.. times, .. exclude];
        for (var index = 0; index < message.Count; index++)
        {
            if (index > 0)
            {
                text.Append('\r');
            }

            Append(text, message[index], message.Delimiters, excluded);
        }
    }

    private static void Append(StringBuilder text, Hl7Segment segment, Hl7Delimiters delimiters, Hl7FieldAddress[] excluded)
    {
        // Nearly every segment of nearly every message: copied in one piece.
        if (!IsTouched(segment, excluded))
        {
            text.Append(segment.Text.TrimEnd(delimiters.Field));
            return;
        }

        var places = excluded == MessageTime ? MessageTime : PlacesIn(segment.Name.ToString(), excluded);
        new Hl7Blanking(delimiters, places, text).Append(segment);
    }

    // MSH-1 and MSH-2 say how to read the rest and always stay.
    private static Hl7FieldAddress[] PlacesIn(string name, Hl7FieldAddress[] excluded) =>
        Array.FindAll(excluded, place => place.Segment == name && (name != "MSH" || place.Field > 2));

    private static bool IsTouched(Hl7Segment segment, Hl7FieldAddress[] excluded)
    {
        foreach (var place in excluded)
        {
            if (segment.Is(place.Segment))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] Hash(StringBuilder text)
    {
        var characters = ArrayPool<char>.Shared.Rent(text.Length);
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        text.CopyTo(0, characters, text.Length);

        var count = Encoding.UTF8.GetBytes(characters.AsSpan(0, text.Length), bytes);
        var hash = SHA256.HashData(bytes.AsSpan(0, count));

        ArrayPool<char>.Shared.Return(characters);
        ArrayPool<byte>.Shared.Return(bytes);
        return hash;
    }
}
