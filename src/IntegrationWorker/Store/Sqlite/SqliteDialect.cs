using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>Many rows reach SQLite as one JSON array of arrays, and all their bytes as one blob that is cut there.</summary>
/// <remarks>
/// Bytes inside the JSON would have to be escaped here and unescaped there: most of what a batch writes is bytes. The JSON itself
/// is a blob too, cast there without a copy of its own as a string here.
/// </remarks>
internal sealed class SqliteDialect : Dialect
{
    private static readonly JsonWriterOptions _relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static SqliteDialect Instance { get; } = new();

    public override int Number => 0;

    public override string ForUpdate => "";

    public override string ForUpdateOfFree => "";

    public override string Now => "cast(unixepoch('now', 'subsec') * 1000000 as integer)";

    public override string RowSource<T>(IReadOnlyList<Column<T>> columns)
    {
        var names = new List<string>();
        var place = 0;

        foreach (var column in columns)
        {
            names.Add(column.Kind switch
            {
                SqlKind.Bytes => $"substr(@r_bytes, value ->> {place}, value ->> {place + 1}) as {column.Name}",
                SqlKind.Json => $"cast(substr(@r_bytes, value ->> {place}, value ->> {place + 1}) as text) as {column.Name}",
                _ => $"value ->> {place} as {column.Name}",
            });
            place += IsInBlob(column) ? 2 : 1;
        }

        return $"(select {string.Join(", ", names)} from json_each(cast(@r_rows as text))) as r";
    }

    public override void BindRows<T>(IReadOnlyList<Column<T>> columns, IReadOnlyCollection<T> rows, List<SqlValue> parameters)
    {
        var json = new ArrayBufferWriter<byte>(rows.Count * columns.Count * 24);
        var values = new List<ReadOnlyMemory<byte>>();
        var bytes = 0;

        using (var writer = new Utf8JsonWriter(json, _relaxed))
        {
            writer.WriteStartArray();

            foreach (var row in rows)
            {
                writer.WriteStartArray();

                foreach (var column in columns)
                {
                    if (IsInBlob(column))
                    {
                        var value = column.ReadBytes(row);
                        writer.WriteNumberValue(bytes + 1); // substr counts from 1
                        writer.WriteNumberValue(value.Length);
                        values.Add(value);
                        bytes += value.Length;
                    }
                    else
                    {
                        Write(writer, column, row);
                    }
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        parameters.Add(new SqlValue("r_rows", SqlKind.Bytes, json.WrittenSpan.ToArray()));

        if (columns.Any(IsInBlob))
        {
            parameters.Add(new SqlValue("r_bytes", SqlKind.Bytes, Join(values, bytes)));
        }
    }

    private static void Write<T>(Utf8JsonWriter writer, Column<T> column, T row)
    {
        if (column.Kind == SqlKind.Text)
        {
            writer.WriteStringValue(column.ReadText(row)); // null becomes a JSON null
        }
        else if (column.ReadNumber(row) is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static byte[] Join(List<ReadOnlyMemory<byte>> values, int bytes)
    {
        var joined = new byte[bytes];
        var at = 0;

        foreach (var value in values)
        {
            value.CopyTo(joined.AsMemory(at));
            at += value.Length;
        }

        return joined;
    }

    private static bool IsInBlob<T>(Column<T> column) => column.Kind is SqlKind.Bytes or SqlKind.Json;
}
