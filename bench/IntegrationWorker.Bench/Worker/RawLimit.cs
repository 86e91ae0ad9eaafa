using System.Collections.Concurrent;
using System.Diagnostics;
using IntegrationWorker.AcceptanceTests.Surroundings;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace IntegrationWorker.Bench.Worker;

/// <summary>
/// What broker and database allow on this machine when nothing is decided: batches of 256, for each message an insert of a
/// key, an update of a row and a confirmed publication; acknowledged after the commit.
/// </summary>
internal static class RawLimit
{
    private const int BatchMax = 256;

    public static async Task<Figure> MeasureAsync(Bench bench, int messages, int studies, CancellationToken cancellationToken)
    {
        await using var host = await bench.VirtualHostAsync(cancellationToken);
        await Bench.DeclareEventQueueAsync(host.Uri, cancellationToken);
        await using var source = NpgsqlDataSource.Create($"{await bench.DatabaseAsync(cancellationToken)};Max Auto Prepare=10");
        await CreateTablesAsync(source, studies, cancellationToken);

        await using (var client = await AmqpClient.ConnectAsync(host.Uri, cancellationToken))
        {
            await client.DeclareQuorumQueueAsync(Bench.InputQueue, cancellationToken);
            await client.PublishAllAsync(Bench.InputQueue, SiteOrder.Changes(messages, studies, 1), cancellationToken);
        }

        await using var connection = await new ConnectionFactory { Uri = host.Uri }.CreateConnectionAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        await DrainAsync(connection, source, messages, studies, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        return new Figure("a  the limit: no rules, batches of 256")
        {
            MessagesPerSecond = messages / seconds,
            CpuSecondsPer1000 = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds * 1000 / messages,
        };
    }

    private static async Task CreateTablesAsync(NpgsqlDataSource source, int studies, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"""
            create table keys (key text collate "C" primary key);
            create table rows (id bigint primary key, body text not null, version bigint not null) with (fillfactor = 75);
            insert into rows select n, repeat('x', 700), 1 from generate_series(0, {studies - 1}) n;
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task DrainAsync(
        IConnection connection, NpgsqlDataSource source, int messages, int studies, CancellationToken cancellationToken)
    {
        await using var input = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await using var output = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        await using var database = await source.OpenConnectionAsync(cancellationToken);
        using var waiting = new BlockingCollection<(ulong Tag, byte[] Body)>();
        var consumer = new AsyncEventingBasicConsumer(input);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            waiting.Add((delivery.DeliveryTag, delivery.Body.ToArray()), CancellationToken.None);
            return Task.CompletedTask;
        };
        await input.BasicQosAsync(0, BatchMax * 4, global: false, cancellationToken);
        await input.BasicConsumeAsync(Bench.InputQueue, autoAck: false, consumer, cancellationToken);

        for (var done = 0; done < messages;)
        {
            var batch = new List<(ulong Tag, byte[] Body)> { waiting.Take(cancellationToken) };

            while (batch.Count < BatchMax && waiting.TryTake(out var next))
            {
                batch.Add(next);
            }

            await StoreAsync(database, batch, done, studies, cancellationToken);
            await Task.WhenAll(batch.Select(message => PublishAsync(output, message.Body, cancellationToken)));
            await input.BasicAckAsync(batch[^1].Tag, multiple: true, cancellationToken);
            done += batch.Count;
        }
    }

    private static async Task StoreAsync(
        NpgsqlConnection database, List<(ulong Tag, byte[] Body)> batch, int first, int studies, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginTransactionAsync(cancellationToken);
        await using var statements = new NpgsqlBatch(database, transaction);
        statements.BatchCommands.Add(new NpgsqlBatchCommand("insert into keys select * from unnest(@keys) on conflict do nothing")
        {
            Parameters = { Array("keys", NpgsqlDbType.Text, batch.Select((_, i) => $"hl7/NRIS/NORTH/B{first + i}").ToArray()) },
        });
        statements.BatchCommands.Add(new NpgsqlBatchCommand(
            "update rows set body = r.body, version = version + 1 from unnest(@ids, @bodies) as r(id, body) where rows.id = r.id")
        {
            Parameters =
            {
                Array("ids", NpgsqlDbType.Bigint, batch.Select((_, i) => (long)((first + i) % studies)).ToArray()),
                Array("bodies", NpgsqlDbType.Text, batch.Select(message => System.Text.Encoding.UTF8.GetString(message.Body)).ToArray()),
            },
        });
        await statements.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static NpgsqlParameter Array(string name, NpgsqlDbType type, object values) => new(name, NpgsqlDbType.Array | type) { Value = values };

    private static async Task PublishAsync(IChannel channel, byte[] body, CancellationToken cancellationToken) =>
        await channel.BasicPublishAsync(
            "study-updated", "study.updated.v1", mandatory: false, new BasicProperties { Persistent = true }, body, cancellationToken);
}
