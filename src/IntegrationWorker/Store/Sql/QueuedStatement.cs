using System.Data.Common;

namespace IntegrationWorker.Store.Sql;

/// <summary>A statement with its parameters, ready to run.</summary>
/// <param name="Read">Called for each row of the answer; null when the statement answers no rows.</param>
/// <param name="RowsExpected">How many rows must be affected; null when any number is right.</param>
internal sealed record QueuedStatement(string Text, IReadOnlyList<SqlValue> Parameters, Action<DbDataReader>? Read, int? RowsExpected)
{
    public void CheckAffected(long rows)
    {
        if (RowsExpected is { } expected && rows != expected)
        {
            throw new StoreConflictException($"{rows} of {expected} rows could be written: another transaction was first.");
        }
    }
}
