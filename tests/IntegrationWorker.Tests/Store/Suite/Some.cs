using System.Text;
using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Store.Suite;

/// <summary>Invented things to store.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static string Id(string prefix) => $"{prefix}_{Guid.NewGuid():N}";

    public static Study Study(string? uid = null, string description = "CT Chest")
    {
        var study = new Study
        {
            StudyId = Id("stu"),
            StudyInstanceUid = uid ?? $"1.2.{Random.Shared.NextInt64()}",
            OrgId = "org_1",
            Version = 1,
            CreatedAt = Noon,
            UpdatedAt = Noon,
            CreatedBy = "ris-north",
            State = new StudyState(),
        };
        var write = WriteBy("ris-north");
        study.State.Of(FieldNames.StudyDescription).Set(description, write);
        study.State.Of(FieldNames.Severity).Set("high", write);
        study.State.Of(FieldNames.OfMetadata("ris.modality")).Set("CT", write);
        study.State.Procedures.Add(new Procedure { Key = "filler:F1^RIS", FirstStated = Clock.At(Noon) });

        return study;
    }

    public static Write WriteBy(string source) => new(source, Authority.Ris, Clock.At(Noon), $"hl7/{source}/1#1");

    public static LedgerRecord Record(string key, int generation = 1, string outcome = Outcomes.Applied) => new()
    {
        Key = generation == 1 ? key : $"{key}~{generation}",
        BaseKey = key,
        Generation = generation,
        Fingerprint = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 8))],
        SourceId = "ris-north",
        MessageType = "ORM^O01",
        ReceivedAt = Noon,
        LastMessageTime = Noon.AddMinutes(-1),
        Outcome = outcome,
        Result = Json("""{"outcome":"applied","note":"Grüße \"x\" ✓"}"""),
    };

    public static HistoryEntry History(Study study, string messageKey) => new(
        study.StudyId, study.Version, Noon, messageKey, 1, "ris-north", "ORM^O01", Outcomes.Applied, Json("""{"changes":[]}"""));

    public static OutboxEntry Event(Study study, long version = 1, DateTimeOffset? at = null) =>
        new(Id("evt"), study.StudyId, version, at ?? Noon, Json($$$"""{"data":{"version":{{{version}}}}}"""));

    public static ParkedUnit Parked(string messageKey, params LinkKey[] keys) => new()
    {
        UnitKey = $"{messageKey}#1",
        MessageKey = messageKey,
        Unit = Unit(messageKey),
        ReceivedAt = Noon,
        ExpiresAt = Noon.AddDays(14),
        Keys = keys,
        Body = Json("""{"invented":true}"""),
        Headers = Json("{}"),
        Door = "hl7v2",
    };

    public static UnitUpdate Unit(string messageKey)
    {
        var unit = new UnitUpdate
        {
            Number = 1,
            Kind = UnitKind.Order,
            SourceId = "ris-north",
            MessageKey = messageKey,
            MessageType = "ORM^O01",
            Clock = Clock.At(Noon),
            SourceTime = "2026-03-02T12:00:00Z",
            Identity = new Identity { Accession = new Identifier("ACC-1", "RIS") },
            Signal = Signal.Cancel,
        };
        unit.Fields["severity"] = new Asserted("stat", "OBR-27.6");
        unit.Warnings.Add(Notice.Of("MAP-101", "location", "OBR-27", "candidates", new[] { "a", "b" }));

        return unit;
    }

    public static DeadLetterEntry DeadLetter(string code = "HL7-001", DateTimeOffset? at = null, string body = "MSH|secret of a patient") => new()
    {
        Id = Id("dl"),
        MessageKey = "raw/0123",
        Code = code,
        Location = "MSH-2",
        SourceId = "ris-north",
        MessageType = "ORM^O01",
        ReceivedAt = at ?? Noon,
        Units = [1, 3],
        Body = Encoding.UTF8.GetBytes(body),
        Headers = Json("""{"content-type":"x-secret-header"}"""),
        Door = "hl7v2",
        Error = Json("""{"code":"HL7-001","details":{"text":"secret detail"}}"""),
    };

    public static CaseStep Closing(string id, string status, DateTimeOffset at) => new(
        id, DeadLetterStatus.Open, status, new DeadLetterAttempt(at, "o", "w", status, Json("{}")) { Action = DeadLetterActions.Discard })
    {
        ClosedAt = at,
        ClosedReason = "w",
    };

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);
}
