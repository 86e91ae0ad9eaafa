using System.Data.Common;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

internal sealed class HoldStore(Database database, DataProtector protector) : IHoldStore
{
    private static readonly Column<string> _id = Column<string>.Text("id", id => id);

    private const string Counts = "select h.dead_letter_id, h.source_id, count(distinct h.id), count(u.place), min(u.held_at)";

    private static readonly Statement _countAll = new($"""
        {Counts} from holds h left join held_units u on u.hold_id = h.id group by h.dead_letter_id, h.source_id
        """);

    private static readonly Statement<string> _count = new(
        $$"""
        {{Counts}} from {rows} join holds h on h.dead_letter_id = r.id left join held_units u on u.hold_id = h.id
        group by h.dead_letter_id, h.source_id
        """,
        _id);

    private static readonly Statement<string> _endOthers = new(
        "update holds set dead_letter_id = null where dead_letter_id is not null and source_id not in (select r.id from {rows})", _id);

    private static readonly Statement _endAll = new("update holds set dead_letter_id = null where dead_letter_id is not null");

    private static readonly Statement<string> _end = new(
        "update holds set dead_letter_id = null where dead_letter_id in (select r.id from {rows}) returning id", _id);

    public async Task<IReadOnlyList<(Hold Hold, IReadOnlyList<HeldUnit> Units)>> FindOverAsync(
        int max, int unitsMax, CancellationToken cancellationToken)
    {
        var holds = new List<Hold>();
        await using var session = await database.ReadAsync(cancellationToken);
        await session.RunAsync(HoldRows.SelectOver, [SqlValue.Number("max", max)], cancellationToken, reader => holds.Add(HoldRows.Read(reader)));

        var units = holds.ConvertAll(_ => new List<HeldUnit>());

        foreach (var (hold, list) in holds.Zip(units))
        {
            session.Add(
                HoldRows.SelectHeld,
                [SqlValue.Text("hold", hold.Id), SqlValue.Number("max", unitsMax)],
                reader => list.Add(HoldRows.ReadHeld(reader, protector)));
        }

        await session.RunAsync(cancellationToken);

        return [.. holds.Select((hold, i) => (hold, (IReadOnlyList<HeldUnit>)units[i]))];
    }

    public async Task<IReadOnlyList<HeldBehind>> ListAsync(IReadOnlyCollection<string>? deadLetterIds, CancellationToken cancellationToken)
    {
        var counts = new List<HeldBehind>();
        await using var session = await database.ReadAsync(cancellationToken);

        if (deadLetterIds is null)
        {
            session.Add(_countAll, [], Read);
        }
        else
        {
            session.AddRows(_count, deadLetterIds, read: Read);
        }

        await session.RunAsync(cancellationToken);
        return counts;

        void Read(DbDataReader reader) => counts.Add(new HeldBehind(
            reader.Text(0), reader.GetString(1), (int)reader.GetInt64(2), reader.GetInt64(3), reader.TimeOrNull(4)));
    }

    public async Task EndOthersAsync(IReadOnlyCollection<string> sourceIds, CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);

        if (sourceIds.Count == 0)
        {
            session.Add(_endAll, []);
        }
        else
        {
            session.AddRows(_endOthers, sourceIds);
        }

        await session.RunAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    public async Task<bool> SkipAsync(CaseStep step, CancellationToken cancellationToken)
    {
        try
        {
            var ended = 0;
            await using var session = await database.BeginAsync(cancellationToken);
            CaseRows.Add(session, [step]); // Before its hold, as everybody does.
            session.AddRows(_end, [step.Id], read: _ => ended++);
            await session.RunAsync(cancellationToken);

            if (ended == 0)
            {
                return false;
            }

            await session.CommitAsync(cancellationToken);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }
}
