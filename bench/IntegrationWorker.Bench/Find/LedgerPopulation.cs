using System.Globalization;
using Npgsql;

namespace IntegrationWorker.Bench.Find;

/// <summary>
/// Fills a store with the ledger, the history, the waiting units and the dead letters of a month of many messages, all made by the server itself out of
/// rows that a worker has written. What no search reads (states of studies, details of the history) is left small.
/// </summary>
internal static class LedgerPopulation
{
    // Four sources: one sends most, one never creates a study, one is small, and one fell silent in the first tenth of the month.
    // The shares of the outcomes are those of a department whose systems send much twice.
    private const string Fill =
        """
        create temporary table pattern_study as select * from studies limit 1;
        create temporary table pattern_links as select l.* from links l join pattern_study p using (study_id);
        create temporary table pattern_message as select * from messages where outcome = 'created' limit 1;
        create temporary table pattern_parked as select * from parked limit 1;
        create temporary table pattern_parked_keys as select k.* from parked_keys k join pattern_parked p using (unit_key);
        create temporary table pattern_letter as select * from dead_letters limit 1;
        create temporary table real_studies as select row_number() over () as n, study_id from studies;

        insert into studies
        select 'stu_' || md5('old' || n), '2.25.999' || n, description, severity, viewer_status, is_cancelled, cancelled_at, assigned_to, org_id,
               express_customer_id, created_at, updated_at, created_by, version, '{}'
        from pattern_study, generate_series({asked} + 1, {studies}) n;

        insert into links
        select l.kind, md5(l.value || n), l.issuer, 'stu_' || md5('old' || n) from pattern_links l, generate_series({asked} + 1, {studies}) n;

        create temporary table made as
        select n,
               case when n / 7 % 1000 < 800 then 'ris-north' when n / 7 % 1000 < 950 then 'ehr-main'
                    when n / 7 % 1000 < 990 or n > {messages} / 10 then 'ris-west' else 'ris-south' end as source_id,
               case when n % 200 < 120 then 'applied' when n % 200 < 160 then 'created' when n % 200 < 170 then 'superseded' when n % 200 < 180 then 'unchanged'
                    when n % 200 < 192 then 'ignored' when n % 200 < 196 then 'linked' when n % 200 < 199 then 'rejected' else 'parked' end as outcome,
               {start} + n * (30 * 86400000000 / {messages}) as received_at
        from generate_series(1::bigint, {messages}) n;

        -- The ledger fills in the order of time.
        insert into messages
        select 'hl7/NRIS/NORTH/OLD-' || n, 'hl7/NRIS/NORTH/OLD-' || n, 1, p.fingerprint, m.source_id, p.message_type, m.received_at, m.received_at,
               case when m.source_id = 'ehr-main' and m.outcome = 'created' then 'linked' else m.outcome end, p.result
        from made m, pattern_message p order by m.n;

        insert into history (study_id, version, at, message_key, unit, source_id, message_type, outcome, detail)
        select coalesce(r.study_id, 'stu_' || md5('old' || (1 + m.n % {studies}))), 1 + m.n / {studies}, m.received_at, 'hl7/NRIS/NORTH/OLD-' || m.n, 1, m.source_id,
               'ORM^O01', m.outcome, '{}'
        from made m left join real_studies r on r.n = 1 + m.n % {studies}
        where m.outcome not in ('rejected', 'parked')
        order by m.n;

        -- Nobody ends their waiting, and nobody looks whether the dead letters are settled: their contents are copies that cannot be read.
        insert into parked
        select 'hl7/NRIS/NORTH/OLD-' || m.n || '#1', 'hl7/NRIS/NORTH/OLD-' || m.n, m.received_at, p.expires_at + 36500 * 86400000000, p.payload
        from made m, pattern_parked p where m.outcome = 'parked';

        insert into parked_keys
        select k.kind, md5(k.value || m.n), 'hl7/NRIS/NORTH/OLD-' || m.n || '#1' from made m, pattern_parked_keys k where m.outcome = 'parked';

        insert into dead_letters (id, message_key, code, location, cause, source_id, message_type, received_at, door, units, status, body, headers, error)
        select 'dl_' || md5('old' || m.n), 'hl7/NRIS/NORTH/OLD-' || m.n,
               case when m.n / 200 % 20 < 14 then 'IDN-003' when m.n / 200 % 20 < 19 then 'HL7-004' else 'IDN-006' end,
               p.location, p.cause, m.source_id, p.message_type, m.received_at, p.door, p.units, 'resolved',
               p.body, p.headers, p.error
        from made m, pattern_letter p where m.outcome = 'rejected';

        insert into dead_letter_keys
        select 2, 'DEAD-' || m.n, 'dl_' || md5('old' || m.n) from made m where m.outcome = 'rejected';
        """;

    /// <param name="studies">All there are to be; the first <paramref name="asked"/> are there already.</param>
    /// <param name="startAt">When the first message of the month was received.</param>
    public static async Task FillAsync(
        string database, int asked, int studies, int messages, DateTimeOffset startAt, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false;Command Timeout=0");
        await connection.OpenAsync(cancellationToken);

        // Without checkpoints in between every page goes to the log once.
        await RunAsync(connection, "alter system set max_wal_size = '32GB'", cancellationToken);
        await RunAsync(connection, "select pg_reload_conf()", cancellationToken);

        // An index that is built over all rows at once takes a fraction of the time, and looks as one that was rebuilt.
        var indices = await IndicesAsync(connection, cancellationToken);
        await RunAsync(connection, string.Concat(indices.Select(index => $"drop index {index.Name};")), cancellationToken);
        await RunAsync(connection, TextFor(asked, studies, messages, startAt), cancellationToken);
        await RunAsync(connection, "set maintenance_work_mem = '512MB'", cancellationToken);
        await RunAsync(connection, string.Concat(indices.Select(index => $"{index.Definition};")), cancellationToken);
        await RunAsync(connection, "vacuum analyze", cancellationToken);
        await RunAsync(connection, "checkpoint", cancellationToken);
    }

    private static string TextFor(int asked, int studies, int messages, DateTimeOffset startAt) => new (string Name, long Value)[]
    {
        ("{asked}", asked), ("{studies}", studies), ("{messages}", messages), ("{start}", startAt.ToUnixTimeMilliseconds() * 1000),
    }.Aggregate(Fill, (text, one) => text.Replace(one.Name, one.Value.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

    private static async Task<IReadOnlyList<(string Name, string Definition)>> IndicesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select i.indexname, i.indexdef from pg_indexes i
            where i.schemaname = 'public' and i.tablename in ('messages', 'history', 'links', 'parked', 'dead_letters')
                and not exists (select 1 from pg_constraint c where c.conname = i.indexname)
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(string Name, string Definition)>();

        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetString(0), reader.GetString(1)));
        }

        return found;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
