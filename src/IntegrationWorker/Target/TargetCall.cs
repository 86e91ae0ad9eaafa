namespace IntegrationWorker.Target;

/// <summary>One writing call to the platform.</summary>
/// <param name="Operation"><c>create</c>, <c>uncancel</c>, <c>patch</c> or <c>cancel</c>.</param>
/// <param name="Path">Behind <c>v1/viewer/studies</c>.</param>
/// <param name="Body">JSON as it goes out, its nulls too: typed clients drop them, and with them an unassignment.</param>
/// <param name="IfMatch">The state that it was computed from; null where the platform names none.</param>
/// <param name="IdempotencyKey">The same for the same call of the same plan.</param>
internal sealed record TargetCall(string Operation, HttpMethod Method, string Path, byte[] Body, string? IfMatch, string IdempotencyKey);
