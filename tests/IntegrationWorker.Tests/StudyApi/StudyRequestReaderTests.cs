using System.Text;
using IntegrationWorker.Studies;
using IntegrationWorker.StudyApi.Requests;
using Xunit;

namespace IntegrationWorker.Tests.StudyApi;

/// <summary>Bodies of the study API: what may be in them, and that all faults are told at once.</summary>
public sealed class StudyRequestReaderTests
{
    private const string Reader = "usr_00000000000000000000000000000001";
    private const string House = "org_00000000000000000000000000000001";

    private const string Whole = $$"""
        {"studyInstanceUid":"1.2.3","studyDescription":" CT\nChest ","severity":"stat","assignedTo":"{{Reader}}","orgId":"{{House}}",
         "metadata":{"room":"7"},"expressCustomerId":"cus_0123456789abcdef0123456789abcdef"}
        """;

    private static readonly StudyRequestRules _operator = new(id => id == Reader, id => id == House, MayMove: true);

    [Fact]
    public void GivenAWholeCreation_WhenRead_ThenAllOfItIsThere()
    {
        var creation = StudyRequestReader.ReadCreation(Bytes(Whole), _operator).Request;

        Assert.Equal(("1.2.3", "CT Chest", "stat"), (creation?.StudyInstanceUid, creation?.StudyDescription, creation?.Severity));
        Assert.Equal((Reader, House), (creation?.AssignedTo, creation?.OrgId));
        Assert.Equal("7", creation?.Metadata["room"]);
        Assert.Equal("cus_0123456789abcdef0123456789abcdef", creation?.ExpressCustomerId);
    }

    [Fact]
    public void GivenOptionalNulls_WhenACreationIsRead_ThenTheyCountAsLeftOut()
    {
        var creation = StudyRequestReader.ReadCreation(
            Bytes("""{"studyInstanceUid":"1.2.3","studyDescription":"CT","severity":"high","assignedTo":null,"metadata":null,"orgId":null,"expressCustomerId":null}"""),
            _operator).Request;

        Assert.NotNull(creation);
        Assert.Empty(creation.Metadata);
    }

    [Theory]
    [InlineData("{}", "CMD-003 /studyInstanceUid", "CMD-003 /studyDescription", "CMD-003 /severity")]
    [InlineData("""{"studyInstanceUid":"1.02","studyDescription":"","severity":"urgent"}""", "IDN-004 /studyInstanceUid", "CMD-004 /studyDescription", "CMD-004 /severity")]
    [InlineData("""{"studyInstanceUid":5,"studyDescription":null,"severity":["stat"]}""", "CMD-004 /studyInstanceUid", "CMD-003 /studyDescription", "CMD-004 /severity")]
    [InlineData("[]", "CMD-001 ")]
    [InlineData("\"text\"", "CMD-001 ")]
    [InlineData("{", "CMD-001 ")]
    [InlineData("", "CMD-001 ")]
    public void GivenFaults_WhenACreationIsRead_ThenEachHasItsPlace(string body, params string[] expected) =>
        Assert.Equal(expected, Found(StudyRequestReader.ReadCreation(Bytes(body), _operator).Faults));

    [Theory]
    [InlineData("""{"studyInstanceUid":"1.2.3"}""", "CMD-002 /studyInstanceUid")] // Never updatable.
    [InlineData("""{"isCancelled":true,"studyId":"x"}""", "CMD-002 /isCancelled", "CMD-002 /studyId")]
    [InlineData("""{"severity":"high","severity":"stat"}""", "CMD-002 /severity")]
    [InlineData("""{"metadata":{"a/b":"1","a/b":"2","a/b":"3"}}""", "CMD-002 /metadata/a~1b")]
    [InlineData("""{"severity":null,"studyDescription":null,"studyViewerStatus":null}""", "CMD-003 /studyDescription", "CMD-003 /severity", "CMD-003 /studyViewerStatus")]
    [InlineData("""{"assignedTo":"bob"}""", "CMD-004 /assignedTo")]
    [InlineData("""{"assignedTo":"usr_00000000000000000000000000000002"}""", "CMD-004 /assignedTo")] // Nobody has this id.
    [InlineData("""{"orgId":"org_00000000000000000000000000000002"}""", "CMD-004 /orgId")]
    [InlineData("""{"metadata":{"a":1,"b":{},"c":["x"]}}""", "CMD-004 /metadata/a", "CMD-004 /metadata/b", "CMD-004 /metadata/c")]
    [InlineData("""{"metadata":"x"}""", "CMD-004 /metadata")]
    [InlineData("""{"metadata":{"":"x"}}""", "LIM-002 /metadata/")]
    [InlineData("""{"studyDescription":" \t "}""", "CMD-004 /studyDescription")]
    public void GivenFaults_WhenAPatchIsRead_ThenEachHasItsPlace(string body, params string[] expected) =>
        Assert.Equal(expected, Found(StudyRequestReader.ReadPatch(Bytes(body), _operator).Faults));

