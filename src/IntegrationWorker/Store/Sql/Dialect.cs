namespace IntegrationWorker.Store.Sql;

/// <summary>What the two databases say differently.</summary>
internal abstract class Dialect
{
    public const int Count = 2;

    /// <summary>Index into the rendered texts of a statement.</summary>
    public abstract int Number { get; }

    /// <summary>Locks the rows that a select found, or nothing where there is one writer only.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Locks the rows that a select found and nobody else has, and leaves out the others.</summary>
    public abstract string ForUpdateOfFree { get; }

    /// <summary>Microseconds since 1970-01-01 UTC by the clock of the database, which all workers share.</summary>
    public abstract string Now { get; }

    /// <summary>A table expression named <c>r</c> over the parameters of <see cref="BindRows"/>.</summary>
    public abstract string RowSource<T>(IReadOnlyList<Column<T>> columns);

    /// <summary>The parameters that hold the rows.</summary>
    public abstract void BindRows<T>(IReadOnlyList<Column<T>> columns, IReadOnlyCollection<T> rows, List<SqlValue> parameters);
}
