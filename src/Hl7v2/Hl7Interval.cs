namespace Hl7v2;

/// <summary>The instants that a timestamp may mean: <c>202603021610</c> is that whole minute.</summary>
/// <param name="Start">The first instant, in the offset that was used to place it.</param>
/// <param name="End">The first instant after it: exclusive.</param>
public readonly record struct Hl7Interval(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>The whole interval is earlier than the other one; two that touch do not overlap.</summary>
    public bool IsBefore(Hl7Interval other) => End <= other.Start && Start < other.Start;

    /// <summary>Neither is before the other: which one is older cannot be told.</summary>
    public bool Overlaps(Hl7Interval other) => !IsBefore(other) && !other.IsBefore(this);
}
