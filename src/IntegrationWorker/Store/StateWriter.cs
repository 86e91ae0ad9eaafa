using System.Text.Json;
using IntegrationWorker.Hosting;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>Writes the state document of a study.</summary>
/// <remarks>
/// One message sets many fields, so its <see cref="Write"/> stands once in <c>w</c> and fields name it by its place there. A field
/// is <c>[value, last, holder, others]</c>, a statement of another <c>[source, value, clock]</c>; what is null at the end of a
/// list is left out. What is written today is read by every later version: names, and places in lists, may be added only.
/// </remarks>
internal sealed class StateWriter
{
    private const int InstancesSearched = 8;

    // One study after the other is written: what the writer needs is kept for the next one.
    [ThreadStatic]
    private static StateWriter? _own;

    private readonly Dictionary<Write, int> _places = [];

    // Most fields share the instance too, of a few messages: comparing its texts each time costs more than all the writing.
    private readonly List<(Write Instance, int Place)> _instances = [];

    private Utf8JsonWriter _json = null!;

    private StateWriter()
    {
    }

    public static byte[] Write(StudyState state)
    {
        using var buffer = JsonBuffer.Rent();
        var writer = _own ??= new StateWriter();
        writer.Begin(buffer.Json);
        writer.WriteState(state);

        return buffer.ToArray();
    }

    private void Begin(Utf8JsonWriter json)
    {
        _json = json;
        _places.Clear();
        _instances.Clear();
    }

    private void WriteState(StudyState state)
    {
        _json.WriteStartObject();
        WriteWrites(state);
        WriteFields(state.Fields);
        WriteProcedures(state.Procedures);

        if (state.EnteredInError)
        {
            _json.WriteBoolean("e"u8, true);
        }

        if (state.RepeatedTimes is { } times)
        {
            WriteRepeatedTimes(times);
        }

        _json.WriteEndObject();
    }

    private void WriteWrites(StudyState state)
    {
        _json.WriteStartArray("w"u8);
        Collect(state.Fields);

        foreach (var procedure in state.Procedures)
        {
            Collect(procedure.Facts);
        }

        _json.WriteEndArray();
    }

    private void Collect(Dictionary<string, FieldState> fields)
    {
        foreach (var field in fields.Values)
        {
            Collect(field.Last);
            Collect(field.Holder);
        }
    }

    private void Collect(Write? write)
    {
        if (write is null || PlaceOfInstance(write) is not null)
        {
            return;
        }

        if (!_places.TryGetValue(write, out var place))
        {
            place = _places.Count;
            _places.Add(write, place);
            WriteWrite(write);
        }

        _instances.Add((write, place));
    }

    private int? PlaceOfInstance(Write write)
    {
        var oldest = Math.Max(0, _instances.Count - InstancesSearched);

        for (var i = _instances.Count - 1; i >= oldest; i--)
        {
            if (ReferenceEquals(_instances[i].Instance, write))
            {
                return _instances[i].Place;
            }
        }

        return null;
    }

    private void WriteWrite(Write write)
    {
        _json.WriteStartArray();
        _json.WriteStringValue(write.Source);
        _json.WriteNumberValue((int)write.Authority);
        WriteClock(write.Clock);

        if (write.Key is not null)
        {
            _json.WriteStringValue(write.Key);
        }

        _json.WriteEndArray();
    }

    private void WriteFields(Dictionary<string, FieldState> fields)
    {
        _json.WriteStartObject("f"u8);

        foreach (var (name, field) in fields)
        {
            _json.WriteStartArray(name);
            WriteField(field);
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private void WriteField(FieldState field)
    {
        var last = field.Others is not null ? 4 : field.Holder is not null ? 3 : field.Last is not null ? 2 : field.Value is not null ? 1 : 0;

        if (last > 0)
        {
            _json.WriteStringValue(field.Value);
        }

        if (last > 1)
        {
            WritePlace(field.Last);
        }

        if (last > 2)
        {
            WritePlace(field.Holder);
        }

        if (last > 3)
        {
            WriteOthers(field.Others!);
        }
    }

    private void WritePlace(Write? write)
    {
        if (write is null)
        {
            _json.WriteNullValue();
        }
        else
        {
            _json.WriteNumberValue(PlaceOfInstance(write) ?? _places[write]);
        }
    }

    private void WriteOthers(List<Said> others)
    {
        _json.WriteStartArray();

        foreach (var said in others)
        {
            _json.WriteStartArray();
            _json.WriteStringValue(said.Source);
            _json.WriteStringValue(said.Value);
            WriteClock(said.Clock);
            _json.WriteEndArray();
        }

        _json.WriteEndArray();
    }

    private void WriteProcedures(List<Procedure> procedures)
    {
        if (procedures.Count == 0)
        {
            return;
        }

        _json.WriteStartArray("p"u8);

        foreach (var procedure in procedures)
        {
            _json.WriteStartObject();
            _json.WriteString("k"u8, procedure.Key);
            _json.WritePropertyName("c"u8);
            WriteClock(procedure.FirstStated);
            WriteFields(procedure.Facts);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteRepeatedTimes(Dictionary<string, RepeatedTime> times)
    {
        _json.WriteStartObject("r"u8);

        foreach (var (name, time) in times)
        {
            _json.WriteStartArray(name);
            _json.WriteNumberValue(time.TransactionTicks);
            _json.WriteNumberValue(time.Messages);
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private void WriteClock(Clock clock)
    {
        Span<char> text = stackalloc char[Clock.CompactLengthMax];
        _json.WriteStringValue(text[..clock.WriteCompact(text)]);
    }
}
