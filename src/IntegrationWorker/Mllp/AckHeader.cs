using System.Buffers;
using System.Text;
using Hl7v2;

namespace IntegrationWorker.Mllp;

/// <summary>
/// MSH of the message that is answered, field by field as it was sent, byte for byte: each character stands for one byte.
/// Found in the bytes, so that a message whose character set cannot be read gets its answer too.
/// </summary>
internal sealed class AckHeader
{
    private const int FieldsMax = 20;
    private const char Escape = '\u001b';

    // Blank lines and a byte order mark may stand before it; anything else means that it is not the header.
    private static readonly SearchValues<byte> _beforeHeader = SearchValues.Create("\r\n \t\uFEFF"u8);

    private readonly string[] _fields;

    private AckHeader(Hl7Delimiters delimiters, string[] fields) => (Delimiters, _fields) = (delimiters, fields);

    /// <summary>What is known of a message without a usable MSH: nothing.</summary>
    public static AckHeader None { get; } = new(Hl7Delimiters.Usual, []);

    public Hl7Delimiters Delimiters { get; }

    /// <summary>MSH-12.1, trimmed; empty when it was not sent.</summary>
    public string Version => FirstOf(12);

    /// <summary>A field by its number, from 3; empty when it was not sent.</summary>
    public string this[int number] => number - 3 < _fields.Length ? _fields[number - 3] : "";

    /// <summary>The first component of a field, trimmed.</summary>
    public string FirstOf(int number) => ComponentOf(number, 1).Trim();

    /// <summary>A component of the first repetition as it was sent.</summary>
    public string ComponentOf(int number, int component) =>
        new Hl7Field(this[number], Delimiters).Component(component).Raw.ToString();

    public static AckHeader Of(ReadOnlySpan<byte> message)
    {
        var start = message.IndexOf("MSH"u8);

        if (start < 0 || message[..start].ContainsAnyExcept(_beforeHeader))
        {
            return None;
        }

        message = message[start..];
        var end = message.IndexOfAny((byte)'\r', (byte)'\n');
        var header = Encoding.Latin1.GetString(end < 0 ? message : message[..end]);

        // With an ordinary MSH-1 the fields can be told apart, whatever is wrong with MSH-2.
        return Hl7Delimiters.TryRead(header, out var delimiters) ? new AckHeader(delimiters, Split(header, delimiters.Field))
            : header.StartsWith("MSH|", StringComparison.Ordinal) ? new AckHeader(Hl7Delimiters.Usual, Split(header, '|'))
            : None;
    }

    // From MSH-3 on. Japanese text between its escape sequences holds the bytes of delimiters.
    private static string[] Split(string header, char separator)
    {
        var fields = new List<string>();
        var isTwoByte = false;
        var start = 0;

        for (var i = 0; i <= header.Length && fields.Count < FieldsMax; i++)
        {
            if (i < header.Length && header[i] == Escape && i + 1 < header.Length)
            {
                isTwoByte = header[i + 1] == '$';
            }
            else if (i == header.Length || (header[i] == separator && !isTwoByte))
            {
                fields.Add(header[start..i]);
                start = i + 1;
            }
        }

        return [.. fields.Skip(2)];
    }
}
