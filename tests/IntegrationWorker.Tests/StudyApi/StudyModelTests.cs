using IntegrationWorker.Tests.StudyApi.Model;
using Xunit;

namespace IntegrationWorker.Tests.StudyApi;

/// <summary>Random sequences of calls of the study API and messages of two sources agree with a simple model in every answer and every state.</summary>
public sealed class StudyModelTests
{
    private const int Runs = 500;
    private const int Steps = 50;

    [Fact]
    public async Task GivenRandomCallsAndMessages_WhenTheyAreDecided_ThenAnswersVersionsLimitsAndStatesAreThoseOfTheModel()
    {
        for (var seed = 1; seed <= Runs; seed++)
        {
            var fault = await new ModelRun(seed).FindFaultAsync(Steps);

            Assert.True(fault is null, $"seed {seed}, {fault}");
        }
    }
}
