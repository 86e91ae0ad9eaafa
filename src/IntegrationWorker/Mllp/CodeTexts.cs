using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mllp;

/// <summary>The texts of docs/codes.json, for those who are not to see what a message says: senders' logs are read by many.</summary>
internal static partial class CodeTexts
{
    // Names of fields and segments, and sizes. Every other value in braces may be content.
    private static readonly string[] _harmless = ["field", "missing", "limit", "size", "days", "attempts"];

    private static readonly FrozenDictionary<string, string> _texts = Read();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Braces();

    /// <summary>The text without values; empty for a code that is not in the catalogue.</summary>
    public static string Of(string code) => Of(Notice.Of(code));

    /// <summary>The text with those values of the notice that cannot be content.</summary>
    public static string Of(Notice notice) => Braces().Replace(_texts.GetValueOrDefault(notice.Code, ""), braces =>
    {
        var name = braces.Groups[1].Value;
        return _harmless.Contains(name) ? notice.Details?.GetValueOrDefault(name)?.ToString() ?? $"({name})" : $"({name})";
    });

    /// <summary>The text with all values of the notice: for the one who sent them, and nobody else.</summary>
    public static string WithValues(Notice notice) => Braces().Replace(_texts.GetValueOrDefault(notice.Code, ""), braces =>
        notice.Details?.GetValueOrDefault(braces.Groups[1].Value)?.ToString() ?? $"({braces.Groups[1].Value})");

    private static FrozenDictionary<string, string> Read()
    {
        using var json = typeof(CodeTexts).Assembly.GetManifestResourceStream("codes.json")!;
        return JsonSerializer.Deserialize(json, CodeTextsJson.Default.ListCodeText)!.ToFrozenDictionary(entry => entry.Code, entry => entry.Text);
    }
}

internal sealed record CodeText(string Code, string Text);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(List<CodeText>))]
internal sealed partial class CodeTextsJson : JsonSerializerContext;
