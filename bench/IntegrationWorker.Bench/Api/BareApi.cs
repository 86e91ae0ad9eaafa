using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace IntegrationWorker.Bench.Api;

/// <summary>
/// What Kestrel and Npgsql allow when nothing is asked, checked or remembered: one query, or one update, for each request on the worker's own
/// table; no key, no state document, no history.
/// </summary>
internal static class BareApi
{
    private const string Columns =
        "s.study_id, s.study_instance_uid, s.description, s.severity, s.viewer_status, s.is_cancelled, s.assigned_to, s.org_id, s.created_at, s.updated_at, s.version";

    public static async Task RunAsync(int port, string database, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create($"{database};Max Auto Prepare=10;Auto Prepare Min Usages=2;No Reset On Close=true");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();

        app.MapGet("/study/{id}", (string id, CancellationToken token) =>
            OneAsync(source, $"select {Columns} from studies s where s.study_id = $1", token, id));
        app.MapGet("/accession/{number}", (string number, CancellationToken token) =>
            OneAsync(source, $"select {Columns} from links l join studies s on s.study_id = l.study_id where l.kind = 2 and l.value = $1", token, number));
        app.MapPatch("/study/{id}", async (string id, BarePatch patch, CancellationToken token) => await OneAsync(
            source, $"update studies s set description = $2, version = version + 1 where s.study_id = $1 returning {Columns}", token, id, patch.StudyDescription));

        await ((IHost)app).RunAsync(cancellationToken);
    }

    private static async Task<IResult> OneAsync(NpgsqlDataSource source, string sql, CancellationToken cancellationToken, params string[] values)
    {
        await using var command = source.CreateCommand(sql);

        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);

        return !await reader.ReadAsync(cancellationToken)
            ? TypedResults.NotFound()
            : TypedResults.Ok(new BareStudy(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt64(5) == 1,
                reader.IsDBNull(6) ? null : reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetString(7), reader.GetInt64(8), reader.GetInt64(9),
                reader.GetInt64(10)));
    }
}

internal sealed record BarePatch(string StudyDescription);

internal sealed record BareStudy(
    string StudyId, string StudyInstanceUid, string StudyDescription, string Severity, string StudyViewerStatus, bool IsCancelled, string? AssignedTo,
    string? OrgId, long CreatedAt, long UpdatedAt, long Version);
