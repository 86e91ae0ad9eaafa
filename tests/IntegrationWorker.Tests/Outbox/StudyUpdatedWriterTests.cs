using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store.Suite;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Outbox;

/// <summary>The event as it goes out: docs/mapping.md §9.</summary>
public sealed class StudyUpdatedWriterTests
{
    private static readonly string[] _topMembers = ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"];

    private static readonly string[] _dataMembers =
        ["studyId", "studyInstanceUid", "version", "operations", "changes", "origin", "correlationId", "causationId", "warnings"];

    private static readonly string[] _originMembers = ["kind", "sourceId", "messageType", "messageKey", "unit", "sourceTime"];

    private readonly Study _study = Some.Study();
    private readonly UnitUpdate _unit = Some.Unit("hl7/RIS/NORTH/C1");

    [Fact]
    public void GivenAChange_WhenItIsWritten_ThenTheEventHasTheMembersOfTheContractAndNoOthers()
    {
        _unit.CausationId = "delivery-1";
        using var document = JsonDocument.Parse(Write(Change(FieldNames.Severity, "normal", "stat")));
        var root = document.RootElement;

        Assert.Equal(_topMembers, Names(root));
        Assert.Equal(_dataMembers, Names(root.GetProperty("data")));
        Assert.Equal(_originMembers, Names(root.GetProperty("data").GetProperty("origin")));
        Assert.Equal(["field", "previous", "current"], Names(root.GetProperty("data").GetProperty("changes")[0]));
    }

    [Fact]
    public void GivenAChange_WhenAConsumerReadsIt_ThenTheContractGivesEveryValueBack()
    {
        var sent = Read(Change(FieldNames.Severity, "normal", "stat"));

        Assert.Equal(("1.0", "study.updated.v1", "application/json"), (sent.SpecVersion, sent.Type, sent.DataContentType));
        Assert.Equal(("evt_1", "urn:study-update-worker:test", _study.StudyId), (sent.Id, sent.Source, sent.Subject));
        Assert.Equal("2026-03-02T12:00:00.000Z", sent.Time);
        Assert.Equal((_study.StudyId, _study.StudyInstanceUid, _study.Version), (sent.Data.StudyId, sent.Data.StudyInstanceUid, sent.Data.Version));
        Assert.Equal(
            new StudyUpdateOrigin
            {
                Kind = "hl7v2", SourceId = "ris-north", MessageType = "ORM^O01", MessageKey = "hl7/RIS/NORTH/C1", Unit = 1,
                SourceTime = "2026-03-02T12:00:00Z",
            },
            sent.Data.Origin);
        Assert.Equal(("hl7/RIS/NORTH/C1", null), (sent.Data.CorrelationId, sent.Data.CausationId));
        Assert.Equal(["normal", "stat"], Values(sent.Data.Changes.Single()));
    }

    [Fact]
    public void GivenACorrelationOfTheDelivery_WhenTheEventIsWritten_ThenItCarriesItOn()
    {
        (_unit.CorrelationId, _unit.CausationId) = ("order-7", "delivery-1");

        var data = Read(Change(FieldNames.Severity, "normal", "stat")).Data;

        Assert.Equal(("order-7", "delivery-1"), (data.CorrelationId, data.CausationId));
    }

    [Fact]
    public void GivenNothingBefore_WhenAFieldIsSetOrDeleted_ThenTheOtherSideIsNull()
    {
        var changes = Read(Change(FieldNames.AssignedTo, null, "usr_1"), Change("metadata.ris.modality", "CT", null)).Data.Changes;

        Assert.Equal([null, "usr_1"], Values(changes[0]));
        Assert.Equal(["CT", null], Values(changes[1]));
    }

    [Theory]
    [InlineData("cancel", "false", "true", "update cancel")]
    [InlineData("uncancel", "true", "false", "uncancel update")]
    public void GivenALifecycle_WhenOtherFieldsChangeToo_ThenTheOperationsStandInTheOrderOfExecution(
        string lifecycle, string previous, string current, string operations)
    {
        var data = Read(lifecycle, Change(FieldNames.IsCancelled, previous, current), Change("metadata.ris.orderStatus", "SC", "CA")).Data;

        Assert.Equal(operations.Split(' '), data.Operations);
        Assert.Equal(current == "true", ((JsonElement)data.Changes[0].Current!).GetBoolean());
        Assert.Equal(previous == "true", ((JsonElement)data.Changes[0].Previous!).GetBoolean());
    }

