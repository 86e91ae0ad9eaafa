using IntegrationWorker.Hosting.Settings;
using Xunit;

namespace IntegrationWorker.Tests.Hosting;

/// <summary>The environment belongs to the process: what is set here, every test sees that loads settings meanwhile. So nothing runs beside these.</summary>
[CollectionDefinition(nameof(EnvironmentSettingsTests), DisableParallelization = true)]
[Collection(nameof(EnvironmentSettingsTests))]
public class EnvironmentSettingsTests
{
    [Fact]
    public void GivenAnEnvironmentVariable_WhenLoaded_ThenItWinsAndForeignOnesAreNoneOfOurBusiness()
    {
        Environment.SetEnvironmentVariable("Intake__GiveUpMinutes", "77");
        Environment.SetEnvironmentVariable("Foreign__Thing", "x");

        try
        {
            Assert.Equal("77", WorkerSettings.Load([]).Configuration["Intake:GiveUpMinutes"]);
            Environment.SetEnvironmentVariable("Intake__GivUpMinutes", "77");
            Assert.Contains("Intake:GivUpMinutes", Assert.Throws<SettingsException>(() => WorkerSettings.Load([])).Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("Intake__GiveUpMinutes", null);
            Environment.SetEnvironmentVariable("Intake__GivUpMinutes", null);
            Environment.SetEnvironmentVariable("Foreign__Thing", null);
        }
    }
}
