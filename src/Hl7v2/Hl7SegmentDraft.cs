using System.Text;

namespace Hl7v2;

/// <summary>A segment that <see cref="Hl7Writer"/> is writing: its fields by number, each a list of escaped components.</summary>
internal sealed class Hl7SegmentDraft(string name, Hl7Delimiters delimiters)
{
    private readonly SortedDictionary<int, List<string>> _fields = [];

    private bool IsHeader => name == "MSH";

    public void SetField(int number, string raw)
    {
        CheckNumber(number);
        _fields[number] = [raw];
    }

    public void SetComponent(int number, int component, string raw)
    {
        CheckNumber(number);
        ArgumentOutOfRangeException.ThrowIfLessThan(component, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(component, delimiters.Component == '\0' ? 1 : int.MaxValue);

        if (!_fields.TryGetValue(number, out var components))
        {
            _fields[number] = components = [];
        }

        while (components.Count < component)
        {
            components.Add(string.Empty);
        }

        components[component - 1] = raw;
    }

    public void AppendTo(StringBuilder text)
    {
        text.Append(name);
        var last = 0;
        if (IsHeader)
        {
            AppendHeader(text);
            last = 2;
        }

        foreach (var (number, components) in _fields)
        {
            var field = components is [var whole]
                ? whole
                : string.Join(delimiters.Component, components).TrimEnd(delimiters.Component);
            if (field.Length > 0)
            {
                text.Append(delimiters.Field, number - last).Append(field);
                last = number;
            }
        }
    }

    private void AppendHeader(StringBuilder text)
    {
        text.Append(delimiters.Field);
        foreach (var character in (ReadOnlySpan<char>)
            [delimiters.Component, delimiters.Repetition, delimiters.Escape, delimiters.Subcomponent])
        {
            if (character != '\0')
            {
                text.Append(character);
            }
        }
    }

    private void CheckNumber(int number) => ArgumentOutOfRangeException.ThrowIfLessThan(number, IsHeader ? 3 : 1);
}
