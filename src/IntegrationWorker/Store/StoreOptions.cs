using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.Store;

/// <summary>Where everything is kept.</summary>
internal sealed class StoreOptions : IValidatableObject
{
    public const string Section = "Store";
    public const string Sqlite = "sqlite";
    public const string PostgreSql = "postgres";

    /// <summary><c>sqlite</c> (one worker) or <c>postgres</c> (any number). Default <c>sqlite</c>.</summary>
    [AllowedValues(Sqlite, PostgreSql)]
    public string Provider { get; init; } = Sqlite;

    /// <summary>The SQLite file; its folder is made. Default <c>./data/worker.db</c>.</summary>
    [Required]
    public string Path { get; init; } = "./data/worker.db";

    /// <summary>The PostgreSQL database, as Npgsql writes it: <c>Host=…;Username=…;Password=…;Database=…</c>.</summary>
    public string ConnectionString { get; init; } = "";

    /// <summary>Bring the tables up to this version at start. If not, the verb <c>migrate</c> has to. Default true.</summary>
    public bool MigrateAtStart { get; init; } = true;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Provider == PostgreSql && ConnectionString.Length == 0)
        {
            yield return new ValidationResult("The provider postgres needs a connection string.", [nameof(ConnectionString)]);
        }
    }
}
