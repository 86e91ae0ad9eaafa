using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationWorker.Studies;

/// <summary>When a source said something: transaction time, then message time, then sequence number.</summary>
/// <remarks>
/// The transaction time survives a resend with a new message time, and so does the order of what was said.
/// A tie in all three leaves the order of arrival. docs/mapping.md §6.1.
/// </remarks>
/// <param name="IsMessageTime">The message named no transaction time (ORC-9 …): its message time stands for it. Not compared.</param>
[JsonConverter(typeof(ClockConverter))]
internal sealed record Clock(Moment Transaction, Moment Message, long? Sequence, bool IsMessageTime = false)
{
    /// <summary>A mark, two moments of at most 48 characters, a number of at most 20, and what stands between them.</summary>
    public const int CompactLengthMax = 128;

    /// <summary>Marks <see cref="IsMessageTime"/> in the compact form.</summary>
    private const char MessageTimeMark = 'm';

    public static Clock At(DateTimeOffset instant) => new(Moment.At(instant), Moment.At(instant), null);

    /// <summary>Below zero: this is older. Above zero: newer. Zero: a tie, the later arrival counts as newer.</summary>
    public int CompareTo(Clock other)
    {
        var order = Transaction.CompareTo(other.Transaction);

        if (order == 0)
        {
            order = Message.CompareTo(other.Message);
        }

        if (order == 0 && Sequence is { } mine && other.Sequence is { } theirs)
        {
            order = mine.CompareTo(theirs);
        }

        return order;
    }

    public bool IsOlderThan(Clock other) => CompareTo(other) < 0;

    public bool IsNewerThan(Clock other) => CompareTo(other) > 0;

    public string ToCompact()
    {
        Span<char> text = stackalloc char[CompactLengthMax];
        return new string(text[..WriteCompact(text)]);
    }

    /// <summary>Writes the compact form. Returns its length.</summary>
    /// <param name="text">Of <see cref="CompactLengthMax"/>.</param>
    public int WriteCompact(Span<char> text)
    {
        var length = 0;

        if (IsMessageTime)
        {
            text[length++] = MessageTimeMark;
        }

        length += Transaction.WriteCompact(text[length..]);

        if (Message != Transaction)
        {
            text[length++] = ';';
            length += Message.WriteCompact(text[length..]);
        }

        if (Sequence is { } sequence)
        {
            ReadOnlySpan<char> separator = Message == Transaction ? ";;" : ";";
            separator.CopyTo(text[length..]);
            length += separator.Length;
            sequence.TryFormat(text[length..], out var digits, provider: CultureInfo.InvariantCulture);
            length += digits;
        }

        return length;
    }

    public static Clock FromCompact(ReadOnlySpan<char> text)
    {
        var isMessageTime = text is [MessageTimeMark, ..];
        text = isMessageTime ? text[1..] : text;
        Span<Range> parts = stackalloc Range[4];
        var count = text.Split(parts, ';');
        var transaction = Moment.FromCompact(text[parts[0]]);
        var message = count > 1 && !text[parts[1]].IsEmpty ? Moment.FromCompact(text[parts[1]]) : transaction;
        long? sequence = count > 2 ? long.Parse(text[parts[2]], CultureInfo.InvariantCulture) : null;

        return new Clock(transaction, message, sequence, isMessageTime);
    }
}

/// <summary>A clock is one short text in the state document: a study has dozens of them.</summary>
internal sealed class ClockConverter : JsonConverter<Clock>
{
    public override Clock Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Clock.FromCompact(reader.GetString());

    public override void Write(Utf8JsonWriter writer, Clock value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToCompact());
}
