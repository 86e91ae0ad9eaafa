using System.Text;

namespace Hl7v2;

/// <summary>Appends one segment to a text, without the places in it that are excluded.</summary>
/// <remarks>
/// A part that is left out leaves its place, so that the parts behind it keep theirs. Where none is behind it, no delimiters
/// stay either: a message that sends the part and one that does not are the same content.
/// </remarks>
internal readonly struct Hl7Blanking(Hl7Delimiters delimiters, Hl7FieldAddress[] places, StringBuilder text)
{
    public void Append(Hl7Segment segment)
    {
        var start = text.Length;
        var field = segment.Is("MSH") ? 1 : 0; // the separator after MSH is its field 1
        foreach (var range in segment.Text.Split(delimiters.Field))
        {
            AppendField(segment.Text[range], field++);
            text.Append(delimiters.Field);
        }

        TrimEnd(start, delimiters.Field);
    }

    private void AppendField(ReadOnlySpan<char> sent, int field)
    {
        if (!IsTouched(field))
        {
            text.Append(sent);
            return;
        }

        var start = text.Length;
        foreach (var range in sent.Split(delimiters.Repetition))
        {
            AppendRepetition(sent[range], field);
            text.Append(delimiters.Repetition);
        }

        TrimEnd(start, delimiters.Repetition);
    }

    private void AppendRepetition(ReadOnlySpan<char> sent, int field)
    {
        if (IsExcluded(field, component: 0, subcomponent: 0))
        {
            return;
        }

        var start = text.Length;
        var component = 1;
        foreach (var range in sent.Split(delimiters.Component))
        {
            AppendComponent(sent[range], field, component++);
            text.Append(delimiters.Component);
        }

        TrimEnd(start, delimiters.Component);
    }

    private void AppendComponent(ReadOnlySpan<char> sent, int field, int component)
    {
        if (IsExcluded(field, component, subcomponent: 0))
        {
            return;
        }

        var start = text.Length;
        var subcomponent = 1;
        foreach (var range in sent.Split(delimiters.Subcomponent))
        {
            text.Append(IsExcluded(field, component, subcomponent++) ? default : sent[range]);
            text.Append(delimiters.Subcomponent);
        }

        TrimEnd(start, delimiters.Subcomponent);
    }

    private bool IsTouched(int field)
    {
        foreach (var place in places)
        {
            if (place.Field == field)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsExcluded(int field, int component, int subcomponent)
    {
        foreach (var place in places)
        {
            if (place.Field == field && place.Component == component && place.Subcomponent == subcomponent)
            {
                return true;
            }
        }

        return false;
    }

    // A delimiter that is not used is '\0': it splits nothing, and what was appended for it goes here.
    private void TrimEnd(int start, char delimiter)
    {
        var length = text.Length;
        while (length > start && text[length - 1] == delimiter)
        {
            length--;
        }

        text.Length = length;
    }
}
