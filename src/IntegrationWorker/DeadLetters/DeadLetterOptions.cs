using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.DeadLetters;

/// <summary>How dead letters are looked after.</summary>
internal sealed class DeadLetterOptions
{
    public const string Section = "DeadLetters";

    /// <summary>A message that has waited behind a rejected one for so long is told of, in the log and by the health endpoint. 0: never. Default 1800.</summary>
    [Range(0, 31_536_000, ErrorMessage = "Write a number of seconds from 0 (never) to 31536000.")]
    public int HeldAlarmSeconds { get; init; } = 1800;
}
