namespace IntegrationWorker.Store.Sql;

/// <summary>A statement text for both databases. Each dialect fills in the words in braces once.</summary>
/// <remarks>
/// <c>{for update}</c> locks the selected rows where several writers exist; <c>{for update of free}</c> leaves out those that another one has;
/// <c>{now}</c> is the time by the clock of the database, in microseconds since 1970.
/// </remarks>
internal class Statement(string sql)
{
    private readonly string?[] _texts = new string?[Dialect.Count];

    public string TextFor(Dialect dialect) => _texts[dialect.Number] ??= Render(dialect);

    protected virtual string Render(Dialect dialect) => sql
        .Replace("{for update}", dialect.ForUpdate, StringComparison.Ordinal)
        .Replace("{for update of free}", dialect.ForUpdateOfFree, StringComparison.Ordinal)
        .Replace("{now}", dialect.Now, StringComparison.Ordinal);
}

/// <summary>A statement that takes many rows at once: <c>{rows}</c> is a table named <c>r</c> with these columns.</summary>
internal sealed class Statement<T>(string sql, params Column<T>[] columns) : Statement(sql)
{
    public Column<T>[] Columns => columns;

    protected override string Render(Dialect dialect) =>
        base.Render(dialect).Replace("{rows}", dialect.RowSource(columns), StringComparison.Ordinal);
}
