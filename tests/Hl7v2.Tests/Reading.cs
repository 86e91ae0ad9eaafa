using System.Text;

namespace Hl7v2.Tests;

/// <summary>Reads whatever can be read, the way a mapper would, so that tests can say "it does not throw".</summary>
internal static class Reading
{
    private static readonly TimeZoneInfo Chicago = TimeZoneInfo.FindSystemTimeZoneById("America/Chicago");

    private static readonly Hl7FieldAddress[] Exclude = [new("PID", 5, 1), new("OBR", 4, 2), new("MSH", 9, 1, 1), new("PV1", 44)];

    /// <summary>Decodes and reads everything; returns how many characters of text came out.</summary>
    public static int Everything(ReadOnlySpan<byte> body)
    {
        var decoded = Hl7Decoder.Decode(body, defaultCharset: null);

        Assert.NotEmpty(decoded.Charset);
        Assert.Equal(decoded.Fault == Hl7ReadFault.None, decoded.Message is not null);
        return decoded.Message is null ? 0 : Everything(decoded.Message);
    }

    private static int Everything(Hl7Message message)
    {
        var length = Hl7Canonical.ToText(message, blankMessageTime: true, Exclude).Length;
        for (var index = 0; index < message.Count; index++)
        {
            var segment = message[index];
            for (var number = 1; number <= segment.FieldCount; number++)
            {
                length += Everything(segment[number]);
            }
        }

        return length;
    }

    private static int Everything(Hl7Field field)
    {
        var length = 0;
        foreach (var repetition in field.Repetitions)
        {
            for (var number = 1; number <= 3; number++)
            {
                var component = repetition.Component(number);
                length += Text(component).Length + Text(component.Subcomponent(2)).Length;
                if (Hl7DateTime.TryParse(component.Raw, out var time))
                {
                    length += time.ToRfc3339(Chicago, time.OffsetOutside(Chicago)).Length;
                }
            }
        }

        return length;
    }

    private static string Text(Hl7Field field)
    {
        List<string>? unknown = null;
        var text = field.ToText(ref unknown);

        Assert.DoesNotContain('\0', text);
        Assert.True(IsWellFormed(text), "unpaired surrogate");
        return text;
    }

    private static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
            {
                return text.Contains('\uFFFD'); // sent as such, not put in by the enumeration
            }
        }

        return true;
    }
}
