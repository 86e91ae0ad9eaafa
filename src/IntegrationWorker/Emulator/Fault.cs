namespace IntegrationWorker.Emulator;

/// <summary>One line of a fault script: what goes wrong, and with which calls. docs/remote-target.md.</summary>
internal sealed record Fault
{
    public const string Latency = "latency";

    /// <summary>Nothing is applied, nothing is answered; the connection ends after <see cref="Ms"/>.</summary>
    public const string TimeoutBefore = "timeout-before";

    /// <summary>The call is applied and nothing is answered.</summary>
    public const string TimeoutAfter = "timeout-after";

    /// <summary>The connection ends at once; nothing is applied.</summary>
    public const string CutBefore = "cut-before";

    /// <summary>The call is applied, then the connection ends without an answer.</summary>
    public const string CutAfter = "cut-after";

    /// <summary>A PATCH replaces the whole map instead of merging into it.</summary>
    public const string MetadataReplace = "metadata-replace";

    /// <summary>A PATCH forgets <c>assignedTo</c>, as clients and servers do that drop nulls.</summary>
    public const string AssignedToDropped = "assigned-to-dropped";

    /// <summary>A PATCH removes no key of the map, whatever it says.</summary>
    public const string KeysKept = "keys-kept";

    public static IReadOnlyList<string> Kinds { get; } =
        [Latency, TimeoutBefore, TimeoutAfter, CutBefore, CutAfter, MetadataReplace, AssignedToDropped, KeysKept];

    /// <summary>One of <see cref="Kinds"/>, or a status that is answered without applying: <c>409</c>, <c>422</c>, <c>429</c>, <c>500</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>One of <see cref="EmulatedOperations"/>.</summary>
    public string Operation { get; init; } = EmulatedOperations.Any;

    /// <summary>Only calls about the study with this id or UID. Null: about any.</summary>
    public string? Study { get; init; }

    /// <summary>Only the call with this number among those of the operation, from 1; with a study among those about it. Null: all of them.</summary>
    public int? Nth { get; init; }

    /// <summary>Only this share of the calls, from 0 to 1, drawn with the seed of the script. Null: all of them.</summary>
    public double? Share { get; init; }

    /// <summary>How often at most. Null: without an end.</summary>
    public int? Times { get; init; }

    /// <summary>Latency, or how long nothing is answered, in milliseconds.</summary>
    public int Ms { get; init; } = 1000;

    /// <summary>With <c>429</c> and <c>503</c>: what the answer asks for, in seconds. Null: nothing.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The status to answer, or null for the other kinds.</summary>
    public int? Status => int.TryParse(Kind, out var status) ? status : null;
}
