using System.Text.Json;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Studies;
using Microsoft.AspNetCore.Http.Features;

namespace IntegrationWorker.Emulator;

/// <summary>Stands before the operations: asks for the key, lets the script have its way, writes the log.</summary>
internal sealed class EmulatorFaults(EmulatorState state, TimeProvider time, string? key)
{
    public const string PersonHeader = "x-person";

    private static readonly object _faultsItem = new();
    private static readonly object _changeItem = new();
    private static readonly string[] _names = [FieldNames.StudyId, FieldNames.StudyInstanceUid];

    public static IReadOnlyList<Fault> Of(HttpContext context) => context.Items[_faultsItem] as IReadOnlyList<Fault> ?? [];

    /// <summary>Tells the log what a call did.</summary>
    public static void Note(HttpContext context, string? studyId, IReadOnlyList<string> changed) => context.Items[_changeItem] = new Noted(studyId, changed);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var operation = context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;

        if (operation is null || !EmulatedOperations.All.Contains(operation))
        {
            await next(context);
            return;
        }

        if (!IsKnown(context.Request.Headers.Authorization.ToString()))
        {
            await Problem.Of(StatusCodes.Status401Unauthorized, "unauthorized", "A key is wanted: Authorization: Bearer …").ExecuteAsync(context);
            return;
        }

        var byPerson = context.Request.Headers.ContainsKey(PersonHeader);
        var script = state.Script;
        var faults = byPerson ? [] : script.Next(operation, script.NamesStudies ? await StudyOfAsync(context) : []);
        context.Items[_faultsItem] = faults;
        var isAnswered = await RunAsync(context, next, faults);
        Log(context, operation, faults, isAnswered, byPerson);
    }

    // Id and UID, from the path or the body.
    private async Task<IReadOnlyList<string>> StudyOfAsync(HttpContext context)
    {
        var named = _names.Select(name => context.Request.RouteValues.GetValueOrDefault(name) as string).ToList();

        if (HttpMethods.IsPost(context.Request.Method))
        {
            context.Request.EnableBuffering();
            named = await NamesInAsync(context.Request.Body, context.RequestAborted);
            context.Request.Body.Position = 0;
        }

        var study = state.Studies.Find(named[0] ?? "") ?? state.Studies.FindByUid(named[1] ?? "");

        return [.. named.Append(study?.StudyId).Append(study?.StudyInstanceUid).OfType<string>().Distinct()];
    }

    private static async Task<List<string?>> NamesInAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            var json = await JsonSerializer.DeserializeAsync<JsonElement>(body, cancellationToken: cancellationToken);

            return [.. _names.Select(name =>
                json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value.ToString() : null)];
        }
        catch (JsonException)
        {
            return [null, null]; // It is refused for that.
        }
    }

    // False: nothing is answered.
    private async Task<bool> RunAsync(HttpContext context, RequestDelegate next, IReadOnlyList<Fault> faults)
    {
        foreach (var latency in faults.Where(fault => fault.Kind == Fault.Latency))
        {
            await WaitAsync(context, latency.Ms);
        }

        switch (faults.FirstOrDefault(fault => fault.Kind != Fault.Latency))
        {
            case { Status: { } status } fault:
                await RefuseAsync(context, status, fault);
                return true;
            case { Kind: Fault.CutBefore }:
                context.Abort();
                return false;
            case { Kind: Fault.TimeoutBefore } fault:
                await WaitAsync(context, fault.Ms);
                context.Abort();
                return false;
            case { Kind: Fault.CutAfter }:
                await SwallowAsync(context, next);
                context.Abort();
                return false;
            case { Kind: Fault.TimeoutAfter } fault:
                await SwallowAsync(context, next);
                await WaitAsync(context, fault.Ms);
                context.Abort();
                return false;
            default:
                await next(context);
                return true;
        }
    }

    private bool IsKnown(string authorization) =>
        authorization.StartsWith("Bearer ", StringComparison.Ordinal) && authorization.Length > 7 && (key is null || authorization[7..] == key);

    private static async Task RefuseAsync(HttpContext context, int status, Fault fault)
    {
        if (fault.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString();
        }

        await Problem.Of(status, "scripted", "The fault script says so.").ExecuteAsync(context);
    }

    // The call does its work, and what it would answer goes nowhere.
    private static async Task SwallowAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var nowhere = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(nowhere));
        await next(context);
        context.Features.Set(body);
    }

    private async Task WaitAsync(HttpContext context, int ms) =>
        await Task.Delay(TimeSpan.FromMilliseconds(ms), time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Log(HttpContext context, string operation, IReadOnlyList<Fault> faults, bool isAnswered, bool byPerson)
    {
        var noted = context.Items[_changeItem] as Noted ?? new Noted(context.Request.RouteValues.GetValueOrDefault("studyId") as string, []);
        state.Log(number => new EmulatedCall(
            number,
            time.GetUtcNow(),
            operation,
            noted.StudyId,
            isAnswered ? context.Response.StatusCode : null,
            faults.Count == 0 ? null : string.Join(' ', faults.Select(fault => fault.Kind)),
            noted.Changed,
            context.Request.Headers["Idempotency-Key"] is [{ } sent] ? sent : null,
            byPerson));
    }

    private sealed record Noted(string? StudyId, IReadOnlyList<string> Changed);
}
