using System.Net.Sockets;
using IntegrationWorker.Store;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace IntegrationWorker.Intake;

/// <summary>What is wrong with the database, in a sentence for those who run the worker.</summary>
/// <remarks>
/// Never the failure's own text, which may hold what a message said, or an address, a user and the like: whoever reaches
/// the health endpoint reads this.
/// </remarks>
internal static class FailureText
{
    public static string Explain(Exception failure) => $"{Sentence(failure)} ({SurroundingsFailure.Describe(failure)})";

    private static string Sentence(Exception failure) => failure switch
    {
        StoreConflictException => "Another transaction was first: do it again.",
        PostgresException postgres => Sentence(postgres.SqlState),
        SqliteException sqlite => Sentence(sqlite.SqliteErrorCode),
        SocketException socket => Sentence(socket.SocketErrorCode),
        TimeoutException => "The database does not answer in time.",
        { InnerException: { } inner } => Sentence(inner),
        NpgsqlException => "The connection to the database has ended.",
        IOException => "A file or a connection cannot be read or written.",
        UnauthorizedAccessException => "The worker may not write where its store is.",
        _ => "The database does not work.",
    };

    private static string Sentence(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "No database listens where the settings say: it is down, or host or port of Store:ConnectionString are wrong.",
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "The host in Store:ConnectionString is not known here.",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown => "There is no way through the network to the database.",
        SocketError.TimedOut => "The database does not answer in time.",
        _ => "The connection to the database has ended.",
    };

    // PostgreSQL, appendix A.
    private static string Sentence(string state) => state switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "The database refuses the user: name or password in Store:ConnectionString are wrong, or the server does not let this user in from here.",
        PostgresErrorCodes.InvalidCatalogName => "The server has no database of the name in Store:ConnectionString.",
        PostgresErrorCodes.InsufficientPrivilege => "The user in Store:ConnectionString may not do this in the database.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "The database takes no changes: it is a standby, or was set to read-only.",
        PostgresErrorCodes.DiskFull => "The database's disk is full.",
        PostgresErrorCodes.OutOfMemory => "The database has no memory left; raise max_locks_per_transaction if many workers run.",
        PostgresErrorCodes.TooManyConnections => "The database has no connection left for this user.",
        PostgresErrorCodes.CannotConnectNow => "The database is starting or stopping.",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown => "The database is being stopped, or somebody has ended the connection.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
            "The tables are not those of this version: run the verb migrate, or set Store:MigrateAtStart to true.",
        _ => "The database does not work.",
    };

    // https://www.sqlite.org/rescode.html
    private static string Sentence(int code) => code switch
    {
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => "Another program keeps the store's file locked.",
        SQLitePCL.raw.SQLITE_FULL => "The disk is full.",
        SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_PERM => "The worker may not write to the store's file.",
        SQLitePCL.raw.SQLITE_CANTOPEN => "The store's file cannot be opened: look at Store:Path and its folder.",
        SQLitePCL.raw.SQLITE_IOERR => "The disk fails.",
        SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB => "The store's file is damaged, or is no store: restore it from a backup.",
        _ => "The database does not work.",
    };
}
