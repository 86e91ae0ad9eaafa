namespace IntegrationWorker.Cli;

/// <summary>What the program tells the shell.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>It did not work; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongUsage = 2;
}
