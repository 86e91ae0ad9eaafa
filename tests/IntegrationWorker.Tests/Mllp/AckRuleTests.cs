using System.Text.RegularExpressions;
using IntegrationWorker.Contracts;
using IntegrationWorker.Mllp;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Mllp;

/// <summary>The tables of docs/mllp-acknowledgements.md are what the program does.</summary>
public sealed partial class AckRuleTests
{
    private static readonly string _page = File.ReadAllText(Repository.PathOf("docs/mllp-acknowledgements.md"));

    [GeneratedRegex(@"^\| (empty|AL|NE|ER|SU) \| (empty|AL|NE|ER|SU) \| (\w+) \| (\w+) \| (\w+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| ([A-Z0-9]{3}-\d{3}) \| ([ER]) \| (\d{3}) \| ?(.*?) ?\|$", RegexOptions.Multiline)]
    private static partial Regex CodeRow();

    [Fact]
    public void GivenTheTableOfAnswers_WhenComparedWithTheProgram_ThenEveryCombinationStandsThereOnceAndIsRight()
    {
        var rows = Row().Matches(_page);

        Assert.Equal(25, rows.DistinctBy(row => row.Groups[1].Value + row.Groups[2].Value).Count());
        Assert.Equal(25, rows.Count);
        Assert.All(rows, row =>
        {
            foreach (var (kind, column) in ((AckKind, int)[])[(AckKind.Accept, 3), (AckKind.Error, 4), (AckKind.Reject, 5)])
            {
                var code = AckRule.CodeFor(Sent(row.Groups[1].Value), Sent(row.Groups[2].Value), kind);
                Assert.Equal($"{row.Value} {kind} {row.Groups[column].Value}", $"{row.Value} {kind} {code ?? "none"}");
            }
        });
    }

    [Theory]
    [InlineData("USA", "", "AA")] // A field too many before it.
    [InlineData("", "44", "AA")]
    [InlineData("al", "", "AA")]
    [InlineData("NE", "USA", null)]
    public void GivenAValueThatIsNotInTable0155_WhenAnswered_ThenItCountsAsEmpty(string accept, string application, string? expected) =>
        Assert.Equal(expected, AckRule.CodeFor(accept, application, AckKind.Accept));

    [Fact]
    public void GivenTheTableOfCodes_WhenComparedWithTheProgram_ThenEveryCodeThatIsNotAnInternalErrorStandsThereAndIsRight()
    {
        var rows = CodeRow().Matches(_page).ToDictionary(row => row.Groups[1].Value);

        foreach (var code in typeof(Codes).GetFields().Select(field => (string)field.GetRawConstantValue()!).Where(code => int.Parse(code[^3..]) < 100))
        {
            var error = AckError.Of(Notice.Of(code), unit: 1);
            var answer = AckRule.KindOf(code) == AckKind.Reject ? "R" : "E";
            var place = error.Segment.Length == 0 ? "" : $"{error.Segment}-{error.Field}";

            if (rows.TryGetValue(code, out var row))
            {
                Assert.Equal((code, row.Groups[2].Value, row.Groups[3].Value), (code, answer, error.Hl7Code));
                Assert.True(place.Length == 0 || place == row.Groups[4].Value, $"{code}: {place}");
            }
            else
            {
                Assert.Equal((code, "E", "207", ""), (code, answer, error.Hl7Code, place));
            }
        }
    }

    private static string Sent(string cell) => cell == "empty" ? "" : cell;
}
