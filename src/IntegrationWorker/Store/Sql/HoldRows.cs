using System.Data.Common;
using IntegrationWorker.Store.Protection;

namespace IntegrationWorker.Store.Sql;

/// <summary>The tables of what waits behind rejected messages.</summary>
internal static class HoldRows
{
    private const string Selected = "h.id, h.source_id, h.study_instance_uid, h.dead_letter_id, h.since";

    private static readonly Column<string> _id = Column<string>.Text("id", id => id);

    public static readonly Statement<string> Select = new($$"""select {{Selected}} from {rows} join holds h on h.id = r.id""", _id);

    /// <summary>Those that are over, the oldest first.</summary>
    public static readonly Statement SelectOver = new($"select {Selected} from holds h where h.dead_letter_id is null order by h.since limit @max");

    /// <summary>The first ones that wait, in order.</summary>
    public static readonly Statement SelectHeld = new("""
        select u.hold_id, u.place, u.unit_key, u.message_key, u.received_at, u.held_at, u.payload from held_units u
        where u.hold_id = @hold order by u.place limit @max
        """);

    // Whoever was rejected first holds; another one takes its place once it is over.
    private static readonly Statement<Hold> _upsert = new(
        """
        insert into holds (id, source_id, study_instance_uid, dead_letter_id, since)
        select r.id, r.source_id, r.study_instance_uid, r.dead_letter_id, r.since from {rows} where true
        on conflict (id) do update set
            dead_letter_id = coalesce(holds.dead_letter_id, excluded.dead_letter_id),
            since = case when holds.dead_letter_id is null then excluded.since else holds.since end
        """,
        Column<Hold>.Text("id", hold => hold.Id),
        Column<Hold>.Text("source_id", hold => hold.SourceId),
        Column<Hold>.Text("study_instance_uid", hold => hold.StudyInstanceUid),
        Column<Hold>.Text("dead_letter_id", hold => hold.DeadLetterId),
        Column<Hold>.Time("since", hold => hold.Since));

    // Never away from what waits there.
    private static readonly Statement<string> _delete = new(
        """
        delete from holds
        where id in (select r.id from {rows}) and not exists (select 1 from held_units u where u.hold_id = holds.id)
        """,
        _id);

    private static readonly Statement<string> _end = new(
        "update holds set dead_letter_id = null where dead_letter_id in (select r.id from {rows})", _id);

    // The study is locked: nobody else gives out places of its hold.
    private static readonly Statement<(int Place, HeldUnit Held, byte[] Payload)> _insertHeld = new(
        """
        insert into held_units (hold_id, place, unit_key, message_key, received_at, held_at, payload)
        select
            r.hold_id, r.place + coalesce((select max(u.place) from held_units u where u.hold_id = r.hold_id), 0), r.unit_key, r.message_key,
            r.received_at, r.held_at, r.payload
        from {rows}
        """,
        Column<(int Place, HeldUnit Held, byte[] Payload)>.Text("hold_id", row => row.Held.HoldId),
        Column<(int Place, HeldUnit Held, byte[] Payload)>.Number("place", row => row.Place),
        Column<(int Place, HeldUnit Held, byte[] Payload)>.Text("unit_key", row => row.Held.Unit.UnitKey),
        Column<(int Place, HeldUnit Held, byte[] Payload)>.Text("message_key", row => row.Held.Unit.MessageKey),
        Column<(int Place, HeldUnit Held, byte[] Payload)>.Time("received_at", row => row.Held.Unit.ReceivedAt),
        Column<(int Place, HeldUnit Held, byte[] Payload)>.Time("held_at", row => row.Held.HeldAt),
        Column<(int Place, HeldUnit Held, byte[] Payload)>.Bytes("payload", row => row.Payload));

    private static readonly Statement<HeldUnit> _deleteHeld = new(
        "delete from held_units where (hold_id, place) in (select r.hold_id, r.place from {rows})",
        Column<HeldUnit>.Text("hold_id", held => held.HoldId),
        Column<HeldUnit>.Number("place", held => held.Place));

    /// <summary>Queues what a batch holds and lets go.</summary>
    public static void Add(SqlSession session, BatchChanges changes, DataProtector protector)
    {
        session.AddRows(_deleteHeld, changes.ReleasedUnits, rowsExpected: changes.ReleasedUnits.Count);
        session.AddRows(_delete, changes.EndedHolds, rowsExpected: changes.EndedHolds.Count);
        session.AddRows(_upsert, changes.Holds);
        session.AddRows(_insertHeld, [.. changes.HeldUnits.Select((held, i) => (i + 1, held, ParkedRows.Seal(held.Unit, protector)))]);
    }

    /// <summary>Queues that dead letters hold nothing any more.</summary>
    public static void AddEnds(SqlSession session, IReadOnlyCollection<string> deadLetterIds) => session.AddRows(_end, deadLetterIds);

    public static Hold Read(DbDataReader reader) => new(reader.GetString(1), reader.GetString(2), reader.Text(3), reader.Time(4));

    public static HeldUnit ReadHeld(DbDataReader reader, DataProtector protector)
    {
        var unitKey = reader.GetString(2);

        return new HeldUnit(
            reader.GetString(0),
            ParkedRows.Open(unitKey, reader.Bytes(6), protector) with { MessageKey = reader.GetString(3), ReceivedAt = reader.Time(4) },
            reader.Time(5),
            reader.GetInt64(1));
    }
}
