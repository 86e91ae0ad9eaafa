using System.Net;
using System.Net.Sockets;
using IntegrationWorker.Bench.Worker;
using RabbitMQ.Client;

namespace IntegrationWorker.Bench.Mllp;

/// <summary>The least that an MLLP door before a queue can do: read up to FS, publish with a confirm, answer with a constant.</summary>
internal static class BareLoop
{
    private static readonly byte[] _answer = [0x0B, .. "MSH|^~\\&|||||||ACK|1|P|2.5.1\rMSA|AA|1\r"u8, 0x1C, 0x0D];

    public static async Task RunAsync(int port, Uri broker, CancellationToken cancellationToken)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        var confirms = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirms, cancellationToken);
        await channel.QueueDeclareAsync(
            Worker.Bench.InputQueue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();

        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(cancellationToken);
            _ = ServeAsync(client, channel, cancellationToken);
        }
    }

    private static async Task ServeAsync(TcpClient client, IChannel channel, CancellationToken cancellationToken)
    {
        using (client)
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            var buffer = new byte[64 * 1024];
            var properties = new BasicProperties { DeliveryMode = DeliveryModes.Persistent };

            while (true)
            {
                var read = 0;

                do
                {
                    var count = await stream.ReadAsync(buffer.AsMemory(read), cancellationToken);

                    if (count == 0)
                    {
                        return;
                    }

                    read += count;
                }
                while (buffer[read - 2] != 0x1C);

                var body = buffer[1..(read - 2)];
                await channel.BasicPublishAsync("", Worker.Bench.InputQueue, mandatory: true, properties, body, cancellationToken);
                await stream.WriteAsync(_answer, cancellationToken);
            }
        }
    }
}
