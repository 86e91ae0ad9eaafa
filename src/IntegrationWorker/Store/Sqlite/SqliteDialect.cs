using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>Many rows reach SQLite as one JSON array of arrays, and all their bytes as one blob that is cut there.</summary>
/// <remarks>Bytes inside the JSON would have to be escaped here and unescaped there: most of what a batch writes is bytes.</remarks>
internal sealed class SqliteDialect : Dialect
{
    private static readonly JsonWriterOptions _relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static SqliteDialect Instance { get; } = new();

    public override int Number => 0;

    public override string ForUpdate => "";

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
            place += column.Kind is SqlKind.Bytes or SqlKind.Json ? 2 : 1;
        }

        return $"(select {string.Join(", ", names)} from json_each(@r_rows)) as r";
    }

    public override void BindRows<T>(IReadOnlyList<Column<T>> columns, IReadOnlyCollection<T> rows, List<SqlValue> parameters)
    {
        var json = new ArrayBufferWriter<byte>(rows.Count * columns.Count * 24);
        var bytes = new ArrayBufferWriter<byte>();

        using (var writer = new Utf8JsonWriter(json, _relaxed))
        {
            writer.WriteStartArray();

            foreach (var row in rows)
            {
                writer.WriteStartArray();

                foreach (var column in columns)
                {
                    Write(writer, column, row, bytes);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        parameters.Add(SqlValue.Text("r_rows", Encoding.UTF8.GetString(json.WrittenSpan)));

        if (columns.Any(column => column.Kind is SqlKind.Bytes or SqlKind.Json))
        {
            parameters.Add(new SqlValue("r_bytes", SqlKind.Bytes, bytes.WrittenSpan.ToArray()));
        }
    }

    private static void Write<T>(Utf8JsonWriter writer, Column<T> column, T row, ArrayBufferWriter<byte> bytes)
    {
        switch (column.Kind)
        {
            case SqlKind.Text:
                writer.WriteStringValue(column.ReadText(row)); // null becomes a JSON null
                break;
            case SqlKind.Number when column.ReadNumber(row) is { } number:
                writer.WriteNumberValue(number);
                break;
            case SqlKind.Number:
                writer.WriteNullValue();
                break;
            default:
                var value = column.ReadBytes(row).Span;
                writer.WriteNumberValue(bytes.WrittenCount + 1); // substr counts from 1
                writer.WriteNumberValue(value.Length);
                bytes.Write(value);
                break;
        }
    }
}
