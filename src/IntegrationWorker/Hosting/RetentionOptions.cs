using System.ComponentModel.DataAnnotations;

namespace IntegrationWorker.Hosting;

/// <summary>How long things are kept.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";

    private const string Days = "Write a number of days from 1 to 36500.";

    /// <summary>Records of messages: for so long a repeated message is known. At least the 14 days that parked units wait. Default 30.</summary>
    [Range(14, 36_500, ErrorMessage = "Write a number of days from 14 (parked units wait as long) to 36500.")]
    public int MessageDays { get; init; } = 30;

    /// <summary>Published events: for so long consumers can catch up. Default 7.</summary>
    [Range(1, 36_500, ErrorMessage = Days)]
    public int EventDays { get; init; } = 7;

    /// <summary>The history of studies. Default 3650.</summary>
    [Range(1, 36_500, ErrorMessage = Days)]
    public int HistoryDays { get; init; } = 3650;

    /// <summary>Dead letters after they were closed, with their bodies. Open ones stay. Default 30.</summary>
    [Range(1, 36_500, ErrorMessage = Days)]
    public int ClosedDeadLetterDays { get; init; } = 30;

    /// <summary>Gaps in the event numbers of subscriptions after they were made good. Open ones stay. Default 365.</summary>
    [Range(1, 36_500, ErrorMessage = Days)]
    public int ClosedGapDays { get; init; } = 365;
}
