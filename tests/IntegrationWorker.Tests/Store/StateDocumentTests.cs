using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Suite;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Store;

public sealed class StateDocumentTests
{
    // What stores hold: a change of this text needs a reader of both.
    private const string Approved =
        """
        {"w":[["ris",2,"639080496000000000+10000@0","hl7/ris/1#1"],["ehr",3,"639080496000000000+10000@0","hl7/ehr/1#1"]],
        "f":{"severity":["stat",0,1,[["pacs",null,"639080496000000000+600000000@-360;639080496000000000+10000@0;7"]]],
        "assignedTo":[null,1],"studyViewerStatus":["incomplete"],"metadata.x":[]},
        "p":[{"k":"filler:F1^RIS","c":"639080496000000000+10000@0","f":{"state":["active",0]}}],
        "e":true,"r":{"filler:F1^RIS|ris":[639080496000000000,3]}}
        """;

    [Fact]
    public void GivenAStateOfAllParts_WhenWritten_ThenItIsTheApprovedText()
    {
        Assert.Equal(Approved.ReplaceLineEndings(""), Encoding.UTF8.GetString(StateWriter.Write(Whole())));
    }

    [Fact]
    public void GivenTheApprovedText_WhenRead_ThenItIsTheStateOfAllParts()
    {
        Assert.Equivalent(Whole(), StateReader.Read(Encoding.UTF8.GetBytes(Approved)), strict: true);
    }

    [Fact]
    public void GivenAnyState_WhenWrittenAndRead_ThenNothingIsLost()
    {
        Prop.ForAll(States().ToArbitrary(), state =>
        {
            var json = StateWriter.Write(state);
            var read = StateReader.Read(json);

            Assert.Equivalent(state, read, strict: true);
            Assert.Equal(json, StateWriter.Write(read));
            Assert.Equal(
                state.Fields.Where(field => field.Key.StartsWith("metadata.", StringComparison.Ordinal) && field.Value.Value is not null)
                    .Select(field => KeyValuePair.Create(field.Key["metadata.".Length..], field.Value.Value!))
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal),
                StateMetadata.Read(json));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void GivenADocumentCutAnywhere_WhenRead_ThenItFailsWithoutAWordOfIt()
    {
        var json = Encoding.UTF8.GetBytes(Approved);

        for (var length = 0; length < json.Length; length++)
        {
            var failure = Assert.ThrowsAny<JsonException>(() => StateReader.Read(json.AsSpan(0, length)));
            Assert.DoesNotContain("stat\"", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"later":1}""")]
    [InlineData("""{"f":{"severity":["stat",null,null,null,1]}}""")]
    [InlineData("""{"f":{"severity":{}}}""")]
    [InlineData("""{"f":{"severity":["stat",null,null,[[]]]}}""")]
    [InlineData("""{"f":{"severity":["stat",5]}}""")]
    [InlineData("""{"f":{"severity":[1]}}""")]
    [InlineData("""{"w":[["ris",2,"1+1@0","k",1]]}""")]
    [InlineData("""{"w":[["ris",2,"1+1@0",1]]}""")]
    [InlineData("""{"w":[["ris",2,"noon"]]}""")]
    [InlineData("""{"p":[{"k":"group:1"},1]}""")]
    public void GivenADocumentOfALaterVersion_WhenRead_ThenItFailsAndLosesNothingInSilence(string json)
    {
        Assert.ThrowsAny<JsonException>(() => StateReader.Read(Encoding.UTF8.GetBytes(json)));
    }

    private static StudyState Whole()
    {
        var (ris, ehr) = (Some.WriteBy("ris"), Some.WriteBy("ehr") with { Authority = Authority.Ehr });
        var minute = new Moment(Some.Noon.ToOffset(TimeSpan.FromHours(-6)), TimeSpan.FromMinutes(1));
        var state = new StudyState
        {
            EnteredInError = true,
            RepeatedTimes = new() { ["filler:F1^RIS|ris"] = new RepeatedTime(Some.Noon.UtcTicks, 3) },
            Fields =
            {
                ["severity"] = new FieldState
                {
                    Value = "stat", Last = ris, Holder = ehr, Others = [new Said("pacs", null, new Clock(minute, Moment.At(Some.Noon), 7))],
                },
                ["assignedTo"] = new FieldState { Last = ehr },
                ["studyViewerStatus"] = new FieldState { Value = "incomplete" },
                ["metadata.x"] = new FieldState(),
            },
        };
        state.Procedures.Add(new Procedure { Key = "filler:F1^RIS", FirstStated = Clock.At(Some.Noon), Facts = { ["state"] = new FieldState { Value = "active", Last = ris } } });

        return state;
    }

    private static Gen<StudyState> States() =>
        from writes in Writes().NonEmptyListOf()
        from fields in Fields([.. writes])
        from facts in Fields([.. writes]).ListOf()
        from enteredInError in ArbMap.Default.GeneratorFor<bool>()
        select StateOf(fields, [.. facts], enteredInError);

    private static StudyState StateOf(Dictionary<string, FieldState> fields, IReadOnlyList<Dictionary<string, FieldState>> facts, bool enteredInError)
    {
        var state = new StudyState { Fields = fields, EnteredInError = enteredInError };
        state.Procedures.AddRange(facts.Select((fact, i) => new Procedure { Key = $"group:{i}", FirstStated = Clock.At(Some.Noon.AddHours(i)), Facts = fact }));

        return state;
    }

    private static Gen<Dictionary<string, FieldState>> Fields(Write[] writes) =>
        from fields in (from name in Texts() from field in Field(writes) select (name, field)).ListOf()
        select fields.DistinctBy(field => field.name).ToDictionary(field => field.name, field => field.field, StringComparer.Ordinal);

    private static Gen<FieldState> Field(Write[] writes) =>
        from value in Texts().OrNull()
        from last in Gen.Elements(writes).OrNull()
        from holder in Gen.Elements(writes).OrNull()
        from others in (from source in Texts() from said in Texts().OrNull() from clock in Clocks() select new Said(source, said, clock)).ListOf()
        select new FieldState { Value = value, Last = last, Holder = holder, Others = others.Count == 0 ? null : [.. others] };

    // Some are equal without being the same, as those of a message that comes twice.
    private static Gen<Write> Writes() =>
        from source in Gen.Elements("ris", "ehr", "")
        from authority in Gen.Elements(Enum.GetValues<Authority>())
        from clock in Clocks()
        from key in Gen.Elements("hl7/RIS/NORTH/1#1", "hl7/RIS/NORTH/2#1", null)
        select new Write(source, authority, clock, key);

    private static Gen<Clock> Clocks() =>
        from minutes in Gen.Choose(0, 3)
        from offset in Gen.Choose(-14, 14)
        from sequence in Gen.Choose(0, 2)
        from isMessageTime in ArbMap.Default.GeneratorFor<bool>()
        select new Clock(
            Moment.At(Some.Noon.AddMinutes(minutes).ToOffset(TimeSpan.FromHours(offset))),
            Moment.At(Some.Noon),
            sequence == 0 ? null : sequence,
            isMessageTime);

    private static Gen<string> Texts() => Gen.Elements("a", "severity", "", "Größe \"5\" \\", "\u0001\t\n", "😀", "metadata.ris.modality", "null");
}
