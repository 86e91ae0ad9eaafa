namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>How a worker is started. Unset: SQLite in a temporary folder, embedded transport, the configuration of the examples.</summary>
internal sealed record WorkerSettings
{
    /// <summary>Files for <c>--config</c>, in order.</summary>
    public IReadOnlyList<string> ConfigFiles { get; init; } = [Repository.PathOf("tests", "Samples", "examples", "_fixtures", "config.json")];

    /// <summary>Runs on this broker instead of the embedded transport.</summary>
    public Uri? Broker { get; init; }

    /// <summary>Connection string; keeps its records in PostgreSQL instead of SQLite.</summary>
    public string? Postgres { get; init; }

    /// <summary>A SQLite file that several workers or restarts share; by default one in a temporary folder of this worker.</summary>
    public string? SqliteFile { get; init; }

    /// <summary>A key file that several workers of one store share; by default one in a temporary folder of this worker.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Further settings, as <c>Section__Name</c>; they win.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    internal IReadOnlyDictionary<string, string?> ToEnvironment(string folder, int port)
    {
        var variables = new Dictionary<string, string?>
        {
            ["Http__Urls"] = $"http://127.0.0.1:{port}",
            ["Broker__Transport"] = Broker is null ? "embedded" : "rabbitmq",
            ["Store__Provider"] = Postgres is null ? "sqlite" : "postgres",
            ["Store__Path"] = SqliteFile ?? Path.Combine(folder, "worker.db"),
            ["Protection__KeyFile"] = KeyFile ?? Path.Combine(folder, "keys.json"),
        };
        if (Broker is not null)
        {
            variables["Broker__Uri"] = Broker.AbsoluteUri;
        }

        if (Postgres is not null)
        {
            variables["Store__ConnectionString"] = Postgres;
        }

        foreach (var (name, value) in Environment)
        {
            variables[name] = value;
        }

        return variables;
    }
}
