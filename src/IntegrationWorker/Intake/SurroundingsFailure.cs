using System.Net.Sockets;
using IntegrationWorker.Store;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace IntegrationWorker.Intake;

/// <summary>Tells a failure of the surroundings (database, disk, network) from one that lies in a message or in this program.</summary>
internal static class SurroundingsFailure
{
    // Busy, locked, no memory, read-only, disk error, damaged, full, cannot open, locking protocol, not a database.
    private static readonly int[] _sqlite = [5, 6, 7, 8, 10, 11, 13, 14, 15, 26];

    // Connection, refused user, transaction rollback, out of resources, operator intervention, system error, internal error.
    private static readonly string[] _postgresClasses = ["08", "28", "40", "53", "57", "58", "XX"];

    public static bool Is(Exception failure) => failure switch
    {
        StoreConflictException => true, // Nobody's fault: another transaction was first.
        TimeoutException or SocketException or IOException => true,
        SqliteException sqlite => _sqlite.Contains(sqlite.SqliteErrorCode),
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction || _postgresClasses.Contains(postgres.SqlState[..2]),
        NpgsqlException => true,
        AggregateException several => several.InnerExceptions.Any(Is),
        { InnerException: { } inner } => Is(inner),
        _ => false,
    };

    /// <summary>The kind of a failure without its text, which may hold what a message said.</summary>
    public static string Describe(Exception failure) => failure switch
    {
        SqliteException sqlite => $"SQLite error {sqlite.SqliteErrorCode}",
        PostgresException postgres => $"PostgreSQL error {postgres.SqlState}",
        { InnerException: { } inner } => $"{failure.GetType().Name} ({Describe(inner)})",
        _ => failure.GetType().Name,
    };
}
