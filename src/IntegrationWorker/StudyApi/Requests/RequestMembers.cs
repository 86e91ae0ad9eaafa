using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Commands;
using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi.Requests;

/// <summary>The members of a body, each with its rule. What is wrong is collected with its JSON pointer.</summary>
internal sealed class RequestMembers(JsonElement body, List<Notice> found)
{
    private const int KeyCharactersShown = 20;

    private readonly CommandFaults _faults = new(found, "");

    public static string? DescriptionOf(string text) =>
        CleanText.Of(text) is { Length: > 0 and <= MetadataLimits.DescriptionLengthMax } clean ? clean : null;

    public static string? SeverityOf(string text) => Severities.TryParse(text, out _) ? text : null;

    public static string? ViewerStatusOf(string text) => ViewerStatus.IsValid(text) ? text : null;

    /// <summary>Readers differ in which of two equal members they take, so both are refused; so is what nobody would read.</summary>
    public void RefuseOthers(string[] allowed)
    {
        foreach (var pointer in JsonMembers.FindDuplicates(body))
        {
            found.Add(Notice.Of(
                Codes.MemberNotAllowed, "member", CommandFaults.Short(pointer[1..].Replace('/', '.')), "location", CommandFaults.Short(pointer, 200)));
        }

        foreach (var name in body.EnumerateObject().Select(member => member.Name).Where(name => !allowed.Contains(name)).Distinct())
        {
            _faults.NotAllowed(name);
        }
    }

    public string? Required(string name, Func<string, string?> read) =>
        body.TryGetProperty(name, out _) ? IfSent(name, read) : Missing(name);

    /// <summary>A value that may be left out but not be null.</summary>
    public string? IfSent(string name, Func<string, string?> read)
    {
        if (!body.TryGetProperty(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            return Missing(name);
        }

        return value.Text() is { } text && read(text) is { } valid ? valid : Invalid(name);
    }

    /// <summary>A value that may be left out or be null.</summary>
    public string? Optional(string name, Func<string, bool> isValid) =>
        !body.TryGetValue(name, out var value) ? null
        : value.Text() is { } text && isValid(text) ? text
        : Invalid(name);

    public string? Uid(string name, bool isRequired)
    {
        if (!body.TryGetValue(name, out var value))
        {
            return isRequired ? Missing(name) : null;
        }

        if (value.Text() is not { } uid)
        {
            return Invalid(name);
        }

        if (DicomUid.IsValid(uid))
        {
            return uid;
        }

        found.Add(Notice.Of(Codes.InvalidUid, "value", CommandFaults.Short(uid), "location", _faults.Location(name)));
        return null;
    }

    /// <summary>Null: not sent, or wrong.</summary>
    public Sent<string?>? User(StudyRequestRules rules) => Id(FieldNames.AssignedTo, "usr", rules.IsUser);

    /// <summary>Null: not sent, or wrong, or not for this caller.</summary>
    public Sent<string?>? Org(StudyRequestRules rules)
    {
        if (!body.TryGetProperty(FieldNames.OrgId, out _) || rules.MayMove)
        {
            return Id(FieldNames.OrgId, "org", rules.IsOrg);
        }

        found.Add(Notice.Of(Codes.NotPermitted, "operation", "set orgId", "location", _faults.Location(FieldNames.OrgId)));
        return null;
    }

    /// <summary>The pairs of a new study.</summary>
    public Dictionary<string, string> Pairs()
    {
        var pairs = PairsToMerge();

        foreach (var (key, _) in pairs.Where(pair => pair.Value is null))
        {
            _faults.In(MetadataPatchRule.Member).Null(key); // There is nothing yet to be removed.
        }

        return pairs.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);
    }

    public bool ClearsPairs() => body.TryGetProperty(MetadataPatchRule.Member, out var value) && value.ValueKind == JsonValueKind.Null;

    public Dictionary<string, string?> PairsToMerge()
    {
        var pairs = new Dictionary<string, string?>(StringComparer.Ordinal);

        if (!body.TryGetValue(MetadataPatchRule.Member, out var metadata))
        {
            return pairs;
        }

        if (metadata.ValueKind != JsonValueKind.Object)
        {
            _faults.Invalid(MetadataPatchRule.Member);
            return pairs;
        }

        var own = _faults.In(MetadataPatchRule.Member);

        foreach (var pair in metadata.EnumerateObject())
        {
            if (IsPair(pair.Name, pair.Value, own))
            {
                pairs[pair.Name] = pair.Value.Text();
            }
        }

        // More than a study can hold, whatever it holds now.
        if (pairs.Values.Count(value => value is not null) is > MetadataLimits.PairsMax and var count)
        {
            _faults.Add(Notice.Of(Codes.TooManyPairs, "count", count, "location", _faults.Location(MetadataPatchRule.Member)));
        }

        return pairs;
    }

    public StudyReference Reference()
    {
        var studyId = Optional(FieldNames.StudyId, text => StudyIds.IsId("stu", text));
        var uid = Uid(FieldNames.StudyInstanceUid, isRequired: false);
        var count = ((ReadOnlySpan<string>)[FieldNames.StudyId, FieldNames.StudyInstanceUid]).ToArray().Count(name => body.TryGetValue(name, out _));

        if (count == 0)
        {
            Missing(FieldNames.StudyId);
        }
        else if (count == 2)
        {
            _faults.NotAllowed(FieldNames.StudyInstanceUid); // One of the two would be ignored.
        }

        return new StudyReference(studyId, uid);
    }

    private Sent<string?>? Id(string name, string prefix, Func<string, bool> isKnown)
    {
        if (!body.TryGetProperty(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            return new Sent<string?>(null);
        }

        if (value.Text() is { } id && StudyIds.IsId(prefix, id) && isKnown(id))
        {
            return new Sent<string?>(id);
        }

        Invalid(name);
        return null;
    }

    private static bool IsPair(string key, JsonElement value, CommandFaults faults)
    {
        if (key.Length is 0 or > MetadataLimits.KeyLengthMax)
        {
            faults.Add(TooLong(Codes.KeyLength, CommandFaults.Short(key, KeyCharactersShown), key.Length, faults.Location(CommandFaults.Short(key))));
            return false;
        }

        if (value.Text() is { Length: > MetadataLimits.ValueLengthMax } text)
        {
            faults.Add(TooLong(Codes.ValueLength, key, text.Length, faults.Location(key)));
            return false;
        }

        if (value.ValueKind is JsonValueKind.String or JsonValueKind.Null)
        {
            return true;
        }

        faults.Invalid(key);
        return false;
    }

    private string? Missing(string name)
    {
        _faults.Null(name);
        return null;
    }

    private string? Invalid(string name)
    {
        _faults.Invalid(name);
        return null;
    }

    private static Notice TooLong(string code, string key, int length, string location) =>
        new(code, new Dictionary<string, object> { ["key"] = key, ["length"] = length, ["location"] = location });
}
