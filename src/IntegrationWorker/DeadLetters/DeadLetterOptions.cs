using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.DeadLetters;

/// <summary>How dead letters are looked after.</summary>
internal sealed class DeadLetterOptions
{
    public const string Section = "DeadLetters";

    /// <summary>A message that has waited behind a rejected one for so long is told of, in the log and by the health endpoint. 0: never. Default 1800.</summary>
    [Range(0, 31_536_000, ErrorMessage = "Write a number of seconds from 0 (never) to 31536000.")]
    public int HeldAlarmSeconds { get; init; } = 1800;

    /// <summary>An edit has to be approved by somebody else than its editor. Default false: one person may be alone at night; both names are kept in any case.</summary>
    public bool FourEyes { get; init; }
}
