namespace IntegrationWorker.Store.Sql;

/// <summary>A parameter of a statement.</summary>
/// <param name="Value">A string, a long, bytes, or null; an array of these when <paramref name="IsArray"/>.</param>
internal readonly record struct SqlValue(string Name, SqlKind Kind, object? Value, bool IsArray = false)
{
    public static SqlValue Text(string name, string? value) => new(name, SqlKind.Text, value);

    public static SqlValue Number(string name, long? value) => new(name, SqlKind.Number, value);

    public static SqlValue Time(string name, DateTimeOffset? value) => new(name, SqlKind.Number, StoreTime.ToMicroseconds(value));
}
