using System.Text;

namespace IntegrationWorker.Mapping;

/// <summary>Text as the study keeps it: runs of control characters and line breaks are one space, ends are trimmed. docs/mapping.md §3.3.</summary>
internal static class CleanText
{
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f')
            && text.AsSpan().IndexOfAny('\u2028', '\u2029') < 0)
        {
            return text.Trim();
        }

        var builder = new StringBuilder(text.Length);

        foreach (var character in text)
        {
            var isBreak = char.IsControl(character) || character is '\u2028' or '\u2029';

            if (!isBreak)
            {
                builder.Append(character);
            }
            else if (builder.Length > 0 && builder[^1] != ' ')
            {
                builder.Append(' ');
            }
        }

        return builder.ToString().Trim();
    }
}
