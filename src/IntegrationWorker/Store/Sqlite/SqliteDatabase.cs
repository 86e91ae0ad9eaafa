using System.Data.Common;
using IntegrationWorker.Store.Sql;
using Microsoft.Data.Sqlite;

namespace IntegrationWorker.Store.Sqlite;

/// <summary>A SQLite file: one writer at a time, readers beside it (WAL).</summary>
internal sealed class SqliteDatabase : Database
{
    private const int BusyMs = 30_000;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly string _connectionString;
    private SqliteWriter? _writer;
    private SqliteWriter? _relaxed;

    /// <param name="path">The file; its folder is made.</param>
    public SqliteDatabase(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        _connectionString = ConnectionStringFor(Path);
    }

    public string Path { get; }

    public override Dialect Dialect => SqliteDialect.Instance;

    public static string ConnectionStringFor(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = BusyMs / 1000 }.ToString();

    public override Task<SqlSession> BeginAsync(CancellationToken cancellationToken) => BeginAsync(relaxed: false, cancellationToken);

    public override Task<SqlSession> BeginRelaxedAsync(CancellationToken cancellationToken) => BeginAsync(relaxed: true, cancellationToken);

    public override async Task<SqlSession> ReadAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);

        try
        {
            await connection.OpenAsync(cancellationToken);
            Execute(connection, $"pragma busy_timeout = {BusyMs}; pragma query_only = 1");
            return new SqliteReadSession(this, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // One file, one machine: two processes on it would at worst publish an event twice.
    public override Task<bool> TryLeadAsync(string part, CancellationToken cancellationToken) => Task.FromResult(true);

    public override Task ResignAsync(string part) => Task.CompletedTask;

    public override bool IsConflict(DbException failure) =>
        failure is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_CONSTRAINT };

    public override async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync(CancellationToken.None);

        try
        {
            _writer?.Dispose();
            _relaxed?.Dispose();
            _writer = _relaxed = null;
            using var connection = new SqliteConnection(_connectionString);
            SqliteConnection.ClearPool(connection);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<SqlSession> BeginAsync(bool relaxed, CancellationToken cancellationToken)
    {
        // Waiting here is cheap and fair; SQLite's own waiting polls, and is left to writers of other processes.
        await _gate.WaitAsync(cancellationToken);

        try
        {
            var writer = relaxed ? _relaxed ??= OpenWriter("normal") : _writer ??= OpenWriter("full");
            writer.Begin();
            return new SqliteWriteSession(this, writer, _gate);
        }
        catch
        {
            _gate.Release();
            throw;
        }
    }

    private SqliteWriter OpenWriter(string synchronous)
    {
        var connection = new SqliteConnection($"{_connectionString};Pooling=False");

        try
        {
            connection.Open();
            Execute(connection, $"""
                pragma busy_timeout = {BusyMs};
                pragma journal_mode = wal;
                pragma synchronous = {synchronous};
                pragma temp_store = memory;
                pragma cache_size = -32768;
                pragma wal_autocheckpoint = 8000;
                pragma journal_size_limit = 67108864;
                """);
            return new SqliteWriter(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
