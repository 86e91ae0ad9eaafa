using Npgsql;

namespace IntegrationWorker.Bench.Worker;

/// <summary>Fills a store with rows like those that a worker has written, so that its indices are as large as after years.</summary>
internal static class Population
{
    // Ids are spread over the whole range, as those of real studies are; so are control ids, which are numbers here.
    private const string Copy =
        """
        create temporary table pattern as select * from studies limit 1;
        create temporary table pattern_links as select l.* from links l join pattern p using (study_id);
        create temporary table pattern_message as select * from messages order by length(result) desc limit 1;

        insert into studies
        select 'stu_' || substr(encode(sha256(convert_to('old' || n, 'UTF8')), 'hex'), 1, length(p.study_id) - 4), '2.25.999' || n,
               description, severity, viewer_status, is_cancelled, cancelled_at, assigned_to, org_id, express_customer_id,
               created_at, updated_at, created_by, version, state,
               (select '[' || string_agg(format(case when l.issuer = '' then '[%s,"%s"]' else '[%s,"%s","%s"]' end, l.kind, md5(l.value || n), l.issuer), ',') || ']'
                from pattern_links l)
        from pattern p, generate_series(1, @studies) n;

        insert into links
        select l.kind, md5(l.value || n), l.issuer, 'stu_' || substr(encode(sha256(convert_to('old' || n, 'UTF8')), 'hex'), 1, length(l.study_id) - 4)
        from pattern_links l, generate_series(1, @studies) n;

        insert into messages
        select m.key || '-' || n, m.base_key || '-' || n, m.generation, m.fingerprint, m.source_id, m.message_type, m.received_at, m.last_message_time,
               m.outcome, m.result
        from pattern_message m, generate_series(1, @messages) n;
        """;

    public static async Task GrowAsync(string database, int studies, int messages, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false;Command Timeout=0");
        await connection.OpenAsync(cancellationToken);
        await using var fill = new NpgsqlCommand(
            Copy.Replace("@studies", $"{studies}", StringComparison.Ordinal).Replace("@messages", $"{messages}", StringComparison.Ordinal), connection);
        await fill.ExecuteNonQueryAsync(cancellationToken);
        await using var settle = new NpgsqlCommand("vacuum analyze", connection);
        await settle.ExecuteNonQueryAsync(cancellationToken);
        await using var write = new NpgsqlCommand("checkpoint", connection);
        await write.ExecuteNonQueryAsync(cancellationToken);
    }
}
