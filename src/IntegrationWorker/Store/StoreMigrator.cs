using DbUp.Builder;
using DbUp.Engine;

namespace IntegrationWorker.Store;

/// <summary>Brings the tables up to this version. Any number of workers may start at once: one migrates, the others wait and find it done.</summary>
internal abstract class StoreMigrator
{
    /// <summary>Applies the scripts that were not applied yet.</summary>
    public abstract Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>True when a script of this version is missing in the store.</summary>
    public abstract Task<bool> IsBehindAsync(CancellationToken cancellationToken);

    /// <param name="further">Scripts that are not files of this program.</param>
    protected static UpgradeEngine Engine(UpgradeEngineBuilder builder, string folder, params IEnumerable<SqlScript> further) => builder
        .WithScriptsEmbeddedInAssembly(
            typeof(StoreMigrator).Assembly,
            name => name.StartsWith($"Store.Migrations.{folder}.", StringComparison.Ordinal))
        .WithScripts(further)
        .WithTransaction()
        .WithVariablesDisabled()
        .LogToNowhere()
        .Build();

    protected static void Apply(UpgradeEngine engine)
    {
        var result = engine.PerformUpgrade();

        if (!result.Successful)
        {
            throw new InvalidOperationException($"The store could not be migrated: script {result.ErrorScript?.Name} failed.", result.Error);
        }
    }
}
