using IntegrationWorker.Target;
using Xunit;

namespace IntegrationWorker.Tests.Target;

public sealed class StudyFailuresTests
{
    private static readonly DateTimeOffset _noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly StudyFailures _none = new(0, 0, TimeSpan.Zero, null);

    [Fact]
    public void GivenAStudyThatFailsAgain_WhenAnotherWasAcceptedBetween_ThenTheTimeBetweenCounts()
    {
        var failures = Fail(Fail(_none, 0, acceptedAt: null), 30, acceptedAt: 20);

        Assert.Equal((1, TimeSpan.FromSeconds(30), true), (failures.Alone, failures.AloneFor, failures.IsAlone));
    }

    [Theory]
    [InlineData(null)] // The platform never accepted anything.
    [InlineData(-5)] // Before the outage it did.
    [InlineData(0)] // In the moment of the failure: no witness.
    public void GivenAStudyThatFailsAgain_WhenNoOtherWasAcceptedBetween_ThenNothingCounts(int? acceptedAt)
    {
        var failures = Fail(Fail(_none, 0, acceptedAt), 3600, acceptedAt);

        Assert.Equal((0, TimeSpan.Zero, false), (failures.Alone, failures.AloneFor, failures.IsAlone));
    }

    [Fact]
    public void GivenAnOutageOfHours_WhenOthersAreAcceptedAfterIt_ThenItsTimeDoesNotCount()
    {
        var failures = Fail(Fail(Fail(_none, 0, null), 7200, null), 7210, acceptedAt: 7205);

        Assert.Equal(TimeSpan.FromSeconds(10), failures.AloneFor);
    }

    [Fact]
    public void GivenAWorkerThatStoodStill_WhenTheStudyFailsAgain_ThenTenMinutesCount()
    {
        var failures = Fail(Fail(_none, 0, null), 7200, acceptedAt: 7190);

        Assert.Equal((1, TimeSpan.FromMinutes(10)), (failures.Alone, failures.AloneFor));
    }

    [Fact]
    public void GivenAFailureThatIsNotOfTheStudy_WhenCounted_ThenOnlyAConflictIs()
    {
        var failures = Fail(_none, 0, null).Count(isOfStudy: false, isConflict: true, _noon.AddSeconds(10), _noon.AddSeconds(5));

        Assert.Equal((1, 0, _noon, false), (failures.Conflicts, failures.Alone, failures.FailedAt, failures.IsAlone));
    }

    private static StudyFailures Fail(StudyFailures failures, int second, int? acceptedAt) => failures.Count(
        isOfStudy: true, isConflict: false, _noon.AddSeconds(second), acceptedAt is { } accepted ? _noon.AddSeconds(accepted) : null);
}
