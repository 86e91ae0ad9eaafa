using System.Text;
using System.Text.Encodings.Web;
using Microsoft.OpenApi;

namespace IntegrationWorker.Hosting.Reference;

/// <summary>The OpenAPI document as a page for people. One file without scripts: it works where there is no internet.</summary>
internal sealed class ReferencePage
{
    private const string Head = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Study Integration Worker: the API</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
        h2 { margin-top: 2.5rem; border-bottom: 1px solid #d0d7de }
        code, .path { font-family: ui-monospace, monospace; font-size: .93em }
        details { border: 1px solid #d0d7de; border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem }
        summary { cursor: pointer } summary .path { font-weight: 600 }
        .method { display: inline-block; min-width: 4.2rem; font-weight: 700 }
        table { border-collapse: collapse; width: 100%; margin: .4rem 0 }
        th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #eaeef2 }
        nav a { margin-right: 1rem }
        </style>
        """;

    private readonly StringBuilder _html = new(Head);

    private ReferencePage()
    {
    }

    public static string Write(OpenApiDocument document)
    {
        var page = new ReferencePage();
        page.Write($"<h1>{Escape(document.Info.Title)}</h1><p>{Escape(document.Info.Description)} For machines: <a href=\"/openapi/v1.json\"><code>/openapi/v1.json</code></a>.</p>");
        var groups = OperationsOf(document).GroupBy(one => one.Operation.Tags?.FirstOrDefault()?.Name ?? "Other").ToList();
        page.Write($"<nav>{string.Concat(groups.Select(group => $"<a href=\"#{Anchor(group.Key)}\">{Escape(group.Key)}</a>"))}<a href=\"#shapes\">Shapes</a></nav>");

        foreach (var group in groups)
        {
            page.Write($"<h2 id=\"{Anchor(group.Key)}\">{Escape(group.Key)}</h2>");

            foreach (var (path, method, operation) in group)
            {
                page.WriteOperation(path, method, operation);
            }
        }

        page.Write("<h2 id=\"shapes\">Shapes</h2>");

        foreach (var (name, schema) in (document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>()).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            page.WriteShape(name, schema);
        }

        return page._html.Append("</html>\n").ToString();
    }

    private static IEnumerable<(string Path, string Method, OpenApiOperation Operation)> OperationsOf(OpenApiDocument document) =>
        document.Paths.SelectMany(path => (path.Value.Operations ?? []).Select(one => (path.Key, one.Key.Method, one.Value)));

    private void WriteOperation(string path, string method, OpenApiOperation operation)
    {
        Write($"<details><summary><span class=\"method\">{method}</span><span class=\"path\">{Escape(path)}</span> {Escape(operation.Summary)}</summary>");
        Write($"<p>{Escape(operation.Description)}</p>");

        WriteTable(["parameter", "in", "type", ""], (operation.Parameters ?? []).Select(parameter => (IReadOnlyList<string>)
        [
            Code(parameter.Name), Escape($"{parameter.In}".ToLowerInvariant()), TypeOf(parameter.Schema), Escape(parameter.Description),
        ]));

        foreach (var (mediaType, content) in (operation.RequestBody?.Content ?? new Dictionary<string, OpenApiMediaType>()).Take(1))
        {
            Write($"<p>Body: {Code(mediaType)}, {TypeOf(content.Schema)}</p>");
        }

        WriteTable(["status", "answer", ""], (operation.Responses ?? []).OrderBy(response => response.Key, StringComparer.Ordinal).Select(response => (IReadOnlyList<string>)
        [
            Code(response.Key),
            string.Join(", ", (response.Value.Content ?? new Dictionary<string, OpenApiMediaType>()).Values.Select(content => TypeOf(content.Schema))),
            Escape(response.Value.Description),
        ]));
        Write("</details>");
    }

    private void WriteShape(string name, IOpenApiSchema schema)
    {
        Write($"<details id=\"{Anchor(name)}\"><summary><span class=\"path\">{Escape(name)}</span> {Escape(schema.Description)}</summary>");
        WriteTable(["member", "type", ""], (schema.Properties ?? new Dictionary<string, IOpenApiSchema>()).Select(member => (IReadOnlyList<string>)
        [
            Code(member.Key), $"{TypeOf(member.Value)}{(schema.Required?.Contains(member.Key) == true ? ", always there" : "")}", Escape(member.Value.Description),
        ]));
        Write("</details>");
    }

    private void WriteTable(string[] headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Select(row => $"<tr>{string.Concat(row.Select(cell => $"<td>{cell}</td>"))}</tr>").ToList();

        if (lines.Count > 0)
        {
            Write($"<table><tr>{string.Concat(headings.Select(heading => $"<th>{heading}</th>"))}</tr>{string.Concat(lines)}</table>");
        }
    }

    /// <summary>A type in a few words, with links to shapes. Already escaped.</summary>
    private static string TypeOf(IOpenApiSchema? schema) => schema switch
    {
        null => "",
        OpenApiSchemaReference reference => $"<a href=\"#{Anchor(reference.Reference.Id ?? "")}\">{Escape(reference.Reference.Id)}</a>",
        { OneOf.Count: > 0 } => string.Join(" or ", schema.OneOf.Select(TypeOf)),
        { Enum.Count: > 0 } => string.Join(", ", schema.Enum.Select(word => Code(word?.ToString()))),
        { Items: { } items } => $"list of {TypeOf(items)}",
        { AdditionalProperties: { } value } => $"map of {TypeOf(value)}",
        { Type: { } type } => Escape(string.Join(" or ", $"{type}".Split(", ").Select(word => word.ToLowerInvariant()).Where(word => word.Length > 0)))
            + (schema.Format is { } format ? $" ({Escape(format)})" : ""),
        _ => "anything",
    };

    private void Write(string html) => _html.Append(html).Append('\n');

    private static string Code(string? text) => $"<code>{Escape(text)}</code>";

    private static string Anchor(string name) => Escape(name.Replace(' ', '-'));

    private static string Escape(string? text) => HtmlEncoder.Default.Encode(text ?? "");
}
