using System.Reflection;
using System.Text.RegularExpressions;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Examples;
using IntegrationWorker.Tests.Store;
using Xunit;

namespace IntegrationWorker.Tests.Contracts;

/// <summary>
/// Every code of docs/codes.json is seen somewhere: the worked examples produce it, or a test that is named here, or it
/// belongs to something that is not built yet.
/// </summary>
public sealed partial class CodeCoverageTests
{
    private const string NoRemoteDirectory = "the directories are read from the configuration";

    /// <summary>What no worked example can show: class and method of the test that does.</summary>
    private static readonly Dictionary<string, string> _elsewhere = new()
    {
        [Codes.TooLarge] = "Hl7ReaderTests.GivenABodyOfTheMostThatIsTaken_WhenItHasOneByteMore_ThenItIsRejected", // Five megabytes.
        [Codes.TooManyWaiting] = "ParkedUnitTests.GivenAsManyWaitingUnitsAsMayWaitUnderOneKey_WhenAnotherComes_ThenItGoesToAPerson", // A hundred messages.
        [Codes.DatabaseDown] = "BatcherTests.GivenAStoreThatFails_WhenItWorksAgain_ThenTheSameBatchIsCommittedAndHealthSaidWhy",
        [Codes.StudyGone] = "TargetSuite.GivenARefusalAtEachStep_WhenTheWorkerDiesAnywhere_ThenADeadLetterSaysWhyAndOurRecordIsThePlatforms",
        [Codes.KeysKept] = "TargetSuite.GivenAKeyToBeRemoved_WhenThePlatformReplacesMergesOrKeeps_ThenItIsGoneOrTheEventWarns",
        [Codes.StoreServerError] = "TargetSuite.GivenSeveralChangesOfAStudy_WhenBroughtAfterAnOutage_ThenTheyComeInOrderAndTheEventsToo",
        [Codes.StoreNoAnswer] = "TargetSuite.GivenAPlatformThatIsAway_WhenBrought_ThenTheFailureSaysHowAndThePlanStays",
        [Codes.StoreConcurrentChange] = "TargetSuite.GivenSomebodyWhoIsAlwaysFirst_WhenBroughtAgainAndAgain_ThenItIsGivenUpAndOthersGoOn",
        [Codes.FhirAccessRefused] = "FetchTests.GivenAServerThatRefusesAStudy_WhenItIsRead_ThenAPersonIsAskedAndAReplayReadsItAgain",
        [Codes.FhirServerDown] = "FetchTests.GivenAServerInTrouble_WhenItIsBack_ThenEverythingIsReadAndNothingIsADeadLetter",
        [Codes.FhirTokenRefused] = "FetchTests.GivenATokenThatIsNotTaken_WhenItIsPutRight_ThenWhatWaitedIsRead",
        [Codes.GivenUp] = "BatcherTests.GivenAMessageThatKeepsFailingAlone_WhenTwoHoursAreOver_ThenItIsOneDeadLetter",
        [Codes.StoreRefused] = "StudyContractTests.GivenAStudy_WhenCancelledAndUncancelled_ThenEachAnswersTheStudyAsItIs",
        [Codes.InProgressElsewhere] = "StudyErrorTests.GivenARequestUnderWay_WhenItComesAgain_ThenTheSecondIsAConflictAndTheFirstIsDone",
        [Codes.StoreTooManyRequests] = "StudyLimitTests.GivenALimit_WhenAKeyPassesIt_ThenItIsToldWhenToComeAgainAndOtherKeysAreNot",
    };

    /// <summary>What nothing in the program can produce, and why.</summary>
    private static readonly Dictionary<string, string> _notYet = new()
    {
        [Codes.UserDirectoryDown] = NoRemoteDirectory,
        [Codes.OrgDirectoryDown] = NoRemoteDirectory,
    };

    [Fact]
    public async Task GivenTheWorkedExamples_WhenTheyAreRun_ThenEveryCodeIsProducedThereOrNamedHere()
    {
        var produced = await ProducedAsync();

        Assert.Equal(CodeNames().Keys.Order(), produced.Union(_elsewhere.Keys).Union(_notYet.Keys).Order());
        Assert.Empty(produced.Intersect(_elsewhere.Keys)); // An example is better than a line here.
        Assert.Empty(_elsewhere.Keys.Intersect(_notYet.Keys));
    }

    [Fact]
    public void GivenACodeOfATest_WhenTheTestIsLookedUp_ThenItIsThereAndItsFileNamesTheCode()
    {
        var names = CodeNames();

        Assert.All(_elsewhere, entry =>
        {
            var (file, method) = (entry.Value.Split('.')[0], entry.Value.Split('.')[1]);
            var path = Directory.EnumerateFiles(Repository.PathOf("tests"), $"{file}.cs", SearchOption.AllDirectories).Single();
            var text = File.ReadAllText(path);

            Assert.Contains($" {method}(", text, StringComparison.Ordinal);
            Assert.True(text.Contains($"Codes.{names[entry.Key]}", StringComparison.Ordinal) || text.Contains(entry.Key, StringComparison.Ordinal), entry.Key);
        });
    }

    [Fact]
    public void GivenACodeOfWhatIsNotBuiltYet_WhenTheProgramIsSearched_ThenNothingUsesIt()
    {
        var used = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => UseOfACode().Matches(File.ReadAllText(file)).Select(use => use.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);

        Assert.Empty(CodeNames().Where(code => _notYet.ContainsKey(code.Key) && used.Contains(code.Value)).Select(code => code.Key));
    }

    [GeneratedRegex(@"\bCodes\.(\w+)")]
    private static partial Regex UseOfACode();

    /// <summary>Name of the constant by code.</summary>
    private static Dictionary<string, string> CodeNames() =>
        typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(field => (string)field.GetRawConstantValue()!, field => field.Name);

    private static async Task<HashSet<string>> ProducedAsync()
    {
        var codes = new HashSet<string>(StringComparer.Ordinal);

        foreach (var name in ExampleFolders.All())
        {
            var run = new ExampleRun(Example.Load(name), new MemoryStudyStore());
            Assert.Empty(await run.RunAsync(TestContext.Current.CancellationToken));
            codes.UnionWith(run.Results.SelectMany(Notices).Select(notice => notice.Code));
        }

        return codes;
    }

    private static IEnumerable<Notice> Notices(MessageResult result) =>
        [.. result.Warnings, .. Some(result.Error), .. result.Units.SelectMany(Notices), .. result.Reapplied.SelectMany(Notices)];

    private static IEnumerable<Notice> Notices(UnitResult unit) =>
        [.. unit.Warnings, .. Some(unit.Error), .. (unit.Studies ?? []).SelectMany(Notices)];

    private static IEnumerable<Notice> Some(Notice? notice) => notice is null ? [] : [notice];
}
