using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.Intake;

/// <summary>What the sender of one message is told: its outcome, where its outcome can be read, or why it was not taken.</summary>
internal sealed record DoorAnswer
{
    private DoorAnswer()
    {
    }

    /// <summary>The outcome as JSON; null for the other two.</summary>
    public byte[]? Outcome { get; private init; }

    /// <summary>The message is on durable storage, its outcome is not known or was not asked for; null for the other two.</summary>
    public AcceptedMessage? Accepted { get; private init; }

    /// <summary>It was not taken; null for the other two.</summary>
    public ProblemHttpResult? Problem { get; private init; }

    /// <summary>Which preference was followed (RFC 7240); null for none.</summary>
    public string? PreferenceApplied { get; init; }

    public int Status => Outcome is not null ? StatusCodes.Status200OK : Problem?.StatusCode ?? StatusCodes.Status202Accepted;

    public static DoorAnswer Decided(byte[] outcome) => new() { Outcome = outcome };

    public static DoorAnswer Taken(string key) => new() { Accepted = new AcceptedMessage(key, $"/v1/messages/{key}") };

    public static DoorAnswer Refused(ProblemHttpResult problem) => new() { Problem = problem };

    public IResult ToResult() => new PreferringResult(this);

    // RFC 7240: the client is told that its preference was followed.
    private sealed class PreferringResult(DoorAnswer answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (answer.PreferenceApplied is { } applied)
            {
                httpContext.Response.Headers["Preference-Applied"] = applied;
            }

            IResult result = answer switch
            {
                { Outcome: { } outcome } => TypedResults.Bytes(outcome, "application/json"),
                { Accepted: { } accepted } => TypedResults.Accepted(accepted.Link, accepted),
                _ => answer.Problem!,
            };

            return result.ExecuteAsync(httpContext);
        }
    }
}

/// <summary>The answer to a message that is taken, and decided about later or elsewhere.</summary>
/// <param name="MessageKey">Under which its outcome is recorded.</param>
/// <param name="Link">Where its outcome can be read.</param>
internal sealed record AcceptedMessage(string MessageKey, string Link);