    [Fact]
    public void GivenEveryLimit_WhenItIsReachedOrPassed_ThenOnlyPassingItIsAFault()
    {
        Assert.Empty(Patch(Pair(new string('k', 100), new string('v', 1000)), _operator));
        Assert.Equal(["LIM-002"], Codes(Patch(Pair(new string('k', 101), "v"), _operator)));
        Assert.Equal(["LIM-003"], Codes(Patch(Pair("k", new string('v', 1001)), _operator)));
        Assert.Empty(Patch(Pairs(50), _operator));
        Assert.Equal(["LIM-001"], Codes(Patch(Pairs(51), _operator)));
        Assert.Empty(Patch($$"""{"studyDescription":"{{new string('d', 1000)}}"}""", _operator));
        Assert.Equal(["CMD-004"], Codes(Patch($$"""{"studyDescription":"{{new string('d', 1001)}}"}""", _operator)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData(" \r\n")]
    public void GivenAnEmptyBody_WhenAPatchIsRead_ThenItChangesNothing(string body) =>
        Assert.Equivalent(StudyPatch.Empty, StudyRequestReader.ReadPatch(Bytes(body), _operator).Request, strict: true);

    [Fact]
    public void GivenNulls_WhenAPatchIsRead_ThenTheyAreAskedForAndNotLeftOut()
    {
        var patch = StudyRequestReader.ReadPatch(Bytes("""{"assignedTo":null,"orgId":null,"metadata":null}"""), _operator).Request;
        var merge = StudyRequestReader.ReadPatch(Bytes("""{"metadata":{"a":null,"b":"2"}}"""), _operator).Request;

        Assert.Equal((true, true, true), (patch?.AssignedTo is { Value: null }, patch?.OrgId is { Value: null }, patch?.ClearsMetadata));
        Assert.Equal((false, "2", true), (merge?.ClearsMetadata, merge?.Metadata["b"], merge?.Metadata["a"] is null));
    }

    [Fact]
    public void GivenACallerWhoMayNotMove_WhenTheOrganizationIsNamed_ThenThatIsForbiddenBesideEveryOtherFault()
    {
        var faults = StudyRequestReader.ReadPatch(Bytes($$"""{"orgId":"{{House}}","severity":"x"}"""), _operator with { MayMove = false }).Faults;

        Assert.Equal(["CMD-004 /severity", "SEC-002 /orgId"], Found(faults));
        Assert.Equal(403, StudyProblems.StatusOf(faults));
    }

    [Theory]
    [InlineData("""{"studyId":"stu_0123456789abcdef0123456789abcdef"}""")]
    [InlineData("""{"studyInstanceUid":"1.2.3","studyId":null}""")]
    [InlineData("{}", "CMD-003 /studyId")]
    [InlineData("""{"studyId":"stu_0123456789abcdef0123456789abcdef","studyInstanceUid":"1.2.3"}""", "CMD-002 /studyInstanceUid")]
    [InlineData("""{"studyId":"stu_0123456789ABCDEF0123456789abcdef"}""", "CMD-004 /studyId")]
    [InlineData("""{"studyInstanceUid":"1..3","reason":"x"}""", "CMD-002 /reason", "IDN-004 /studyInstanceUid")]
    public void GivenAReference_WhenRead_ThenItIsExactlyOneOfTwo(string body, params string[] expected) =>
        Assert.Equal(expected, Found(StudyRequestReader.ReadReference(Bytes(body)).Faults));

    private static IReadOnlyList<Notice> Patch(string body, StudyRequestRules rules) => StudyRequestReader.ReadPatch(Bytes(body), rules).Faults;

    private static string Pair(string key, string value) => $$$"""{"metadata":{"{{{key}}}":"{{{value}}}"}}""";

    private static string Pairs(int count) =>
        $$$"""{"metadata":{{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"k{i}\":\"v\""))}}}}}""";

    private static IEnumerable<string> Codes(IEnumerable<Notice> faults) => faults.Select(fault => fault.Code);

    private static IEnumerable<string> Found(IEnumerable<Notice> faults) => faults.Select(fault => $"{fault.Code} {fault.Location}");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
