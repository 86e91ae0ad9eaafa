using System.Data.Common;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store;

/// <summary>Counts what wants attention. Each count is answered from an index, or from a table that holds only what waits.</summary>
internal sealed class StoreFiguresReader(Database database)
{
    // Answered by the index dead_letters_by_cause alone.
    private static readonly Statement _deadLetters = new("select code, count(*) from dead_letters where status = 'open' group by code");

    private static readonly Statement _parked = new("select count(*) from parked");

    private static readonly Statement _held = new("select count(*), min(held_at) from held_units");

    // A row for each batch whose events are not out yet: mostly none. What a sum is depends on the database, so it is cast.
    private static readonly Statement _unpublished = new("""
        select cast(coalesce(sum(last_position - first_position + 1), 0) as bigint), min(created_at) from outbox_unpublished
        """);

    private static readonly Statement _gaps = new(
        "select source_id, count(*) from subscription_gaps where closed_at is null group by source_id");

    private static readonly Statement _fetches = new("select source_id, count(*) from fhir_fetches group by source_id");

    private static readonly Statement _plans = new("select count(*) from target_plans");

    public async Task<StoreFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var (deadLetters, gaps, fetches) = (NewCounts(), NewCounts(), NewCounts());
        var (parked, plans) = (0L, 0L);
        (long Count, DateTimeOffset? Since) held = default, unpublished = default;

        await using var session = await database.ReadAsync(cancellationToken);
        session.Add(_deadLetters, [], AddTo(deadLetters));
        session.Add(_parked, [], reader => parked = reader.GetInt64(0));
        session.Add(_held, [], reader => held = (reader.GetInt64(0), reader.TimeOrNull(1)));
        session.Add(_unpublished, [], reader => unpublished = (reader.GetInt64(0), reader.TimeOrNull(1)));
        session.Add(_gaps, [], AddTo(gaps));
        session.Add(_fetches, [], AddTo(fetches));
        session.Add(_plans, [], reader => plans = reader.GetInt64(0));
        await session.RunAsync(cancellationToken);

        return new StoreFigures
        {
            OpenDeadLetters = deadLetters,
            Parked = parked,
            Held = held.Count,
            HeldSince = held.Since,
            Unpublished = unpublished.Count,
            UnpublishedSince = unpublished.Since,
            OpenGaps = gaps,
            Fetches = fetches,
            Plans = plans,
        };
    }

    private static Dictionary<string, long> NewCounts() => new(StringComparer.Ordinal);

    private static Action<DbDataReader> AddTo(Dictionary<string, long> counts) => reader => counts[reader.GetString(0)] = reader.GetInt64(1);
}
