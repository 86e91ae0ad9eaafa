using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Decoding;
using IntegrationWorker.Mapping.Commands;
using IntegrationWorker.Studies;

namespace IntegrationWorker.StudyApi.Requests;

/// <summary>
/// Bodies of the study API → what they ask for, or everything that is wrong with them. Pure, and never throws on input. docs/study-api.md.
/// </summary>
internal static class StudyRequestReader
{
    /// <summary>A study with all that it can hold, every character escaped, has a third of it.</summary>
    public const int BodyBytesMax = 1024 * 1024;

    private static readonly string[] _creation =
    [
        FieldNames.StudyInstanceUid, FieldNames.StudyDescription, FieldNames.Severity, FieldNames.AssignedTo, MetadataPatchRule.Member, FieldNames.OrgId,
        ExpressCustomerId,
    ];

    private static readonly string[] _patch =
    [
        FieldNames.StudyDescription, FieldNames.Severity, FieldNames.StudyViewerStatus, FieldNames.AssignedTo, MetadataPatchRule.Member, FieldNames.OrgId,
    ];

    private static readonly string[] _reference = [FieldNames.StudyId, FieldNames.StudyInstanceUid];

    private const string ExpressCustomerId = "expressCustomerId";

    public static RequestReading<StudyCreation> ReadCreation(ReadOnlyMemory<byte> body, StudyRequestRules rules) =>
        Read(body, _creation, members => new StudyCreation
        {
            StudyInstanceUid = members.Uid(FieldNames.StudyInstanceUid, isRequired: true) ?? "",
            StudyDescription = members.Required(FieldNames.StudyDescription, RequestMembers.DescriptionOf) ?? "",
            Severity = members.Required(FieldNames.Severity, RequestMembers.SeverityOf) ?? "",
            AssignedTo = members.User(rules)?.Value,
            Metadata = members.Pairs(),
            OrgId = members.Org(rules)?.Value,
            ExpressCustomerId = members.Optional(ExpressCustomerId, text => StudyIds.IsId("cus", text)),
        });

    /// <param name="body">No bytes at all are an empty patch too.</param>
    public static RequestReading<StudyPatch> ReadPatch(ReadOnlyMemory<byte> body, StudyRequestRules rules) =>
        JsonBody.IsBlank(body.Span)
            ? new RequestReading<StudyPatch>(StudyPatch.Empty, [])
            : Read(body, _patch, members => new StudyPatch
            {
                StudyDescription = members.IfSent(FieldNames.StudyDescription, RequestMembers.DescriptionOf),
                Severity = members.IfSent(FieldNames.Severity, RequestMembers.SeverityOf),
                StudyViewerStatus = members.IfSent(FieldNames.StudyViewerStatus, RequestMembers.ViewerStatusOf),
                AssignedTo = members.User(rules),
                OrgId = members.Org(rules),
                ClearsMetadata = members.ClearsPairs(),
                Metadata = members.PairsToMerge(),
            });

    public static RequestReading<StudyReference> ReadReference(ReadOnlyMemory<byte> body) => Read(body, _reference, members => members.Reference());

    private static RequestReading<T> Read<T>(ReadOnlyMemory<byte> body, string[] allowed, Func<RequestMembers, T> read)
        where T : class
    {
        if (!JsonBody.TryParse(JsonBody.WithoutMark(body), out var document))
        {
            return new RequestReading<T>(null, [Notice.Of(Codes.NotACommand, "location", "")]);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return new RequestReading<T>(null, [Notice.Of(Codes.NotACommand, "location", "")]);
            }

            var found = new List<Notice>();
            var members = new RequestMembers(document.RootElement, found);
            members.RefuseOthers(allowed);
            var request = read(members);

            return new RequestReading<T>(found.Count == 0 ? request : null, found);
        }
    }
}

/// <summary>A request, or everything that is wrong with it.</summary>
/// <param name="Request">Null when there are faults.</param>
internal sealed record RequestReading<T>(T? Request, IReadOnlyList<Notice> Faults)
    where T : class;
