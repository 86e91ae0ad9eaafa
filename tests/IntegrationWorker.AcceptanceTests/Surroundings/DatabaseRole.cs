using System.Globalization;
using Npgsql;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>A user of one database, to whom the server can be made to refuse things without troubling other tests.</summary>
internal sealed class DatabaseRole : IAsyncDisposable
{
    private readonly NpgsqlDataSource _server;
    private readonly string _name;

    private DatabaseRole(NpgsqlDataSource server, string name, string connectionString) =>
        (_server, _name, ConnectionString) = (server, name, connectionString);

    /// <summary>The database as this user.</summary>
    public string ConnectionString { get; }

    /// <param name="connectionString">The database, as somebody who may create roles.</param>
    public static async Task<DatabaseRole> CreateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var name = $"role_{Guid.NewGuid():N}";
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres" });
        var role = new DatabaseRole(
            server, name, new NpgsqlConnectionStringBuilder(connectionString) { Username = name, Password = "invented" }.ConnectionString);
        await role.RunAsync($"create role {name} login password 'invented'", cancellationToken);
        await role.RunAsync($"alter database {settings.Database} owner to {name}", cancellationToken);

        return role;
    }

    /// <summary>Changes what the user may do (<c>{0}</c> is the user), and ends the sessions that know it as it was.</summary>
    public async Task ChangeAsync(string statement, CancellationToken cancellationToken)
    {
        await RunAsync(string.Format(CultureInfo.InvariantCulture, statement, _name), cancellationToken);
        await RunAsync($"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{_name}'", cancellationToken);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task RunAsync(string statement, CancellationToken cancellationToken)
    {
        await using var command = _server.CreateCommand(statement);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
