using System.Text;
using IntegrationWorker.Studies;
using IntegrationWorker.Store;
using IntegrationWorker.Target;
using Xunit;

namespace IntegrationWorker.Tests.Target;

/// <summary>What goes out on the wire, and in which order.</summary>
public sealed class PlanStepsTests
{
    private static readonly TargetPlan _plan = new()
    {
        StudyId = "stu_1",
        Document = new PlanDocument
        {
            Unit = new UnitUpdate
            {
                Number = 1, Kind = UnitKind.Order, SourceId = "ris", MessageKey = "hl7/RIS/NORTH/1", MessageType = "ORM^O01",
                Clock = Clock.At(DateTimeOffset.UnixEpoch), SourceTime = "",
            },
            Result = new UnitResult { Unit = 1, MessageKey = "hl7/RIS/NORTH/1", Outcome = "applied" },
            StudyInstanceUid = "2.25.1",
            Version = 2,
            Creates = false,
            Changes = [],
            Held = [],
            Before = StateWriter.Write(new StudyState()),
            After = StateWriter.Write(new StudyState()),
            OriginKind = "hl7v2",
            DecidedAt = DateTimeOffset.UnixEpoch,
        },
    };

    [Fact]
    public void GivenAllThatCanChange_WhenTheStepsAreAskedFor_ThenTheyAreUncancelThenPatchAndNothingIsDoneTwice()
    {
        var wanted = new Dictionary<string, string?> { ["isCancelled"] = "false", ["severity"] = "stat" };
        var remote = Remote(("isCancelled", "true"), ("severity", "normal"));

        Assert.Equal("uncancel", Next(wanted, remote)?.Operation);
        Assert.Equal("patch", Next(wanted, remote = Remote(("isCancelled", "false"), ("severity", "normal")))?.Operation);
        Assert.Null(Next(wanted, Remote(("isCancelled", "false"), ("severity", "stat"))));
    }

    [Fact]
    public void GivenACancel_WhenOtherFieldsDiffer_ThenTheyArePatchedBeforeIt()
    {
        var wanted = new Dictionary<string, string?> { ["isCancelled"] = "true", ["severity"] = "stat" };

        Assert.Equal("patch", Next(wanted, Remote(("isCancelled", "false"), ("severity", "normal")))?.Operation);
        Assert.Equal("cancel", Next(wanted, Remote(("isCancelled", "false"), ("severity", "stat")))?.Operation);
        Assert.Null(Next(wanted, Remote(("isCancelled", "true"), ("severity", "stat"))));
    }

    [Fact]
    public void GivenAnUnassignment_WhenPatched_ThenTheNullIsInTheBodyAndOnlyWhatDiffers()
    {
        var wanted = new Dictionary<string, string?> { ["assignedTo"] = null, ["severity"] = "stat" };

        var call = Next(wanted, Remote(("assignedTo", "usr_1"), ("severity", "stat")) with { ETag = "\"7\"" })!;

        Assert.Equal("""{"assignedTo":null}""", Encoding.UTF8.GetString(call.Body));
        Assert.Equal(("/stu_9", "\"7\""), (call.Path, call.IfMatch));
    }

    [Fact]
    public void GivenPairsThatDiffer_WhenPatched_ThenTheWholeMapIsSentWithTheirsAndTheKeyToBeRemovedIsLeftOutThenNamed()
    {
        var wanted = new Dictionary<string, string?> { ["metadata.a"] = null, ["metadata.b"] = "2", ["metadata.never"] = null };
        var remote = Remote(("metadata.a", "1"), ("metadata.theirs", "x"));

        var first = PlanSteps.Next(_plan, wanted, remote, removesKeys: false)!;
        var second = PlanSteps.Next(_plan, wanted, remote, removesKeys: true)!;

        Assert.Equal("""{"metadata":{"b":"2","theirs":"x"}}""", Encoding.UTF8.GetString(first.Body));
        Assert.Equal("""{"metadata":{"a":null,"b":"2","theirs":"x"}}""", Encoding.UTF8.GetString(second.Body));
        Assert.NotEqual(first.IdempotencyKey, second.IdempotencyKey);
    }

    [Fact]
    public void GivenTheSameStepOfTheSamePlan_WhenItIsSentAgain_ThenItsKeyIsTheSameAndTellsNothing()
    {
        var wanted = new Dictionary<string, string?> { ["severity"] = "stat" };

        var key = Next(wanted, Remote(("severity", "normal")))!.IdempotencyKey;

        Assert.Equal(key, Next(wanted, Remote(("severity", "high")))!.IdempotencyKey);
        Assert.Matches("^iw-[0-9a-f]{32}$", key);
    }

    private static TargetCall? Next(Dictionary<string, string?> wanted, RemoteStudy remote) => PlanSteps.Next(_plan, wanted, remote, removesKeys: false);

    private static RemoteStudy Remote(params (string Field, string Value)[] values) =>
        new("stu_9", "2.25.1", DateTimeOffset.UnixEpoch, values.ToDictionary(value => value.Field, value => value.Value));
}
