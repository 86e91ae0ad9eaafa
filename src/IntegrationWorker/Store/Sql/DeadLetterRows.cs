using System.Data.Common;
using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Store.Sql;

/// <summary>The table of the dead letters.</summary>
internal static class DeadLetterRows
{
    /// <summary>What <see cref="ReadSummary"/> needs, of a table named <c>d</c>.</summary>
    public const string Summary = """
        d.id, d.message_key, d.code, d.location, d.source_id, d.message_type, d.received_at, d.door, d.units, d.status, d.attempts, d.closed_at,
        d.closed_reason, d.cause, d.first_code, d.revision, d.draft
        """;

    /// <summary>What <see cref="ReadCase"/> needs, of tables named <c>d</c> and <c>v</c>.</summary>
    public const string Case = $"{Summary}, d.body, d.headers, d.error, v.body";

    /// <summary>Finds the approved edit of <c>d</c>.</summary>
    public const string WithRevision = "left join dead_letter_revisions v on v.dead_letter_id = d.id and v.revision = d.revision";

    private const int SummaryColumns = 17;

    public static readonly Column<SealedDeadLetter>[] Columns =
    [
        Column<SealedDeadLetter>.Text("id", row => row.Entry.Id),
        Column<SealedDeadLetter>.Text("message_key", row => row.Entry.MessageKey),
        Column<SealedDeadLetter>.Text("code", row => row.Entry.Code),
        Column<SealedDeadLetter>.Text("location", row => row.Entry.Location),
        Column<SealedDeadLetter>.Text("cause", row => row.Entry.Cause),
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
            id, message_key, code, location, cause, source_id, message_type, received_at, door, units, body, headers, error)
        select
            r.id, r.message_key, r.code, r.location, r.cause, r.source_id, r.message_type, r.received_at, r.door, r.units, r.body, r.headers, r.error
        from {rows} where true
        on conflict (id) do nothing
        """,
        Columns);

    /// <summary>The conditions of a filter on a table named <c>d</c>, but for its numbers.</summary>
    public static Conditions Where(DeadLetterFilter filter) => new Conditions()
        .Add("d.status = @status", SqlValue.Text("status", filter.Status))
        .Add("d.code = @code", SqlValue.Text("code", filter.Code ?? filter.Group?.Code))
        .Add("d.source_id = @source_id", SqlValue.Text("source_id", filter.SourceId ?? filter.Group?.SourceId))
        .Add("d.message_key = @message_key", SqlValue.Text("message_key", filter.MessageKey))
        .Add("d.location = @location", SqlValue.Text("location", filter.Group?.Location))
        .AddIf(filter.Group is { Location: null }, "d.location is null")
        .Add("d.cause = @cause", SqlValue.Text("cause", filter.Group?.Cause))
        .Add("d.received_at >= @from", SqlValue.Time("from", filter.From))
        .Add("d.received_at < @until", SqlValue.Time("until", filter.Until))
        .AddIf(filter.IsHolding, "d.id in (select h.dead_letter_id from holds h join held_units u on u.hold_id = h.id where h.dead_letter_id is not null)");

    /// <summary>Whole dead letters by id, to be read by <see cref="ReadCase"/>.</summary>
    public static readonly Statement<string> SelectCases = new(
        $$"""select {{Case}} from {rows} join dead_letters d on d.id = r.id {{WithRevision}}""",
        Column<string>.Text("id", id => id));

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
        Cause = reader.GetString(13),
        FirstCode = reader.Text(14),
        Revision = (int)reader.GetInt64(15),
        Draft = (int)reader.GetInt64(16),
    };

    /// <summary>Reads <see cref="Case"/>.</summary>
    public static DeadLetterCase ReadCase(DbDataReader reader, IReadOnlyList<DeadLetterAttempt> attempts, DataProtector protector)
    {
        var summary = ReadSummary(reader);

        return new DeadLetterCase(
            summary,
            protector.Unprotect(reader.Bytes(SummaryColumns), PlaceOf(summary.Id, "body")),
            protector.Unprotect(reader.Bytes(SummaryColumns + 1), PlaceOf(summary.Id, "headers")),
            protector.Unprotect(reader.Bytes(SummaryColumns + 2), PlaceOf(summary.Id, "error")),
            attempts)
        {
            Edited = reader.IsDBNull(SummaryColumns + 3)
                ? null
                : protector.Unprotect(reader.Bytes(SummaryColumns + 3), CaseRevisionStore.PlaceOf(summary.Id, summary.Revision)),
        };
    }

    private static string PlaceOf(string id, string column) => $"dead_letters/{id}/{column}";
}

/// <summary>A dead letter with its encrypted parts.</summary>
internal sealed record SealedDeadLetter(DeadLetterEntry Entry, byte[] Body, byte[] Headers, byte[] Error);
