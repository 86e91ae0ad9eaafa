using Npgsql;

namespace IntegrationWorker.AcceptanceTests.Surroundings;

public sealed class PostgresServerTests(SharedSurroundings surroundings)
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task GivenTwoDatabases_WhenOneHasATable_ThenTheOtherHasNot()
    {
        var one = await surroundings.DatabaseAsync(_token);
        var other = await surroundings.DatabaseAsync(_token);

        await ExecuteAsync(one, "CREATE TABLE t (id int)");

        await ExecuteAsync(one, "INSERT INTO t VALUES (1)");
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(other, "INSERT INTO t VALUES (1)"));
    }

    [Fact]
    public async Task GivenADurableServer_WhenRestarted_ThenRowsAreStillThere()
    {
        await using var server = await PostgresServer.StartOwnAsync(durable: true, _token);
        var database = await server.CreateDatabaseAsync(_token);
        await ExecuteAsync(database, "CREATE TABLE t AS SELECT 42 AS id");

        await server.RestartAsync(_token);

        Assert.Equal(42, await ExecuteAsync(database, "SELECT id FROM t"));
    }

    private async Task<object?> ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(_token);
    }
}
