using System.Data.Common;
using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the dead letters.</summary>
internal static class DeadLetterRows
{
    /// <summary>What <see cref="ReadSummary"/> needs.</summary>
    public const string Summary = """
        id, message_key, code, location, source_id, message_type, received_at, door, units, status, attempts, closed_at, closed_reason
        """;

    private const int SummaryColumns = 13;

    public static readonly Column<SealedDeadLetter>[] Columns =
    [
        Column<SealedDeadLetter>.Text("id", row => row.Entry.Id),
        Column<SealedDeadLetter>.Text("message_key", row => row.Entry.MessageKey),
        Column<SealedDeadLetter>.Text("code", row => row.Entry.Code),
        Column<SealedDeadLetter>.Text("location", row => row.Entry.Location),
        Column<SealedDeadLetter>.Text("source_id", row => row.Entry.SourceId),
        Column<SealedDeadLetter>.Text("message_type", row => row.Entry.MessageType),
        Column<SealedDeadLetter>.Time("received_at", row => row.Entry.ReceivedAt),
        Column<SealedDeadLetter>.Text("door", row => row.Entry.Door),
        Column<SealedDeadLetter>.Json("units", row => StoreJson.Write([.. row.Entry.Units.Select(unit => (long)unit)])),
        Column<SealedDeadLetter>.Bytes("body", row => row.Body),
        Column<SealedDeadLetter>.Bytes("headers", row => row.Headers),
        Column<SealedDeadLetter>.Bytes("error", row => row.Error),
    ];

    /// <summary>Adds dead letters. One that is there already stays as it is: what the broker gave up may be collected twice.</summary>
    public static readonly Statement<SealedDeadLetter> Insert = new(
        """
        insert into dead_letters (
            id, message_key, code, location, source_id, message_type, received_at, door, units, body, headers, error)
        select
            r.id, r.message_key, r.code, r.location, r.source_id, r.message_type, r.received_at, r.door, r.units, r.body, r.headers, r.error
        from {rows} where true
        on conflict (id) do nothing
        """,
        Columns);

    public static SealedDeadLetter Seal(DeadLetterEntry entry, DataProtector protector) => new(
        entry,
        protector.Protect(entry.Body.Span, PlaceOf(entry.Id, "body")),
        protector.Protect(entry.Headers, PlaceOf(entry.Id, "headers")),
        protector.Protect(entry.Error, PlaceOf(entry.Id, "error")));

    public static DeadLetterSummary ReadSummary(DbDataReader reader) => new()
    {
        Id = reader.GetString(0),
        MessageKey = reader.GetString(1),
        Code = reader.GetString(2),
        Location = reader.Text(3),
        SourceId = reader.GetString(4),
        MessageType = reader.GetString(5),
        ReceivedAt = reader.Time(6),
        Door = reader.GetString(7),
        Units = [.. StoreJson.ReadNumbers(reader.Bytes(8)).Select(unit => (int)unit)],
        Status = reader.GetString(9),
        Attempts = (int)reader.GetInt64(10),
        ClosedAt = reader.TimeOrNull(11),
        ClosedReason = reader.Text(12),
    };

    /// <summary>Reads <see cref="Summary"/> followed by body, headers and error.</summary>
    public static DeadLetterCase ReadCase(DbDataReader reader, IReadOnlyList<DeadLetterAttempt> attempts, DataProtector protector)
    {
        var summary = ReadSummary(reader);

        return new DeadLetterCase(
            summary,
            protector.Unprotect(reader.Bytes(SummaryColumns), PlaceOf(summary.Id, "body")),
            protector.Unprotect(reader.Bytes(SummaryColumns + 1), PlaceOf(summary.Id, "headers")),
            protector.Unprotect(reader.Bytes(SummaryColumns + 2), PlaceOf(summary.Id, "error")),
            attempts);
    }

    private static string PlaceOf(string id, string column) => $"dead_letters/{id}/{column}";
}

/// <summary>A dead letter with its encrypted parts.</summary>
internal sealed record SealedDeadLetter(DeadLetterEntry Entry, byte[] Body, byte[] Headers, byte[] Error);
