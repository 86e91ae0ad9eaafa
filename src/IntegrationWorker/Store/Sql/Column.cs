namespace IntegrationWorker.Store.Sql;

/// <summary>What a value is to the database.</summary>
internal enum SqlKind
{
    Text,

    /// <summary>A 64-bit integer; also instants, enums, yes and no.</summary>
    Number,
    Bytes,

    /// <summary>UTF-8 bytes here, text there: JSON never becomes a string on its way.</summary>
    Json,
}

/// <summary>One column of the rows that a statement takes: its name in SQL and how it is read from an item.</summary>
internal sealed class Column<T>
{
    private Column(string name, SqlKind kind)
    {
        Name = name;
        Kind = kind;
    }

    public string Name { get; }

    public SqlKind Kind { get; }

    public Func<T, string?> ReadText { get; private init; } = _ => null;

    public Func<T, long?> ReadNumber { get; private init; } = _ => null;

    public Func<T, ReadOnlyMemory<byte>> ReadBytes { get; private init; } = _ => default;

    public static Column<T> Text(string name, Func<T, string?> read) => new(name, SqlKind.Text) { ReadText = read };

    public static Column<T> Number(string name, Func<T, long?> read) => new(name, SqlKind.Number) { ReadNumber = read };

    public static Column<T> Time(string name, Func<T, DateTimeOffset?> read) =>
        new(name, SqlKind.Number) { ReadNumber = item => StoreTime.ToMicroseconds(read(item)) };

    public static Column<T> Bytes(string name, Func<T, ReadOnlyMemory<byte>> read) => new(name, SqlKind.Bytes) { ReadBytes = read };

    public static Column<T> Json(string name, Func<T, ReadOnlyMemory<byte>> read) => new(name, SqlKind.Json) { ReadBytes = read };
}
