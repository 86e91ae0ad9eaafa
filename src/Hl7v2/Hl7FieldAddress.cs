using System.Globalization;

namespace Hl7v2;

/// <summary>Where a value stands in a message, as people write it: <c>OBR-27.6</c>, <c>PV1-44</c>, <c>ZDS-1.1.2</c>.</summary>
/// <param name="Segment">The name of the segment: three capital letters or digits, the first one a letter.</param>
/// <param name="Field">The number of the field, from 1.</param>
/// <param name="Component">The number of the component, from 1; 0 for the whole field.</param>
/// <param name="Subcomponent">The number of the subcomponent, from 1; 0 for the whole component.</param>
public readonly record struct Hl7FieldAddress(string Segment, int Field, int Component = 0, int Subcomponent = 0)
{
    // HL7 v2.8 has no segment with more than 100 fields; a longer number is a slip of the finger.
    private const int DigitsMax = 3;

    /// <summary>Reads an address; false if it is none.</summary>
    /// <param name="text">For example <c>OBR-27.6</c>; null is no address.</param>
    /// <param name="address">The address, or the default value.</param>
    public static bool TryParse(string? text, out Hl7FieldAddress address)
    {
        address = default;
        if (text is not [var first, _, _, '-', ..]
            || !char.IsAsciiLetterUpper(first)
            || !IsNamePart(text[1])
            || !IsNamePart(text[2]))
        {
            return false;
        }

        var numbers = text[4..].Split('.');
        if (numbers.Length > 3
            || !TryNumber(numbers, 0, out var field)
            || !TryNumber(numbers, 1, out var component)
            || !TryNumber(numbers, 2, out var subcomponent))
        {
            return false;
        }

        address = new Hl7FieldAddress(text[..3], field, component, subcomponent);
        return true;
    }

    /// <summary>What stands there in a segment (of the first repetition, unless the whole field is meant); absent in a segment of another name.</summary>
    /// <param name="segment">The segment; may be absent.</param>
    public Hl7Field Of(Hl7Segment segment)
    {
        if (!segment.Is(Segment))
        {
            return default;
        }

        var field = segment[Field];
        var component = Component == 0 ? field : field.Component(Component);
        return Subcomponent == 0 ? component : component.Subcomponent(Subcomponent);
    }

    /// <summary>The address as people write it.</summary>
    public override string ToString() =>
        Component == 0 ? $"{Segment}-{Field}"
        : Subcomponent == 0 ? $"{Segment}-{Field}.{Component}"
        : $"{Segment}-{Field}.{Component}.{Subcomponent}";

    private static bool IsNamePart(char character) => char.IsAsciiLetterUpper(character) || char.IsAsciiDigit(character);

    private static bool TryNumber(string[] numbers, int index, out int number)
    {
        number = 0;
        return index >= numbers.Length
            || (numbers[index].Length <= DigitsMax
                && int.TryParse(numbers[index], NumberStyles.None, CultureInfo.InvariantCulture, out number)
                && number > 0);
    }
}
