using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;
using RabbitMQ.Client;

namespace IntegrationWorker.Intake.Broker;

/// <summary>The queues that messages come from.</summary>
internal static class BrokerTopology
{
    // How often a delivery may return (also after a crash of ours) before the broker gives it up.
    public const int DeliveryLimit = 50;

    private static readonly Dictionary<string, object?> _replicated = new() { ["x-queue-type"] = "quorum" };

    private static readonly Dictionary<string, object?> _limited =
        new(_replicated) { ["x-delivery-limit"] = DeliveryLimit, ["x-dead-letter-exchange"] = BrokerNames.DeadExchange };

    // Writes through the study API are decided about at their door.
    private static readonly Door[] _queued = [Door.Hl7v2, Door.Fhir, Door.Command];

    public static string QueueOf(Door door) => door switch
    {
        Door.Fhir => BrokerNames.FhirQueue,
        Door.Command => BrokerNames.CommandsQueue,
        _ => BrokerNames.Hl7v2Queue,
    };

    /// <summary>All queues: one for each kind, and those that sources have of their own.</summary>
    public static IReadOnlyList<InputQueue> QueuesOf(Rulebook rules) =>
    [
        .. _queued.Select(door => new InputQueue(QueueOf(door), door, null)),
        .. rules.Sources.Where(source => source.Queue is not null).Select(source => new InputQueue(source.Queue!, Doors.Parse(source.Kind), source.SourceId)),
    ];

    /// <summary>
    /// Declares a queue, durable and replicated, with a place for what the broker gives up, and the exchange of the same name through
    /// which programs on the bus reach it.
    /// </summary>
    public static async Task DeclareAsync(IChannel channel, InputQueue queue, CancellationToken cancellationToken)
    {
        await DeclareAsync(channel, BrokerNames.DeadExchange, _replicated, cancellationToken);
        await DeclareAsync(channel, queue.Name, _limited, cancellationToken);
    }

    private static async Task DeclareAsync(IChannel channel, string name, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(name, name, routingKey: "", cancellationToken: cancellationToken);
    }
}

/// <summary>A queue that messages come from.</summary>
/// <param name="SourceId">The source whose own queue it is; null for the common ones.</param>
internal sealed record InputQueue(string Name, Door Door, string? SourceId);
