using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;
using MassTransit;

namespace IntegrationWorker.Intake.Broker;

/// <summary>The queues that messages come from.</summary>
internal static class BrokerTopology
{
    // How often a delivery may return (also after a crash of ours) before the broker gives it up.
    public const int DeliveryLimit = 50;

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

    /// <summary>Durable, replicated, with a place for what the broker gives up; raw bodies of programs that know AMQP only.</summary>
    public static void Configure(IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.SetQuorumQueue();
        endpoint.SetQueueArgument("x-delivery-limit", DeliveryLimit);
    }
}

/// <summary>A queue that messages come from.</summary>
/// <param name="SourceId">The source whose own queue it is; null for the common ones.</param>
internal sealed record InputQueue(string Name, Door Door, string? SourceId);
