namespace IntegrationWorker.Target;

/// <summary>What the platform said to a call, as far as a plan has to know.</summary>
internal sealed record TargetAnswer
{
    private TargetAnswer()
    {
    }

    /// <summary>The study after the call; null unless it was accepted.</summary>
    public RemoteStudy? Study { get; private init; }

    public bool IsGone { get; private init; }

    /// <summary>409 or 412: somebody else was first, or the study is so already.</summary>
    public bool IsConflict { get; private init; }

    /// <summary>400 or 422 and kin: what the platform says about it; null unless it refused.</summary>
    public string? Refusal { get; private init; }

    /// <summary>The surroundings failed; whether a writing call was applied is not known. Null unless they did.</summary>
    public TargetFailure? Failure { get; private init; }

    public static TargetAnswer Gone { get; } = new() { IsGone = true };

    public static TargetAnswer Conflict { get; } = new() { IsConflict = true };

    public static TargetAnswer Accepted(RemoteStudy study) => new() { Study = study };

    public static TargetAnswer Refused(string text) => new() { Refusal = text };

    public static TargetAnswer Failed(TargetFailure failure) => new() { Failure = failure };
}

/// <summary>Why the platform could not be worked with. No fault of a message.</summary>
/// <param name="Code">A code of the catalogue.</param>
/// <param name="Text">For those who run the worker; nothing of a message.</param>
/// <param name="RetryAfter">What the platform asks for; null when it asks for nothing.</param>
internal sealed record TargetFailure(string Code, string Text, TimeSpan? RetryAfter = null)
{
    /// <summary>What went wrong may lie in the study that was asked for, as a status 500 may; a platform that lets nobody in does not.</summary>
    public bool IsOfStudy { get; init; }

    /// <summary>Other studies were accepted since this one failed the time before.</summary>
    public bool IsAlone { get; init; }

    /// <summary>The status and the platform's own words; null when it did not answer.</summary>
    public string? Answer { get; init; }
}

/// <summary>A page could not be read from the platform.</summary>
internal sealed class TargetException(TargetFailure failure) : IOException($"{failure.Code} {failure.Text}")
{
    public TargetFailure Failure => failure;
}
