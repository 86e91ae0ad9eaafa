using System.Globalization;
using System.Text.Json.Nodes;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Tests.Examples;

/// <summary>What an example says is there before its first message, as rows of the store.</summary>
internal static class GivenState
{
    private static readonly (string Name, LinkKind Kind)[] _links =
        [("accession", LinkKind.Accession), ("filler", LinkKind.Filler), ("placer", LinkKind.Placer), ("patient", LinkKind.Patient)];

    public static BatchChanges Of(JsonObject given, string fhirSource)
    {
        var changes = new BatchChanges();
        var createdAt = DateTimeOffset.Parse("2026-03-01T00:00:00Z", CultureInfo.InvariantCulture);

        foreach (var item in given["studies"]?.AsArray() ?? [])
        {
            // In the order in which they stand.
            createdAt += TimeSpan.FromMinutes(1);
            var study = StudyOf(item!.AsObject(), createdAt);
            changes.NewStudies.Add(study);
            changes.NewLinks.AddRange(LinksOf(item!.AsObject(), study, fhirSource));
        }

        foreach (var (subscription, position) in given["fhirPositions"]?.AsObject() ?? [])
        {
            changes.Positions.Add(new SubscriptionPosition
            {
                SourceId = fhirSource,
                SubscriptionId = subscription,
                Position = (long)position!,
                LastHeardAt = createdAt,
            });
        }

        return changes;
    }

    private static Study StudyOf(JsonObject given, DateTimeOffset createdAt)
    {
        var study = new Study
        {
            StudyId = (string)given["studyId"]!,
            StudyInstanceUid = (string)given["studyInstanceUid"]!,
            OrgId = (string?)given["orgId"],
            Version = (long?)given["version"] ?? 1,
            CreatedAt = createdAt,
            UpdatedAt = createdAt,
            CreatedBy = "example",
            State = new StudyState(),
        };

        study.State.Of(FieldNames.StudyDescription).Value = (string?)given["studyDescription"];
        study.State.Of(FieldNames.Severity).Value = (string?)given["severity"] ?? "normal";
        study.State.Of(FieldNames.StudyViewerStatus).Value = (string?)given["studyViewerStatus"] ?? ViewerStatus.Incomplete;
        study.State.Of(FieldNames.AssignedTo).Value = (string?)given["assignedTo"];
        study.State.Of(FieldNames.IsCancelled).Value = (bool?)given["isCancelled"] == true ? "true" : null;

        foreach (var (key, value) in given["metadata"]?.AsObject() ?? [])
        {
            study.State.Of(FieldNames.OfMetadata(key)).Value = (string)value!;
        }

        foreach (var (field, provenance) in given["provenance"]?.AsObject() ?? [])
        {
            AddProvenance(study.State.Of(field), provenance!.AsObject());
        }

        study.State.Procedures.AddRange((given["procedures"]?.AsArray() ?? []).Select(item => ProcedureOf(item!.AsObject())));
        return study;
    }

    private static void AddProvenance(FieldState state, JsonObject provenance)
    {
        var source = ExampleRules.Rules.FindSource((string)provenance["source"]!)!;
        var clock = Clock.At(Time(provenance));
        state.Last = new Write(source.SourceId, source.Authority, clock, null);

        if ((string?)provenance["asserted"] is { } asserted && asserted != state.Value)
        {
            state.Remember(new Said(source.SourceId, asserted, clock));
        }
    }

    /// <summary>Facts with one common time, and nobody known as their writer.</summary>
    private static Procedure ProcedureOf(JsonObject given)
    {
        var clock = Clock.At(Time(given));
        var procedure = new Procedure { Key = (string)given["key"]!, FirstStated = clock };

        foreach (var fact in new[] { ProcedureFacts.State, ProcedureFacts.Description, ProcedureFacts.Severity, ProcedureFacts.Result })
        {
            if (((string?)given[fact] ?? (fact == ProcedureFacts.State ? ProcedureFacts.Active : null)) is { } value)
            {
                procedure.Of(fact).Value = value;
                procedure.Of(fact).Last = new Write("", Authority.None, clock, null);
            }
        }

        return procedure;
    }

    private static IEnumerable<Link> LinksOf(JsonObject given, Study study, string fhirSource)
    {
        foreach (var (name, kind) in _links)
        {
            foreach (var number in given["links"]?[name]?.AsArray() ?? [])
            {
                yield return new Link(kind, (string)number!["value"]!, (string?)number["issuer"], study.StudyId);
            }
        }

        // The worker learns the resource of a study with the message that brings the key.
        if (study.State.Get("metadata.fhir.id") is { } resource)
        {
            yield return new Link(LinkKind.FhirResource, resource, fhirSource, study.StudyId);
        }
    }

    private static DateTimeOffset Time(JsonObject from) => DateTimeOffset.Parse((string)from["sourceTime"]!, CultureInfo.InvariantCulture);
}
