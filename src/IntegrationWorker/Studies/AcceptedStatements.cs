namespace IntegrationWorker.Studies;

/// <summary>What of a unit's procedure statements was not held back: only that may change a study field. docs/mapping.md §6.3.</summary>
internal sealed class AcceptedStatements
{
    /// <summary>Facts by name, with the place in the message.</summary>
    public Dictionary<string, string?> Facts { get; } = new(StringComparer.Ordinal);

    /// <summary>A procedure that was not known before and has no final result goes on.</summary>
    public bool BroughtNewActive { get; set; }

    public bool Active { get; set; }

    public bool Cancel { get; set; }

    public string? SignalLocation { get; set; }
}
