using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntegrationWorker.Intake;

/// <summary>The answers to the messages of one request: one line of JSON each, in their order.</summary>
/// <remarks>
/// 200 when every message was taken, 503 when none could be and all may come again, else 207. To send a whole request again does
/// no harm: what was taken is a duplicate then.
/// </remarks>
internal sealed class SeveralAnswers(IReadOnlyList<DoorAnswer> answers) : IResult
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var lines = new MemoryStream();

        foreach (var (index, answer) in answers.Index())
        {
            Write(lines, index + 1, answer);
            lines.WriteByte((byte)'\n');
        }

        httpContext.Response.StatusCode = Status();
        httpContext.Response.ContentType = HttpPart.LinesType;
        await httpContext.Response.Body.WriteAsync(lines.GetBuffer().AsMemory(0, (int)lines.Length), httpContext.RequestAborted);
    }

    private int Status() =>
        answers.All(answer => answer.Problem is null) ? StatusCodes.Status200OK
        : answers.All(answer => answer.Status == StatusCodes.Status503ServiceUnavailable) ? StatusCodes.Status503ServiceUnavailable
        : StatusCodes.Status207MultiStatus;

    private static void Write(Stream lines, int number, DoorAnswer answer)
    {
        using var writer = new Utf8JsonWriter(lines, _options);
        writer.WriteStartObject();
        writer.WriteNumber("message", number);
        writer.WriteNumber("status", answer.Status);

        if (answer.Outcome is { } outcome)
        {
            writer.WritePropertyName("result");
            writer.WriteRawValue(outcome, skipInputValidation: true);
        }
        else if (answer.Accepted is { } accepted)
        {
            writer.WritePropertyName("accepted");
            JsonSerializer.Serialize(writer, accepted, _json);
        }
        else
        {
            var problem = answer.Problem!.ProblemDetails;
            writer.WritePropertyName("problem");
            JsonSerializer.Serialize(writer, new { title = problem.Title, code = problem.Extensions["code"] }, _json);
        }

        writer.WriteEndObject();
    }
}
