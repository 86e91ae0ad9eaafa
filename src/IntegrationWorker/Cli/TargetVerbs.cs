using System.CommandLine;
using IntegrationWorker.Target;

namespace IntegrationWorker.Cli;

/// <summary><c>studies import|drift</c>: what concerns a reading platform that keeps the studies.</summary>
internal static class TargetVerbs
{
    private static readonly Option<bool> _restart = new("--restart") { Description = "Begin with the first page, also where an import was broken off" };

    private static readonly Option<string?> _issuer = new("--accession-issuer")
    {
        Description = "Who gave the accession numbers in ris.accessionNumber; without it they count as nobody's", HelpName = "ISSUER",
    };

    private static readonly Option<bool> _last = new("--last") { Description = "Show what the last job found instead of looking now" };

    public static Command Import()
    {
        var command = new Command("import", "Fill index and baseline from the reading platform's list; goes on where it was broken off")
        {
            _restart, _issuer, CommonOptions.Json,
        };
        command.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ImportAsync(parsed, services, t), token));

        return command;
    }

    public static Command Drift()
    {
        var command = new Command("drift", "Show what differs between the reading platform and our record, by cause; changes nothing")
        {
            _last, CommonOptions.Json,
        };
        command.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => DriftAsync(parsed, services, t), token));

        return command;
    }

    private static async Task<int> ImportAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var importer = Of<StudyImporter>(services);

        try
        {
            var end = await importer.ImportAsync(
                parsed.GetValue(_restart),
                parsed.GetValue(_issuer),
                progress => Console.Error.WriteLine($"{progress.Studies} studies read, {progress.New} of them new"),
                cancellationToken);

            if (parsed.GetValue(CommonOptions.Json))
            {
                Verb.PrintJson(new { studies = end.Studies, @new = end.New });
            }

            return ExitCodes.Ok;
        }
        catch (TargetException e)
        {
            throw new VerbFailedException($"{e.Message} What was read is kept: the same command goes on there.");
        }
    }

    private static async Task<int> DriftAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var finder = Of<DriftFinder>(services);
        DriftReport report;

        try
        {
            report = parsed.GetValue(_last)
                ? await finder.ReadLastAsync(cancellationToken) ?? throw new VerbFailedException("No job has looked yet. Without --last it is looked now.")
                : await finder.FindAsync(takesOver: false, cancellationToken);
        }
        catch (TargetException e)
        {
            throw new VerbFailedException(e.Message);
        }

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(report);
            return ExitCodes.Ok;
        }

        Console.WriteLine($"{Tables.Time(report.At)}: {report.Studies} studies at the platform, {report.Total} differences.");
        Tables.Print(
            ["study", "UID", "cause", "fields"],
            report.Differences.Select(difference => (IReadOnlyList<string?>)
                [difference.StudyId, difference.StudyInstanceUid, difference.Cause, string.Join(", ", difference.Fields)]));

        if (report.Differences.Count < report.Total)
        {
            Console.WriteLine($"There are more: {string.Join(", ", report.Counts.Select(count => $"{count.Value} {count.Key}"))}.");
        }

        return ExitCodes.Ok;
    }

    private static T Of<T>(IServiceProvider services)
        where T : class =>
        services.GetService<T>() ?? throw new VerbFailedException("The worker's own store is the record: there is no platform. Set Target:Kind to remote.");
}
