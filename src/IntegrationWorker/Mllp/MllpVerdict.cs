using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mllp;

/// <summary>What a door has done with a message, as far as its sender is told.</summary>
internal sealed record MllpVerdict(AckKind Kind, IReadOnlyList<AckError> Errors)
{
    /// <summary>On durable storage.</summary>
    public static MllpVerdict Stored { get; } = new(AckKind.Accept, []);

    /// <summary>Nothing was stored: the sender keeps the message.</summary>
    public static MllpVerdict Away(AckError reason) => new(AckKind.Reject, [reason]);

    /// <summary>Of a committed outcome. A resend is told what its first sending was told.</summary>
    public static MllpVerdict Of(MessageResult result)
    {
        var outcome = result.Outcome == Outcomes.Duplicate ? result.RecordedOutcome : result.Outcome;

        if (outcome != Outcomes.Rejected)
        {
            return Stored;
        }

        AckError[] errors = result.Error is { } error
            ? [AckError.Of(error, unit: 1)]
            : [.. result.Units.Where(unit => unit.Error is not null).Select(unit => AckError.Of(unit.Error!, unit.Unit))];

        return new MllpVerdict(errors is [var first, ..] && result.Error is not null ? AckRule.KindOf(first.Code) : AckKind.Error, errors);
    }
}
