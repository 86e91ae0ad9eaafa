using System.Text.Json;
using IntegrationWorker.Hosting;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store;

/// <summary>
/// The links of one study in its own row, so that loading a study finds them without a further look-up: <c>[[kind, value, issuer]]</c>, no
/// issuer left out. Studies are found by the table of the links; both are written together.
/// </summary>
internal static class LinkDocument
{
    public static byte[] Write(IEnumerable<Link> links)
    {
        using var buffer = JsonBuffer.Rent();
        var json = buffer.Json;
        json.WriteStartArray();

        foreach (var link in links)
        {
            json.WriteStartArray();
            json.WriteNumberValue((int)link.Kind);
            json.WriteStringValue(link.Value);

            if (link.Issuer is not null)
            {
                json.WriteStringValue(link.Issuer);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        return buffer.ToArray();
    }

    /// <param name="studyId">The study in whose row the document stands.</param>
    /// <exception cref="JsonException">The document is damaged, or a later version wrote it.</exception>
    public static List<Link> Read(ReadOnlySpan<byte> document, string studyId)
    {
        var links = new List<Link>();
        var json = new Utf8JsonReader(document);
        Expect(json.Read() && json.TokenType == JsonTokenType.StartArray);

        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            Expect(json.Read() && json.TokenType == JsonTokenType.Number);
            var kind = (LinkKind)json.GetInt32();
            Expect(json.Read() && json.TokenType == JsonTokenType.String);
            var value = json.GetString()!;
            Expect(json.Read());
            string? issuer = null;

            if (json.TokenType == JsonTokenType.String)
            {
                issuer = json.GetString();
                Expect(json.Read());
            }

            Expect(json.TokenType == JsonTokenType.EndArray);
            links.Add(new Link(kind, value, issuer, studyId));
        }

        Expect(json.TokenType == JsonTokenType.EndArray);
        return links;
    }

    private static void Expect(bool isSo)
    {
        if (!isSo)
        {
            throw new JsonException("The links of a study cannot be read: the document is damaged, or a later version of the worker wrote it.");
        }
    }
}
