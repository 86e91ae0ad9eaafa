using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Commands;

/// <summary><c>metadata</c> of a patch: named keys are set or removed, null clears all but the identity keys.</summary>
internal static class MetadataPatchRule
{
    public const string Member = "metadata";

    private const int KeyCharactersShown = 20;

    public static void Apply(JsonElement metadata, UnitUpdate update, CommandFaults faults)
    {
        switch (metadata.ValueKind)
        {
            case JsonValueKind.Null:
                update.ClearMetadata = true;
                break;
            case JsonValueKind.Object:
                ApplyPairs(metadata, update, faults);
                break;
            default:
                faults.Invalid(Member);
                break;
        }
    }

    private static void ApplyPairs(JsonElement metadata, UnitUpdate update, CommandFaults faults)
    {
        var own = faults.In(Member);

        foreach (var (key, value) in metadata.EnumerateObject().Select(pair => (pair.Name, pair.Value)))
        {
            if (Fault(key, value, own) is { } fault)
            {
                own.Add(fault);
            }
            else if (value.ValueKind == JsonValueKind.Null && MetadataLimits.IsIdentityKey(key))
            {
                update.Warnings.AddOnce(Notice.Of(Codes.IdentityKeyNull, "field", key, "location", own.Location(key)));
            }
            else if (value.ValueKind is JsonValueKind.String or JsonValueKind.Null)
            {
                update.Metadata[key] = new Asserted(value.Text(), own.Location(key));
            }
            else
            {
                own.Invalid(key);
            }
        }

        // More than a study can hold, whatever it holds now.
        var pairs = update.Metadata.Values.Count(asserted => asserted.Value is not null);

        if (pairs > MetadataLimits.PairsMax)
        {
            faults.Add(Notice.Of(Codes.TooManyPairs, "count", pairs, "location", faults.Location(Member)));
        }
    }

    private static Notice? Fault(string key, JsonElement value, CommandFaults faults)
    {
        if (key.Length is 0 or > MetadataLimits.KeyLengthMax)
        {
            return Long(Codes.KeyLength, CommandFaults.Short(key, KeyCharactersShown), key.Length, faults.Location(key));
        }

        return value.Text() is { Length: > MetadataLimits.ValueLengthMax } text
            ? Long(Codes.ValueLength, key, text.Length, faults.Location(key))
            : null;
    }

    private static Notice Long(string code, string key, int length, string location) =>
        new(code, new Dictionary<string, object> { ["key"] = key, ["length"] = length, ["location"] = location });
}
