using IntegrationWorker.Store.Sql;
using Npgsql;
using NpgsqlTypes;

namespace IntegrationWorker.Store.PostgreSql;

/// <summary>A connection of the pool; what is queued goes over the wire together. Without a transaction it only reads.</summary>
internal sealed class PostgreSqlSession(PostgreSqlDatabase database, NpgsqlConnection connection, NpgsqlTransaction? transaction)
    : SqlSession(database)
{
    public override async ValueTask DisposeAsync()
    {
        if (transaction is not null)
        {
            await transaction.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    protected override async Task RunAsync(IReadOnlyList<QueuedStatement> statements, CancellationToken cancellationToken)
    {
        await using var batch = BatchOf(statements);
        await RunAsync(batch, statements, cancellationToken);

        for (var i = 0; i < statements.Count; i++)
        {
            statements[i].CheckAffected(batch.BatchCommands[i].RecordsAffected);
        }
    }

    // A commit of its own would be a further round trip, in which the last locks are held for nothing.
    protected override async Task CommitAsync(IReadOnlyList<QueuedStatement> last, CancellationToken cancellationToken)
    {
        if (transaction is null)
        {
            throw new InvalidOperationException("Nothing was written: a reading session has no transaction.");
        }

        await using var batch = BatchOf(last);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await RunAsync(batch, last, cancellationToken);
    }

    private NpgsqlBatch BatchOf(IReadOnlyList<QueuedStatement> statements)
    {
        var batch = new NpgsqlBatch(connection, transaction);

        foreach (var statement in statements)
        {
            batch.BatchCommands.Add(CommandFor(statement));
        }

        return batch;
    }

    private static async Task RunAsync(NpgsqlBatch batch, IReadOnlyList<QueuedStatement> statements, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);

        // Only statements that answer rows have a result here.
        foreach (var read in statements.Select(statement => statement.Read).OfType<Action<System.Data.Common.DbDataReader>>())
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                read(reader);
            }

            await reader.NextResultAsync(cancellationToken);
        }
    }

    private static NpgsqlBatchCommand CommandFor(QueuedStatement statement)
    {
        var text = PositionalText.Of(statement.Text);
        var command = new NpgsqlBatchCommand(text.Sql);

        for (var i = 0; i < text.Names.Count; i++)
        {
            var value = Find(statement.Parameters, text.Names[i], i);
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = TypeOf(value), Value = value.Value ?? DBNull.Value });
        }

        return command;
    }

    private static SqlValue Find(IReadOnlyList<SqlValue> values, string name, int probablyAt)
    {
        if (probablyAt < values.Count && values[probablyAt].Name == name)
        {
            return values[probablyAt];
        }

        foreach (var value in values)
        {
            if (value.Name == name)
            {
                return value;
            }
        }

        throw new InvalidOperationException($"The statement has no value for @{name}.");
    }

    private static NpgsqlDbType TypeOf(SqlValue value)
    {
        var type = value.Kind switch
        {
            SqlKind.Number => NpgsqlDbType.Bigint,
            SqlKind.Bytes => NpgsqlDbType.Bytea,
            _ => NpgsqlDbType.Text, // JSON too: UTF-8 bytes are what a text is on the wire.
        };

        return value.IsArray ? type | NpgsqlDbType.Array : type;
    }
}
