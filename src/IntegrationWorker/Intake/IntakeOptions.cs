using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.Intake;

/// <summary>How messages are gathered into batches, and what happens when the surroundings fail.</summary>
internal sealed class IntakeOptions
{
    public const string Section = "Intake";

    /// <summary>How many messages one transaction may decide about. Default 256.</summary>
    [Range(1, 4096, ErrorMessage = "Write a number from 1 to 4096.")]
    public int BatchMessagesMax { get; init; } = 256;

    /// <summary>How long a batch that is not full waits for more, in milliseconds. Default 0: a lone message waits for nobody.</summary>
    [Range(0, 10_000, ErrorMessage = "Write a number from 0 to 10000.")]
    public int BatchWaitMs { get; init; }

    /// <summary>How long deliveries are held while the store does not work, in seconds; then they go back to the broker. Default 600.</summary>
    [Range(1, 1500, ErrorMessage = "Write a number from 1 to 1500: the broker takes them back by itself after half an hour.")]
    public int HoldSeconds { get; init; } = 600;

    /// <summary>How long one message may keep failing alone, while its neighbours commit, before it is a dead letter, in minutes. Default 120.</summary>
    [Range(1, 100_000, ErrorMessage = "Write a number from 1 to 100000.")]
    public int GiveUpMinutes { get; init; } = 120;
}
