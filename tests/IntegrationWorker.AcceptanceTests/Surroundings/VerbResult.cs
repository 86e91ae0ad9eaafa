namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>What a verb of the command line did.</summary>
internal sealed record VerbResult(int ExitCode, string Output, string Errors);
