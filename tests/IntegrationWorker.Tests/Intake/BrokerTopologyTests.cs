using IntegrationWorker.Contracts;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Tests.Mapping.Hl7;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

public sealed class BrokerTopologyTests
{
    [Fact]
    public void GivenASourceWithAQueueOfItsOwn_WhenTheQueuesAreListed_ThenEachStandsOnce()
    {
        var queues = BrokerTopology.QueuesOf(Hl7Sending.Rules(Messages.Ris with { Queue = "north" }, Messages.Pacs));

        Assert.Equal([BrokerNames.Hl7v2Queue, BrokerNames.FhirQueue, BrokerNames.CommandsQueue, "north"], queues.Select(queue => queue.Name));
    }
}
