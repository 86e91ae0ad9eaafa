using DbUp.Engine;
using Quartz;

namespace IntegrationWorker.Store.PostgreSql;

/// <summary>The tables in which workers share the schedule of their jobs, as the library of this version wants them.</summary>
/// <remarks>Made as a migration and not by the library at its start: that would not wait for other workers that do the same.</remarks>
internal static class QuartzTables
{
    public const string Prefix = "qrtz_";

    // A version of the library with other tables comes with a script of another name.
    private const string ScriptName = "Store.Migrations.PostgreSql.0002_quartz_4_7.sql";
    private const string Resource = "Quartz.Impl.AdoJobStore.Schema.create_postgres.sql";

    public static SqlScript Script { get; } = new(ScriptName, Read());

    private static string Read()
    {
        using var stream = typeof(IScheduler).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"Quartz has no resource {Resource}: this version keeps its tables elsewhere.");
        using var reader = new StreamReader(stream);

        // Its places for the prefix of tables and of indices.
        return reader.ReadToEnd().Replace("{0}", Prefix, StringComparison.Ordinal).Replace("{1}", Prefix, StringComparison.Ordinal);
    }
}
