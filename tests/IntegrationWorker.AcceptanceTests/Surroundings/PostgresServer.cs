using System.Globalization;
using Npgsql;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>
/// A real PostgreSQL: the one of <c>TEST_POSTGRES</c> (a connection string of a user who may create databases),
/// else a private child process by <c>eng/postgres.sh</c>.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string? _foreign;
    private readonly bool _durable;
    private readonly TemporaryFolder? _temporary;
    private readonly string _folder;
    private readonly int _port = FreePorts.One();
    private ChildProcess? _process;

    private PostgresServer(string? foreign, bool durable, string? folder = null)
    {
        _foreign = foreign;
        _durable = durable;
        _temporary = folder is null ? new TemporaryFolder("postgres") : null;
        _folder = folder ?? _temporary!.PathOf("server");
    }

    public string ConnectionString =>
        _foreign ?? $"Host=127.0.0.1;Port={_port};Username=worker;Password=worker;Database=postgres;Include Error Detail=true";

    public static Task<PostgresServer> StartSharedAsync(CancellationToken cancellationToken)
    {
        var foreign = Environment.GetEnvironmentVariable("TEST_POSTGRES");
        return StartAsync(new PostgresServer(string.IsNullOrEmpty(foreign) ? null : foreign, durable: false), cancellationToken);
    }

    /// <summary>A server of one test, which may stop it; durable when the test kills it.</summary>
    public static Task<PostgresServer> StartOwnAsync(bool durable, CancellationToken cancellationToken) =>
        StartAsync(new PostgresServer(foreign: null, durable), cancellationToken);

    /// <summary>A durable server whose data stay where they are: a measurement that takes long to fill goes on with them the next time.</summary>
    /// <param name="folder">The account of the server has to be able to enter it.</param>
    public static Task<PostgresServer> StartKeptAsync(string folder, CancellationToken cancellationToken) =>
        StartAsync(new PostgresServer(foreign: null, durable: true, folder), cancellationToken);

    /// <summary>Creates an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Drops a database, whoever uses it: a server that was killed looks at every file at its next start.</summary>
    public async Task DropDatabaseAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand($"DROP DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_foreign is null)
        {
            string[] switches = _durable ? ["--durable"] : [];
            _process = await ChildProcess.StartAsync(
                Repository.PathOf("eng", "postgres.sh"),
                ["start", _folder, _port.ToString(CultureInfo.InvariantCulture), .. switches]);
        }

        await Patience.UntilAsync(
            () => AnswersAsync(cancellationToken),
            () => $"PostgreSQL answers. {_process?.Output}\n{_process?.Errors}",
            cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_foreign is not null)
        {
            throw new NotSupportedException("TEST_POSTGRES names a server that the tests do not own: it is not stopped.");
        }

        if (_process is not null)
        {
            await _process.StopAsync(Patience.Usual);
            await _process.DisposeAsync();
            _process = null;
        }

        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Ends the server at once: it has to recover at its next start. Only for a durable one.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(_folder, "data", "postmaster.pid"), cancellationToken);

        // An immediate shutdown takes the children along; after SIGKILL they would keep the shared memory for a while.
        ChildProcess.Quit(int.Parse(lines[0], CultureInfo.InvariantCulture));
        await _process!.WaitAsync(Patience.Usual, cancellationToken);
        await _process.DisposeAsync();
        _process = null;
        NpgsqlConnection.ClearAllPools();
    }

    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        await StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_foreign is null)
        {
            await StopAsync(CancellationToken.None);
        }

        _temporary?.Dispose();
    }

    private static async Task<PostgresServer> StartAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        if (_process?.HasExited == true)
        {
            throw new InvalidOperationException($"PostgreSQL has ended at its start. {_process.Output}\n{_process.Errors}");
        }

        try
        {
            await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false");
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
