using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Intake;

/// <summary>
/// What depends on the order of arrival although the clocks differ, and how: echo, the severity rule, <c>LCY-002</c>, and
/// what a full map drops (docs/mapping.md §6.4). Everything else does not: <see cref="ConvergenceTests"/>.
/// </summary>
public sealed class ArrivalOrderTests
{
    private static readonly InboundMessage _created = NewOrder("C0", 0, 1, description: "CT 1");

    [Fact]
    public async Task GivenAValueThatAnotherSourceHasChanged_WhenTheFirstSourceRepeatsIt_ThenItIsAnEchoOnlyIfTheChangeCameBetween()
    {
        var change = Command("m1", 10, ByUid(Uid(1)), "update", """{"studyDescription":"By hand"}""");
        var repeated = Order("C1", 20, "SC/", Uid(1), description: "CT 1");

        Assert.Equal("By hand", (await StudyAfterAsync(change, repeated)).Description); // The order has not changed its mind.
        Assert.Equal("CT 1", (await StudyAfterAsync(repeated, change)).Description); // The change is the older fact.
    }

    [Fact]
    public async Task GivenASeverityThatAnOperatorHasRaised_WhenAnOrderLowersIt_ThenItIsHeldOnlyIfTheOperatorCameFirst()
    {
        var raised = Command("m1", 10, ByUid(Uid(1)), "update", """{"severity":"stat"}""");
        var lowered = Order("C1", 20, "SC/", Uid(1), priority: "A");

        Assert.Equal("stat", (await StudyAfterAsync(raised, lowered)).Severity); // LCY-104
        Assert.Equal("high", (await StudyAfterAsync(lowered, raised)).Severity); // The raise is the older fact.
    }

    [Fact]
    public async Task GivenACancelAndALaterFinalResult_WhenTheResultComesFirst_ThenTheCancelGoesToAPerson()
    {
        var cancel = Order("C1", 10, "CA/CA", Uid(1));
        var final = Result("C2", 20, "F");

        var (cancelled, _) = await AfterAsync(cancel, final);
        var (kept, results) = await AfterAsync(final, cancel);

        Assert.Equal((true, ViewerStatus.Complete), (cancelled.IsCancelled, cancelled.StudyViewerStatus));
        Assert.Equal((false, ViewerStatus.Complete), (kept.IsCancelled, kept.StudyViewerStatus));
        Assert.Equal(Codes.FinalReportExists, results[1].Units.Single().Error!.Code);
    }

    [Fact]
    public async Task GivenAFullMap_WhenAKeyOfHigherPriorityComesLater_ThenItIsDropped_ThoughItWouldHaveHadThePlaceEarlier()
    {
        var pairs = string.Join(',', Enumerable.Range(0, 45).Select(number => $"\"custom.k{number:D2}\":\"v\""));
        var full = Command("m1", 1, ByUid(Uid(1)), "update", $$$"""{"metadata":{{{{pairs}}}}}""");
        var reported = Result("C1", 10, "P");
        var document = Document("C2", 20, "F1^RIS");

        Assert.Contains("ris.resultStatus", Keys((await AfterAsync(full, reported, document)).Study));
        Assert.DoesNotContain("ris.resultStatus", Keys((await AfterAsync(full, document, reported)).Study));
    }

    private static List<string> Keys(Study study) => [.. study.Metadata.Select(pair => pair.Key)];

    private static async Task<Study> StudyAfterAsync(params InboundMessage[] messages) => (await AfterAsync(messages)).Study;

    private static async Task<(Study Study, List<MessageResult> Results)> AfterAsync(params InboundMessage[] messages)
    {
        var bench = PipelineBench.InMemory(Ris, Messages.Console);
        await bench.SendAsync(_created);
        var results = await bench.SendEachAsync(messages);

        return (await bench.StudyAsync(Uid(1)), results);
    }
}
