using System.Data.Common;
using IntegrationWorker.Store.Sql;
using Npgsql;

namespace IntegrationWorker.Store.PostgreSql;

/// <summary>A PostgreSQL database that several workers share.</summary>
internal sealed class PostgreSqlDatabase : Database
{
    // All our look-ups are index hits. A plan made while the tables were empty would scan them instead, and is kept;
    // so the planner may not consider it. Helpers of a server process take longer to start than such a look-up. Nothing else of the server is touched.
    private const string SessionOptions =
        "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c max_parallel_workers_per_gather=0 -c idle_in_transaction_session_timeout=60s";

    // A batch writes and reads some hundred kilobytes: with eight at a time, which is usual, each eight are a call into the kernel.
    private const int WireBufferSize = 128 * 1024;

    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, NpgsqlConnection> _parts = new(StringComparer.Ordinal);

    public PostgreSqlDatabase(string connectionString)
    {
        // No transaction leaves a trace in its session, so nothing has to be reset when it goes back to the pool.
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            ReadBufferSize = WireBufferSize,
            WriteBufferSize = WireBufferSize,
        };
        settings.Options = string.IsNullOrEmpty(settings.Options) ? SessionOptions : $"{SessionOptions} {settings.Options}";
        settings.ApplicationName ??= "integration-worker";
        ConnectionString = settings.ConnectionString;
        _source = NpgsqlDataSource.Create(settings);
    }

    public string ConnectionString { get; }

    public override Dialect Dialect => PostgreSqlDialect.Instance;

    public override async Task<SqlSession> BeginAsync(CancellationToken cancellationToken)
    {
        var connection = await _source.OpenConnectionAsync(cancellationToken);

        try
        {
            var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
            return new PostgreSqlSession(this, connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override async Task<SqlSession> BeginRelaxedAsync(CancellationToken cancellationToken)
    {
        var session = await BeginAsync(cancellationToken);
        session.Add(_relax, [], static _ => { }); // Sent with the first statement of the transaction, and gone with it.
        return session;
    }

    public override async Task<SqlSession> ReadAsync(CancellationToken cancellationToken) =>
        new PostgreSqlSession(this, await _source.OpenConnectionAsync(cancellationToken), transaction: null);

    public override async Task<SqlSession> SearchAsync(CancellationToken cancellationToken)
    {
        var session = await ReadAsync(cancellationToken);
        session.Add(_planAnew, [], static _ => { }); // What is sent together is one transaction: it is over with its answer.
        return session;
    }

    /// <summary>How many locks the server holds for all of its sessions together, at least.</summary>
    public async Task<long> CountLockSlotsAsync(CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(
            "select current_setting('max_locks_per_transaction')::bigint * current_setting('max_connections')::bigint");

        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <remarks>The part is a lock of a connection that is used for nothing else: it ends with the process, or with the network.</remarks>
    public override async Task<bool> TryLeadAsync(string part, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);

        try
        {
            if (_parts.TryGetValue(part, out var held))
            {
                if (await AnswersAsync(held, cancellationToken))
                {
                    return true;
                }

                _parts.Remove(part);
                await held.DisposeAsync();
            }

            return await TryTakeAsync(part, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public override async Task ResignAsync(string part)
    {
        await _gate.WaitAsync(CancellationToken.None);

        try
        {
            if (_parts.Remove(part, out var connection))
            {
                await UnlockAsync(connection);
                await connection.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    // The server notices the end of a session some time after it: whoever asks at once would still find the part taken.
    private static async Task UnlockAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // The session has ended already, and the lock with it.
        }
    }

    public override bool IsConflict(DbException failure) => failure.SqlState is
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
        or PostgresErrorCodes.LockNotAvailable;

    public override async ValueTask DisposeAsync()
    {
        foreach (var part in _parts.Keys.ToArray())
        {
            await ResignAsync(part);
        }

        await _source.DisposeAsync();
    }

    private static readonly Statement _planAnew = new("select set_config('plan_cache_mode', 'force_custom_plan', true)");

    private static readonly Statement _relax = new("select set_config('synchronous_commit', 'off', true)");

    private async Task<bool> TryTakeAsync(string part, CancellationToken cancellationToken)
    {
        // Not from the pool: closing it must end the session, and the lock with it.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        var isTaken = false;

        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended('part:' || @part, 0))", connection);
            command.Parameters.AddWithValue("part", part);
            isTaken = (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        finally
        {
            if (isTaken)
            {
                _parts[part] = connection;
            }
            else
            {
                await connection.DisposeAsync();
            }
        }

        return isTaken;
    }

    private static async Task<bool> AnswersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand("select 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            return false; // The connection is broken, and its lock is gone.
        }
    }
}
