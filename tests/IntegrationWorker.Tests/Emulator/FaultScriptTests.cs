using System.Text;
using IntegrationWorker.Emulator;
using Xunit;

namespace IntegrationWorker.Tests.Emulator;

public sealed class FaultScriptTests
{
    [Fact]
    public void GivenLinesByOperationAndNumber_WhenCallsComeIn_ThenEachMeetsWhatIsWrittenForIt()
    {
        var script = FaultScript.Parse("""
            { "faults": [ // Lines may have comments.
              { "kind": "500", "operation": "patch", "nth": 2 },
              { "kind": "latency", "operation": "patch", "ms": 1 },
              { "kind": "cut-after", "operation": "cancel", "times": 1 } ] }
            """u8);

        Assert.Equal(["latency"], Kinds(script.Next("patch")));
        Assert.Equal(["500", "latency"], Kinds(script.Next("patch")));
        Assert.Equal(["latency"], Kinds(script.Next("patch")));
        Assert.Equal(["cut-after"], Kinds(script.Next("cancel")));
        Assert.Empty(script.Next("cancel"));
        Assert.Empty(script.Next("get"));
    }

    [Fact]
    public void GivenAShareWithASeed_WhenTheSameCallsComeInAgain_ThenTheyMeetTheSameFaults()
    {
        const string text = """{ "seed": 7, "faults": [ { "kind": "503", "share": 0.3 } ] }""";

        var first = Draw(FaultScript.Parse(Encoding.UTF8.GetBytes(text)));
        var second = Draw(FaultScript.Parse(Encoding.UTF8.GetBytes(text)));

        Assert.Equal(first, second);
        Assert.InRange(first.Count(isMet => isMet), 200, 400);
    }

    [Fact]
    public void GivenALineOfOneStudy_WhenCallsComeIn_ThenOnlyThoseAboutItMeetItAndAreCounted()
    {
        var script = FaultScript.Parse("""{ "faults": [ { "kind": "500", "study": "2.25.1", "nth": 2 } ] }"""u8);

        Assert.Empty(script.Next("get", "stu_2", "2.25.2"));
        Assert.Empty(script.Next("get", "stu_1", "2.25.1"));
        Assert.Empty(script.Next("patch", "stu_2", "2.25.2"));
        Assert.Equal(["500"], Kinds(script.Next("patch", "stu_1", "2.25.1")));
    }

    [Theory]
    [InlineData("""{ "faults": [ { "kind": "flood" } ] }""", "flood")]
    [InlineData("""{ "faults": [ { "kind": "200" } ] }""", "200")]
    [InlineData("""{ "faults": [ { "kind": "500", "operation": "delete" } ] }""", "delete")]
    [InlineData("""{ "faults": [ { "kind": "500", "share": 2 } ] }""", "500")]
    [InlineData("""{ "faults": [ { "kind": "500", "chance": 0.1 } ] }""", "line 1")]
    [InlineData("""{ "faults": [ """, "line 1")]
    public void GivenAScriptWithAMistake_WhenRead_ThenTheMistakeIsNamed(string text, string named)
    {
        var failure = Assert.Throws<FormatException>(() => FaultScript.Parse(Encoding.UTF8.GetBytes(text)));

        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    private static List<bool> Draw(FaultScript script) => [.. Enumerable.Range(0, 1000).Select(_ => script.Next("get").Count > 0)];

    private static IEnumerable<string> Kinds(IReadOnlyList<Fault> faults) => faults.Select(fault => fault.Kind);
}
