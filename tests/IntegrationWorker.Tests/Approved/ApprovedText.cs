using Xunit;

namespace IntegrationWorker.Tests.Approved;

/// <summary>Compares a text with the approved file beside this one. <c>APPROVE=1</c> writes the files anew.</summary>
internal static class ApprovedText
{
    public static void Assert(string name, string actual)
    {
        var file = Repository.PathOf("tests", "IntegrationWorker.Tests", "Approved", $"{name}.txt");
        actual = $"{actual.ReplaceLineEndings("\n").Trim('\n')}\n";

        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(file, actual);
        }

        var approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        Xunit.Assert.True(approved == actual, $"{name}.txt is not what was approved. Look at the difference; APPROVE=1 accepts it. Now:\n{actual}");
    }
}
