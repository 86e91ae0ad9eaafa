using System.Text.Json.Serialization;

namespace IntegrationWorker.Emulator;

/// <summary>One line of the call log. Names and numbers only, no values.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Operation">One of <see cref="EmulatedOperations"/>.</param>
/// <param name="Status">Null: nothing was answered.</param>
/// <param name="Fault">Kinds of the faults that the call met; null when it met none.</param>
/// <param name="Changed">What the call changed; empty when nothing.</param>
/// <param name="IdempotencyKey">As sent. The emulator does not act on it: neither may a client count on it.</param>
/// <param name="ByPerson">Made with the header <c>x-person</c>: meets no faults and stands for somebody at the platform itself.</param>
internal sealed record EmulatedCall(
    int Number,
    DateTimeOffset At,
    string Operation,
    string? StudyId,
    int? Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Fault,
    IReadOnlyList<string> Changed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IdempotencyKey,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ByPerson);
