using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.PostgreSql;

/// <summary>Many rows reach PostgreSQL as one array for each column.</summary>
internal sealed class PostgreSqlDialect : Dialect
{
    public static PostgreSqlDialect Instance { get; } = new();

    public override int Number => 1;

    public override string ForUpdate => "for update";

    public override string ForUpdateOfFree => "for update skip locked";

    public override string Now => "(extract(epoch from clock_timestamp()) * 1000000)::bigint";

    public override string RowSource<T>(IReadOnlyList<Column<T>> columns) =>
        $"unnest({string.Join(", ", columns.Select(ParameterOf))}) as r({string.Join(", ", columns.Select(column => column.Name))})";

    public override void BindRows<T>(IReadOnlyList<Column<T>> columns, IReadOnlyCollection<T> rows, List<SqlValue> parameters)
    {
        foreach (var column in columns)
        {
            parameters.Add(new SqlValue("r_" + column.Name, column.Kind, ArrayOf(column, rows), IsArray: true));
        }
    }

    private static string ParameterOf<T>(Column<T> column) => "@r_" + column.Name;

    private static object ArrayOf<T>(Column<T> column, IReadOnlyCollection<T> rows) => column.Kind switch
    {
        SqlKind.Text => rows.Select(column.ReadText).ToArray(),
        SqlKind.Number => rows.Select(column.ReadNumber).ToArray(),
        _ => rows.Select(column.ReadBytes).ToArray(),
    };
}