    [Fact]
    public void GivenOnlyALifecycle_WhenTheEventIsWritten_ThenThereIsNoUpdate()
    {
        Assert.Equal(["cancel"], Read("cancel", Change(FieldNames.IsCancelled, "false", "true")).Data.Operations);
    }

    [Theory]
    [InlineData("metadata.patient.class")]
    [InlineData("metadata.patient.location")]
    [InlineData("metadata.ris.accessionNumber")]
    [InlineData("metadata.ris.requestedProcedureId")]
    [InlineData("metadata.patient.name")]
    [InlineData("metadata.visit.number")]
    [InlineData("metadata.ris.fillerOrderNumber")]
    [InlineData("metadata.ris.placerOrderNumber")]
    [InlineData("metadata.custom.secret")]
    public void GivenAKeyThatMayIdentifyAPatient_WhenItChanges_ThenItsValuesAreNowhereInTheEvent(string field)
    {
        var body = Write(Change(field, "INVENTED-BEFORE", "INVENTED-AFTER"));
        var change = JsonSerializer.Deserialize<StudyUpdated>(body)!.Data.Changes.Single();

        Assert.True(change is { Redacted: true, Previous: null, Current: null });
        Assert.Equal(-1, body.AsSpan().IndexOf("INVENTED"u8));
        using var document = JsonDocument.Parse(body);
        Assert.Equal(["field", "redacted"], Names(document.RootElement.GetProperty("data").GetProperty("changes")[0]));
    }

    [Theory]
    [InlineData("metadata.ris.modality")]
    [InlineData("metadata.custom.room")]
    [InlineData("studyDescription")]
    public void GivenAnyOtherField_WhenItChanges_ThenItIsShown(string field)
    {
        Assert.False(Read(Change(field, "a", "b")).Data.Changes.Single().Redacted);
    }

    [Fact]
    public void GivenWarningsWithDetails_WhenTheEventIsWritten_ThenOnlyTheirCodesAreInIt()
    {
        var result = Result(null, [Change(FieldNames.Severity, "normal", "stat")]);
        result.Warnings.Add(Notice.Of("MAP-101", "value", "INVENTED"));
        result.Warnings.Add(Notice.Of("MAP-101", "value", "INVENTED-2"));
        var body = Writer().Write("evt_1", _study, _unit, result, "hl7v2", Some.Noon);

        Assert.Equal(["MAP-101"], JsonSerializer.Deserialize<StudyUpdated>(body)!.Data.Warnings);
        Assert.Equal(-1, body.AsSpan().IndexOf("INVENTED"u8));
    }

    [Fact]
    public void GivenAUnitAndAStudy_WhenTheyAreAppliedAgain_ThenTheEventHasTheSameId()
    {
        Assert.Equal("evt_e06f875fcce5a596227c341bc6f92705", StudyIds.OfEvent("hl7/RIS/NORTH/C1#1", "stu_1"));
        Assert.NotEqual(StudyIds.OfEvent("hl7/RIS/NORTH/C1#1", "stu_1"), StudyIds.OfEvent("hl7/RIS/NORTH/C1#1", "stu_2"));
    }

    private StudyUpdated Read(params FieldChange[] changes) => JsonSerializer.Deserialize<StudyUpdated>(Write(changes))!;

    private StudyUpdated Read(string lifecycle, params FieldChange[] changes) =>
        JsonSerializer.Deserialize<StudyUpdated>(Writer().Write("evt_1", _study, _unit, Result(lifecycle, changes), "hl7v2", Some.Noon))!;

    private byte[] Write(params FieldChange[] changes) =>
        Writer().Write("evt_1", _study, _unit, Result(null, changes), "hl7v2", Some.Noon);

    private static StudyUpdatedWriter Writer() => new("urn:study-update-worker:test", new HashSet<string> { "custom.secret" });

    private static FieldChange Change(string field, string? previous, string? current) => new(field, previous, current, "OBR-5");

    private static UnitResult Result(string? lifecycle, FieldChange[] changes) => new()
    {
        Unit = 1,
        MessageKey = "hl7/RIS/NORTH/C1",
        Outcome = Outcomes.Applied,
        Effective = new EffectiveUpdate(false, null, changes, lifecycle),
    };

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name)];

    private static string?[] Values(StudyChange change) => [change.Previous?.ToString(), change.Current?.ToString()];
}
