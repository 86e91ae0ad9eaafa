using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Mapping;

public sealed class UnitAssemblerTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void GivenStepsOfOneProcedure_WhenCombined_ThenTheyAreOne()
    {
        var first = Group(1, "filler:F1", Signal.Cancel, ("severity", "high"), ("ris.priorityCode", "A"));
        var second = Group(2, "filler:F1", Signal.None, ("description", "CT Chest"), ("severity", "normal"), ("ris.priorityCode", "R"));
        var third = Group(3, "filler:F1", Signal.Active, ("description", "CT Chest step 2"), ("severity", "stat"), ("ris.priorityCode", "S"));

        var procedure = Assert.Single(UnitAssembler.Combine([first, second, third]).Procedures);

        Assert.Equal(Signal.Active, procedure.Signal);
        Assert.Equal("CT Chest", procedure.Facts["description"].Value);
        Assert.Equal(("stat", "S"), (procedure.Facts["severity"].Value, procedure.Facts["ris.priorityCode"].Value));
    }

    [Fact]
    public void GivenAllStepsAreCancelled_WhenCombined_ThenTheProcedureIs()
    {
        var unit = UnitAssembler.Combine([Group(1, "filler:F1", Signal.Cancel), Group(2, "filler:F1", Signal.Cancel)]);

        Assert.Equal(Signal.Cancel, Assert.Single(unit.Procedures).Signal);
    }

    [Fact]
    public void GivenDifferentValues_WhenCombined_ThenTheyAreJoinedInOrder()
    {
        var first = Group(1, "filler:F1", Signal.Active);
        var second = Group(2, "filler:F2", Signal.Active);
        var third = Group(3, "filler:F3", Signal.Active);
        Say(first, "ris.stationAeTitle", "CT2AE");
        Say(second, "ris.stationAeTitle", null);
        Say(third, "ris.stationAeTitle", "CT1AE");
        Say(first, "ris.orderStatus", "SC");
        Say(second, "ris.orderStatus", "SC");
        Say(first, "ris.modality", null);

        var metadata = UnitAssembler.Combine([first, second, third]).Metadata;

        Assert.Equal("CT2AE; CT1AE", metadata["ris.stationAeTitle"].Value);
        Assert.Equal("SC", metadata["ris.orderStatus"].Value);
        Assert.Null(metadata["ris.modality"].Value);
    }

    [Fact]
    public void GivenSeveralTimes_WhenCombined_ThenTheEarliestIsKept()
    {
        var first = Group(1, "filler:F1", Signal.Active);
        var second = Group(2, "filler:F2", Signal.Active);
        Say(first, "ris.scheduledAt", "2026-03-03T09:00:00-06:00");
        Say(second, "ris.scheduledAt", "2026-03-03T09:30:00-05:00"); // Half an hour before, elsewhere.

        Assert.Equal("2026-03-03T09:30:00-05:00", UnitAssembler.Combine([first, second]).Metadata["ris.scheduledAt"].Value);
    }

    [Fact]
    public void GivenACancelledProcedure_WhenAnotherGoesOn_ThenItsStatusIsLeftOut()
    {
        var cancelled = Group(1, "filler:F1", Signal.Cancel);
        var active = Group(2, "filler:F2", Signal.Active);
        Say(cancelled, "ris.orderStatus", "CA");
        Say(cancelled, "ris.statusReason", "DUP");
        Say(active, "ris.orderStatus", "SC");

        var unit = UnitAssembler.Combine([cancelled, active]);

        Assert.Equal("SC", Assert.Single(unit.Metadata).Value.Value);
    }

    [Fact]
    public void GivenAllProceduresAreCancelled_WhenCombined_ThenTheirStatusIsKept()
    {
        var first = Group(1, "filler:F1", Signal.Cancel);
        var second = Group(2, "filler:F2", Signal.Cancel);
        Say(first, "ris.orderStatus", "CA");
        Say(second, "ris.orderStatus", "DC");

        Assert.Equal("CA; DC", UnitAssembler.Combine([first, second]).Metadata["ris.orderStatus"].Value);
    }

    [Fact]
    public void GivenCombinedUnits_WhenCombinedOnceMore_ThenTheResultIsThatOfAllGroupsAtOnce()
    {
        UnitUpdate[] groups = [.. Enumerable.Range(1, 4).Select(number => Group(number, $"filler:F{number % 2}", Signal.Active, ("description", $"D{number}")))];

        foreach (var group in groups)
        {
            Say(group, "ris.stationAeTitle", $"AE{group.Number}");
        }

        var atOnce = UnitAssembler.Combine(groups);
        var inSteps = UnitAssembler.Combine([UnitAssembler.Combine([groups[1], groups[3]]), UnitAssembler.Combine([groups[0], groups[2]])]);

        Assert.Equal(Json(atOnce), Json(inSteps));
        Assert.Equal("AE1; AE2; AE3; AE4", inSteps.Metadata["ris.stationAeTitle"].Value);
        Assert.Equal([1, 2, 3, 4], inSteps.Groups);
        Assert.Equal(1, inSteps.Number);
    }

    [Fact]
    public void GivenGroups_WhenCombined_ThenTheNewestClockTheFirstReaderAndAllNumbersCount()
    {
        var first = Group(1, "filler:F1", Signal.Active);
        var second = Group(2, "filler:F2", Signal.Active);
        first.Clock = Clock.At(_start.AddMinutes(5));
        first.SourceTime = "newest";
        second.Assignment = new Assignment("usr_two", null, "PRT-5");
        second.MayCreate = true;
        second.OrgIdAtCreation = "org";
        second.Identity = new Identity { StudyInstanceUid = "2.25.1", Accession = new Identifier("A1", "N") };

        var unit = UnitAssembler.Combine([second, first]);

        Assert.Equal("newest", unit.SourceTime);
        Assert.Equal("usr_two", unit.Assignment?.UserId);
        Assert.True(unit.MayCreate);
        Assert.Equal("org", unit.OrgIdAtCreation);
        Assert.Equal("2.25.1", unit.Identity.StudyInstanceUid); // A study is created under it, whichever group has it.
        Assert.Equal([second.Identity], unit.FurtherIdentities);
    }

    [Fact]
    public void GivenTheLaterGroupWithTheNewerClock_WhenCombined_ThenItsClockCounts()
    {
        var first = Group(1, "filler:F1", Signal.Active);
        var second = Group(2, "filler:F2", Signal.Active);
        second.Clock = Clock.At(_start.AddMinutes(5));
        second.SourceTime = "newest";

        Assert.Equal(("newest", second.Clock), (UnitAssembler.Combine([first, second]).SourceTime, UnitAssembler.Combine([first, second]).Clock));
    }

    [Fact]
    public void GivenWarningsOfGroups_WhenCombined_ThenEachIsTheUnitsOnce()
    {
        var first = Group(1, "filler:F1", Signal.Active);
        var second = Group(2, "filler:F1", Signal.Active);
        first.Warnings.Add(Notice.Of("MAP-101", "location", "OBR-5"));
        second.Warnings.Add(Notice.Of("MAP-101", "location", "OBR-5"));
        second.Warnings.Add(Notice.Of("DIR-101", "location", "OBR-32"));

        Assert.Equal(["MAP-101", "DIR-101"], UnitAssembler.Combine([first, second]).Warnings.Select(warning => warning.Code));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GivenNoKnownOrganization_WhenTheGroupThatCreatesHasNone_ThenTheUnitHasNone(bool creates)
    {
        var first = Group(1, "filler:F1", Signal.Active);
        var second = Group(2, "filler:F2", Signal.Active);
        (second.MayCreate, second.OrgNotFound) = (creates, true);

        Assert.Equal(creates, UnitAssembler.Combine([first, second]).OrgNotFound);
    }

    [Fact]
    public void GivenGroupsWithTheSameNumbers_WhenCombined_ThenThereAreNoFurtherOnes()
    {
        var first = Group(1, "filler:F1", Signal.Active);
        var second = Group(2, "filler:F1", Signal.Active);
        second.Identity = first.Identity;

        Assert.Null(UnitAssembler.Combine([first, second]).FurtherIdentities);
    }

    [Theory]
    [InlineData("final", "preliminary", "preliminary")]
    [InlineData("preliminary", "final", "preliminary")] // A report is final when all its parts are.
    [InlineData("preliminary", "pending", "pending")]
    [InlineData("final", "final", "final")]
    [InlineData(null, "final", "final")]
    [InlineData("final", null, "final")]
    public void GivenPartsOfAReport_WhenCombined_ThenTheLeastDoneCounts(string? one, string? other, string expected)
    {
        var procedure = Assert.Single(UnitAssembler.Combine([Report(1, one), Report(2, other)]).Procedures);

        Assert.Equal(expected, procedure.Facts["result"].Value);
    }

    [Theory]
    [InlineData("high", "high", "A")] // Of equally urgent ones the first.
    [InlineData("normal", "high", "B")]
    [InlineData(null, "normal", "B")]
    [InlineData("stat", null, "A")]
    [InlineData("stat", "normal", "A")]
    public void GivenStepsWithPriorities_WhenCombined_ThenTheCodeGoesWithTheSeverity(string? one, string? other, string expected)
    {
        UnitUpdate[] groups = [Prioritized(1, one, "A"), Prioritized(2, other, "B")];

        Assert.Equal(expected, Assert.Single(UnitAssembler.Combine(groups).Procedures).Facts["ris.priorityCode"].Value);
    }

    [Theory]
    [InlineData("Active", "Hold", "Active")]
    [InlineData("Hold", "None", "Hold")]
    [InlineData("None", "Cancel", "None")]
    [InlineData("Cancel", "Hold", "Hold")]
    [InlineData("Active", "Active", "Active")]
    public void GivenSignalsOfSteps_WhenCombined_ThenWhatGoesOnCountsAndSaysWhere(string one, string other, string expected)
    {
        UnitUpdate[] groups = [Group(1, "filler:F1", Enum.Parse<Signal>(one)), Group(2, "filler:F1", Enum.Parse<Signal>(other))];
        groups[0].Procedures[0].SignalLocation = "first";
        groups[1].Procedures[0].SignalLocation = "second";

        var procedure = Assert.Single(UnitAssembler.Combine(groups).Procedures);

        Assert.Equal((expected, one == expected ? "first" : "second"), (procedure.Signal.ToString(), procedure.SignalLocation));
    }

    private static UnitUpdate Report(int number, string? result) =>
        result is null ? Group(number, "filler:F1", Signal.None) : Group(number, "filler:F1", Signal.None, ("result", result));

    private static UnitUpdate Prioritized(int number, string? severity, string code) => severity is null
        ? Group(number, "filler:F1", Signal.Active)
        : Group(number, "filler:F1", Signal.Active, ("severity", severity), ("ris.priorityCode", code));

    private static UnitUpdate Group(int number, string key, Signal signal, params (string Fact, string Value)[] facts)
    {
        var procedure = new ProcedureUpdate { Key = key, Signal = signal };

        foreach (var (fact, value) in facts)
        {
            procedure.Facts.Add(fact, new Asserted(value, "X-1"));
        }

        return new UnitUpdate
        {
            Number = number,
            Kind = UnitKind.Order,
            SourceId = "ris",
            MessageKey = "hl7/RIS/NORTH/C1",
            MessageType = "ORM^O01",
            Groups = [number],
            Identity = new Identity { Filler = new Identifier($"F{number}", null) },
            Clock = Clock.At(_start),
            SourceTime = "2026-03-02T09:00:00+00:00",
            Procedures = [procedure],
        };
    }

    private static void Say(UnitUpdate unit, string key, string? value) => unit.Metadata.Add(key, new Asserted(value, "X-1"));

    private static string Json(UnitUpdate unit) => System.Text.Json.JsonSerializer.Serialize(unit);
}
