using System.Buffers;
using System.Text.Json;
using IntegrationWorker.Decoding;

namespace IntegrationWorker.Tests.Examples;

/// <summary>Turns a notification that only names its resources into one that carries them, once they were read from the server.</summary>
/// <remarks>As the format of the examples has it: the worker itself hands over what it has read as messages of their own.</remarks>
internal static class NotificationCompletion
{
    /// <param name="body">A notification Bundle that <c>FhirReader</c> could read.</param>
    /// <param name="fetched">By reference as <c>Notification.ToFetch</c> has it; null: the server has it no longer (404, 410).</param>
    /// <param name="readAt">When the server was asked: the time of a delete.</param>
    public static ReadOnlyMemory<byte> Complete(
        ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> fetched, DateTimeOffset readAt)
    {
        using var bundle = JsonDocument.Parse(JsonBody.WithoutMark(body));
        var output = new ArrayBufferWriter<byte>(body.Length);

        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();

            foreach (var member in bundle.RootElement.EnumerateObject().Where(member => !member.NameEquals("entry")))
            {
                member.WriteTo(writer);
            }

            writer.WriteStartArray("entry");

            foreach (var entry in bundle.RootElement.Member("entry").Items())
            {
                entry.WriteTo(writer);
            }

            foreach (var (reference, resource) in fetched)
            {
                WriteEntry(writer, reference, resource, readAt);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void WriteEntry(Utf8JsonWriter writer, string reference, ReadOnlyMemory<byte>? resource, DateTimeOffset readAt)
    {
        writer.WriteStartObject();
        writer.WriteString("fullUrl", reference);

        if (resource is { } json)
        {
            writer.WritePropertyName("resource");
            writer.WriteRawValue(JsonBody.WithoutMark(json).Span);
        }
        else
        {
            writer.WriteStartObject("request");
            writer.WriteString("method", "DELETE");
            writer.WriteString("url", reference);
            writer.WriteEndObject();
            writer.WriteStartObject("response");
            writer.WriteString("lastModified", JsonTime.Show(readAt));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
