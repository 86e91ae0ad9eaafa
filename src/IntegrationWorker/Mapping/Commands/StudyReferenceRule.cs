using System.Text.Json;
using IntegrationWorker.Decoding;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Mapping.Commands;

/// <summary><c>study</c> of a command → the number its study is found by: exactly one of three.</summary>
internal static class StudyReferenceRule
{
    private const string Member = "study";
    private const string StudyId = "studyId";
    private const string StudyInstanceUid = "studyInstanceUid";
    private const string Accession = "accession";

    public static Identity Read(JsonElement data, Source source, CommandFaults faults)
    {
        if (!data.TryGetValue(Member, out var study))
        {
            faults.Null(Member);
            return new Identity();
        }

        if (study.ValueKind != JsonValueKind.Object)
        {
            faults.Invalid(Member);
            return new Identity();
        }

        var own = faults.In(Member);
        var named = study.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null).ToList();

        foreach (var member in study.EnumerateObject().Where(member => member.Name is not (StudyId or StudyInstanceUid or Accession)))
        {
            own.NotAllowed(member.Name);
        }

        if (named.Count != 1)
        {
            faults.Invalid(Member);
            return new Identity();
        }

        return named[0].Name switch
        {
            StudyId => new Identity { StudyId = Text(named[0], own, IsStudyId) },
            StudyInstanceUid => new Identity { StudyInstanceUid = Text(named[0], own, DicomUid.IsValid) },
            Accession => new Identity { Accession = AccessionOf(named[0].Value, source, own) },
            _ => new Identity(),
        };
    }

    private static string? Text(JsonProperty member, CommandFaults faults, Func<string, bool> isValid)
    {
        if (member.Value.Text() is { } text && isValid(text))
        {
            return text;
        }

        faults.Invalid(member.Name);
        return null;
    }

    private static bool IsStudyId(string text) => StudyIds.IsId("stu", text);

    private static Identifier? AccessionOf(JsonElement accession, Source source, CommandFaults faults)
    {
        var own = faults.In(Accession);

        if (accession.ValueKind != JsonValueKind.Object)
        {
            faults.Invalid(Accession);
            return null;
        }

        foreach (var member in accession.EnumerateObject().Where(member => member.Name is not ("value" or "issuer")))
        {
            own.NotAllowed(member.Name);
        }

        var issuer = accession.Text("issuer")?.Trim();

        if (accession.TryGetValue("issuer", out _) && issuer is not { Length: > 0 and <= MetadataLimits.ValueLengthMax })
        {
            own.Invalid("issuer");
        }

        if (accession.Text("value")?.Trim() is { Length: > 0 and <= MetadataLimits.ValueLengthMax } value)
        {
            return new Identifier(value, issuer ?? source.AccessionIssuer);
        }

        own.Invalid("value");
        return null;
    }
}
