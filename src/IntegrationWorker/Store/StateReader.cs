using System.Text.Json;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>Reads what <see cref="StateWriter"/> wrote, of this version or an earlier one.</summary>
internal ref struct StateReader
{
    // What a study of a hospital with orders and results has; more are taken all the same.
    private const int StudyFieldsExpected = 22;
    private const int FactsExpected = 8;

    private Utf8JsonReader _json;
    private List<Write> _writes;

    private StateReader(ReadOnlySpan<byte> json)
    {
        _json = new Utf8JsonReader(json);
        _writes = [];
    }

    /// <exception cref="JsonException">The document is damaged, or a later version wrote it.</exception>
    public static StudyState Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return new StateReader(json).ReadState();
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException)
        {
            throw Damaged(); // A token of another kind, a clock that is none, a place that is not there.
        }
    }

    private StudyState ReadState()
    {
        Dictionary<string, FieldState>? fields = null;
        List<Procedure> procedures = [];
        Dictionary<string, RepeatedTime>? times = null;
        var enteredInError = false;
        Expect(JsonTokenType.StartObject);

        while (Next() == JsonTokenType.PropertyName)
        {
            switch (ReadName())
            {
                case "w":
                    _writes = ReadWrites();
                    break;
                case "f":
                    fields = ReadFields(StudyFieldsExpected);
                    break;
                case "p":
                    procedures = ReadProcedures();
                    break;
                case "e":
                    Next();
                    enteredInError = _json.GetBoolean();
                    break;
                case "r":
                    times = ReadRepeatedTimes();
                    break;
                default:
                    throw Damaged();
            }
        }

        return new StudyState { Fields = fields ?? new(StringComparer.Ordinal), Procedures = procedures, EnteredInError = enteredInError, RepeatedTimes = times };
    }

    private List<Write> ReadWrites()
    {
        var writes = new List<Write>();
        Expect(JsonTokenType.StartArray);

        while (NextIs(JsonTokenType.StartArray))
        {
            Next();
            var source = ReadName();
            var authority = (Authority)ReadNumber();
            var clock = ReadClock();
            string? key = null;

            if (NextIs(JsonTokenType.String))
            {
                key = _json.GetString();
                Expect(JsonTokenType.EndArray);
            }

            writes.Add(new Write(source, authority, clock, key));
        }

        return writes;
    }

    private Dictionary<string, FieldState> ReadFields(int expected)
    {
        var fields = new Dictionary<string, FieldState>(expected, StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject);

        while (Next() == JsonTokenType.PropertyName)
        {
            var name = ReadName();
            Expect(JsonTokenType.StartArray);
            fields.Add(name, ReadField());
        }

        return fields;
    }

    private FieldState ReadField()
    {
        var field = new FieldState();

        for (var place = 0; Next() != JsonTokenType.EndArray; place++)
        {
            switch (place)
            {
                case 0:
                    field.Value = _json.GetString();
                    break;
                case 1:
                    field.Last = WriteAt();
                    break;
                case 2:
                    field.Holder = WriteAt();
                    break;
                case 3:
                    field.Others = ReadOthers();
                    break;
                default:
                    throw Damaged();
            }
        }

        return field;
    }

    private readonly Write? WriteAt() => _json.TokenType == JsonTokenType.Null ? null : _writes[_json.GetInt32()];

    private List<Said> ReadOthers()
    {
        var others = new List<Said>();
        ExpectHere(JsonTokenType.StartArray);

        while (NextIs(JsonTokenType.StartArray))
        {
            others.Add(new Said(ReadText()!, ReadText(), ReadClock()));
            Expect(JsonTokenType.EndArray);
        }

        return others;
    }

    private List<Procedure> ReadProcedures()
    {
        var procedures = new List<Procedure>();
        Expect(JsonTokenType.StartArray);

        while (NextIs(JsonTokenType.StartObject))
        {
            procedures.Add(ReadProcedure());
        }

        return procedures;
    }

    private Procedure ReadProcedure()
    {
        string? key = null;
        Clock? firstStated = null;
        Dictionary<string, FieldState>? facts = null;

        while (Next() == JsonTokenType.PropertyName)
        {
            switch (ReadName())
            {
                case "k":
                    key = ReadText();
                    break;
                case "c":
                    firstStated = ReadClock();
                    break;
                case "f":
                    facts = ReadFields(FactsExpected);
                    break;
                default:
                    throw Damaged();
            }
        }

        return new Procedure { Key = key ?? throw Damaged(), FirstStated = firstStated ?? throw Damaged(), Facts = facts ?? new(StringComparer.Ordinal) };
    }

    private Dictionary<string, RepeatedTime> ReadRepeatedTimes()
    {
        var times = new Dictionary<string, RepeatedTime>(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject);

        while (Next() == JsonTokenType.PropertyName)
        {
            var name = _json.GetString()!;
            Expect(JsonTokenType.StartArray);
            times.Add(name, new RepeatedTime(ReadNumber(), (int)ReadNumber()));
            Expect(JsonTokenType.EndArray);
        }

        return times;
    }

    private string? ReadText()
    {
        Next();
        return _json.GetString();
    }

    private long ReadNumber()
    {
        Next();
        return _json.GetInt64();
    }

    private Clock ReadClock()
    {
        Next();

        if (_json.ValueSpan.Length > Clock.CompactLengthMax)
        {
            throw Damaged();
        }

        Span<char> text = stackalloc char[Clock.CompactLengthMax];
        return Clock.FromCompact(text[.._json.CopyString(text)]);
    }

    /// <summary>The name of the field or the source at hand: the same few in all studies.</summary>
    private readonly string ReadName()
    {
        if (_json.ValueSpan.Length > NamePool.NameLengthMax)
        {
            return _json.GetString()!;
        }

        Span<char> name = stackalloc char[NamePool.NameLengthMax];
        return NamePool.Get(name[.._json.CopyString(name)]);
    }

    private JsonTokenType Next() => _json.Read() ? _json.TokenType : throw Damaged();

    /// <summary>One more item of that type; false at the end of the list.</summary>
    private bool NextIs(JsonTokenType type)
    {
        if (Next() == JsonTokenType.EndArray)
        {
            return false;
        }

        ExpectHere(type);
        return true;
    }

    private void Expect(JsonTokenType type)
    {
        Next();
        ExpectHere(type);
    }

    private readonly void ExpectHere(JsonTokenType type)
    {
        if (_json.TokenType != type)
        {
            throw Damaged();
        }
    }

    // No word of the document: it holds what messages said.
    private static JsonException Damaged() => new("A state document is not as this version writes it.");
}
