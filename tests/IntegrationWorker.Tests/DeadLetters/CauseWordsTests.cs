using System.Reflection;
using IntegrationWorker.Contracts;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.DeadLetters;

public sealed class CauseWordsTests
{
    [Fact]
    public void GivenTheCodesThatMakeDeadLetters_WhenLookedUp_ThenEachHasWordsForAHospital()
    {
        var permanent = typeof(Codes).GetFields(BindingFlags.Static | BindingFlags.Public)
            .Select(field => (string)field.GetValue(null)!)
            .Where(code => code[4] == '0' && !code.StartsWith("API-", StringComparison.Ordinal) && code != "FHR-004"); // Not raised yet.

        Assert.Equal(permanent.Order(), CauseWords.Known.Order());
    }

    [Fact]
    public void GivenRejections_WhenClassified_ThenTheCauseHoldsNoContent()
    {
        Assert.Equal(
            ("IDN-002", null, "by=accession"),
            Parts(new Notice(Codes.Ambiguous, new Dictionary<string, object> { ["by"] = "accession", ["n"] = 2, ["candidates"] = new[] { "stu_1", "stu_2" } })));
        Assert.Equal(("IDN-004", "ZDS-1.1", ""), Parts(Notice.Of(Codes.InvalidUid, "value", "1..2", "location", "ZDS-1.1")));
        Assert.Equal(("IDN-005", null, "byAccession+byUid"), Parts(Notice.Of(Codes.IdentityContradiction, "byUid", "stu_1", "byAccession", "stu_2")));
        Assert.Equal(("HL7-006", null, "missing=ORC; type=ORM^O01"), Parts(Notice.Of(Codes.SegmentMissing, "missing", "ORC", "type", "ORM^O01")));
        Assert.Equal(60 + "application=".Length, CauseRule.Of(Notice.Of(Codes.UnknownSender, "application", new string('x', 500))).Cause.Length);
    }

    private static (string, string?, string) Parts(Notice error)
    {
        var cause = CauseRule.Of(error);
        return (cause.Code, cause.Location, cause.Cause);
    }
}
