using System.Collections.Concurrent;
using System.Security.Cryptography;
using IntegrationWorker.Access;
using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using IntegrationWorker.StudyApi.Requests;
using IntegrationWorker.Target;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.StudyApi;

/// <summary>Takes a write from its request to its answer: reads it, sends it the way of every message, and waits for its commit.</summary>
internal sealed class StudyWriter(DecidingDoor door, Rulebook rules, TimeProvider time, IConfiguration configuration)
{
    private readonly bool _isKeptElsewhere = TargetOptions.Of(configuration).IsRemote;

    private static readonly string[] _mediaTypes = ["application/json", "application/merge-patch+json"];

    // Keys of requests that are under way here. On another worker the second request waits for the first one's commit.
    private readonly ConcurrentDictionary<(string SourceId, string Key), bool> _running = new();

    /// <param name="studyId">Of a patch; null where the body names the study.</param>
    public async Task<(MessageResult? Result, ProblemHttpResult? Problem)> WriteAsync(
        HttpContext context, StudyOperation operation, string? studyId, CancellationToken cancellationToken)
    {
        if (_isKeptElsewhere)
        {
            return Refuse(StudyProblems.Of([Notice.Of(Codes.StoreRefused, "detail", "a reading platform keeps the studies, write there")]));
        }

        if (!IsJson(context.Request))
        {
            return Refuse(Problem.Of(
                StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The body is JSON: Content-Type: application/json."));
        }

        if (!RequestHeaders.TryReadVersions(context.Request.Headers, out var versions))
        {
            return Refuse(Problem.Malformed("If-Match is a list of entity tags: \"3\".", new ProblemError("If-Match", "malformed", "Send the ETag of the study.")));
        }

        if (!RequestHeaders.TryReadKey(context.Request.Headers, out var key))
        {
            return Refuse(Problem.Malformed(
                "Idempotency-Key is a text of 1 to 256 visible characters.", new ProblemError("Idempotency-Key", "malformed", "Send a UUID.")));
        }

        var body = await ReadBodyAsync(context, cancellationToken);
        var caller = Caller.Of(context);
        var (request, faults) = StudyRequest.Read(operation, body, studyId, caller.Source, rules);

        if (request is null)
        {
            return Refuse(StudyProblems.Of(faults));
        }

        request = request with
        {
            Key = key ?? $"made-{Guid.CreateVersion7():N}",
            IsRepeatable = key is not null,
            Fingerprint = key is not null ? StudyRequest.FingerprintOf(operation, body, studyId) : SHA256.HashData(body),
            Versions = versions,
        };

        return await DecideAsync(MessageOf(context, request, body), request, cancellationToken);
    }

    private static (MessageResult?, ProblemHttpResult?) Refuse(ProblemHttpResult problem) => (null, problem);

    private async Task<(MessageResult?, ProblemHttpResult?)> DecideAsync(InboundMessage message, StudyRequest request, CancellationToken cancellationToken)
    {
        var running = (request.Source.SourceId, request.Key);

        if (request.IsRepeatable && !_running.TryAdd(running, true))
        {
            return Refuse(StudyProblems.Of([Notice.Of(Codes.InProgressElsewhere)]));
        }

        // A caller who goes away leaves the request under way: what was handed over is decided about.
        return await DecideToTheEndAsync(message, running).WaitAsync(cancellationToken);
    }

    private async Task<(MessageResult?, ProblemHttpResult?)> DecideToTheEndAsync(InboundMessage message, (string, string) running)
    {
        try
        {
            return await door.DecideAsync(message, CancellationToken.None);
        }
        finally
        {
            _running.TryRemove(running, out _); // Before the caller has the answer, and may ask again.
        }
    }

    private InboundMessage MessageOf(HttpContext context, StudyRequest request, byte[] body)
    {
        var headers = context.Request.Headers;

        return new InboundMessage
        {
            Door = Door.StudyApi,
            Body = body,
            SourceId = request.Source.SourceId,
            ReceivedAt = time.GetUtcNow(),
            CorrelationId = headers["x-correlation-id"] is [{ Length: > 0 } correlation] ? correlation : null,
            DeliveryId = headers["x-request-id"] is [{ Length: > 0 } id] ? id : null,
            Request = request,
        };
    }

    // Where there is nothing, nothing has to say what it is.
    private static bool IsJson(HttpRequest request) =>
        request.ContentType is { } type
            ? _mediaTypes.Contains(type.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase)
            : request.ContentLength is null or 0;

    private static async Task<byte[]> ReadBodyAsync(HttpContext context, CancellationToken cancellationToken)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = StudyRequestReader.BodyBytesMax;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);

        return body.ToArray();
    }
}
