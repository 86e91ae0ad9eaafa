namespace IntegrationWorker.Cli;

/// <summary>A verb cannot do what it was asked for; the text is for the person at the terminal.</summary>
internal sealed class VerbFailedException(string message) : Exception(message);
