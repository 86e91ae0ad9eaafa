using System.CommandLine;
using System.Runtime.InteropServices;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.DeadLetters.Filters;
using IntegrationWorker.DeadLetters.Replays;
using IntegrationWorker.Store;
using Spectre.Console;

namespace IntegrationWorker.Cli;

/// <summary><c>dead-letters replay</c> of one, or of many as a job, and <c>dead-letters jobs</c>.</summary>
internal static class ReplayVerbs
{
    private static readonly Argument<string[]> _ids = new("id") { Description = "Ids of dead letters: dl_…; none with --filter, --group, --code, --source or --all", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string> _why = new("--why") { Description = "The reason, for the record", DefaultValueFactory = _ => "" };
    private static readonly Option<string?> _filter = new("--filter") { Description = "All of this saved filter: dead-letters filters" };
    private static readonly Option<string?> _group = new("--group") { Description = "All of this group: grp_…" };
    private static readonly Option<string?> _code = new("--code") { Description = "All with this code" };
    private static readonly Option<string?> _source = new("--source") { Description = "All of this source" };
    private static readonly Option<DateTimeOffset?> _from = new("--from") { Description = "Only those received at this time or later" };
    private static readonly Option<DateTimeOffset?> _until = new("--until") { Description = "Only those received before this time" };
    private static readonly Option<bool> _all = new("--all") { Description = "All that are open" };

    private static readonly Option<string> _status = new("--status")
    {
        Description = "open, or any: resolved and superseded ones too", DefaultValueFactory = _ => DeadLetterStatus.Open,
    };

    private static readonly Option<int> _rate = new("--rate")
    {
        Description = "Dead letters a second at most, reached step by step; 0: as fast as the store takes them", DefaultValueFactory = _ => ReplayRequest.RateUsual,
    };

    private static readonly Option<int> _stopPercent = new("--stop-percent")
    {
        Description = "Stop when more of the last hundred than these per cent are rejected again; 100: never", DefaultValueFactory = _ => ReplayRequest.StopPercentUsual,
    };

    private static readonly Option<bool> _noCanary = new("--no-canary") { Description = "Do not try one and then ten before the rest" };
    private static readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would come of it; nothing is written" };
    private static readonly Option<bool> _detach = new("--detach") { Description = "Leave the job to a running worker, with its settings" };
    private static readonly Argument<string> _job = new("job") { Description = "The id of the job: rpj_…" };
    private static readonly Option<long> _after = new("--after") { Description = "Only items after this position" };
    private static readonly Option<int> _limit = CommonOptions.Limit(100, ReplayDesk.ItemsMax);

    public static Command CreateReplay()
    {
        var replay = new Command("replay", "Send dead letters the way of all messages again: one at once, many as a job that can be paused")
        {
            _ids, _filter, _group, _code, _source, _from, _until, _all, _status, _rate, _stopPercent, _noCanary, _dryRun, _detach, _why, CommonOptions.Json,
        };
        replay.Validators.Add(result =>
        {
            var isFiltered = result.GetValue(_filter) is not null || result.GetValue(_group) is not null || result.GetValue(_code) is not null || result.GetValue(_source) is not null
                || result.GetValue(_from) is not null || result.GetValue(_until) is not null || result.GetValue(_all);

            if (result.GetValue(_ids) is { Length: > 0 } == isFiltered)
            {
                result.AddError("Name either ids of dead letters, or which ones by --filter, --group, --code, --source, --from, --until or --all.");
            }
        });
        replay.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ReplayAsync(parsed, services, t), token));

        return replay;
    }

    public static Command CreateJobs()
    {
        var list = new Command("list", "Show replay jobs, the latest first") { CommonOptions.Json };
        list.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ListAsync(parsed, services, t), token));
        var show = new Command("show", "Show one replay job with its counts") { _job, CommonOptions.Json };
        show.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ShowAsync(parsed, services, t), token));
        var items = new Command("items", "Show the dead letters of a replay job with their receipts") { _job, _after, _limit, CommonOptions.Json };
        items.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ItemsAsync(parsed, services, t), token));
        var pause = new Command("pause", "Halt a running replay job") { _job };
        pause.SetAction((parsed, token) => Verb.OnStoreAsync(
            parsed, (services, t) => ChangeAsync(parsed, services, desk => desk.PauseAsync(parsed.GetRequiredValue(_job), Environment.UserName, t), t), token));
        var resume = new Command("resume", "Let a replay job go on that was paused or has stopped itself") { _job, _detach, CommonOptions.Json };
        resume.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ResumeAsync(parsed, services, t), token));
        var cancel = new Command("cancel", "Give a replay job up; what was not replayed is open again") { _job };
        cancel.SetAction((parsed, token) => Verb.OnStoreAsync(
            parsed, (services, t) => ChangeAsync(parsed, services, desk => desk.CancelAsync(parsed.GetRequiredValue(_job), Environment.UserName, t), t), token));

        return new Command("jobs", "Look after replay jobs") { list, show, items, pause, resume, cancel };
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var request = new ReplayRequest
        {
            Ids = parsed.GetValue(_ids) is { Length: > 0 } ids ? ids : null,
            Filter = parsed.GetValue(_filter),
            Group = parsed.GetValue(_group),
            Code = parsed.GetValue(_code),
            SourceId = parsed.GetValue(_source),
            From = parsed.GetValue(_from),
            Until = parsed.GetValue(_until),
            Status = parsed.GetRequiredValue(_status),
            Rate = parsed.GetValue(_rate),
            StopPercent = parsed.GetValue(_stopPercent),
            Canary = !parsed.GetValue(_noCanary),
            Why = parsed.GetRequiredValue(_why),
        };

        if (request.Fault() is { } fault)
        {
            throw new VerbFailedException(fault);
        }

        request = await services.GetRequiredService<FilterDesk>().ApplyAsync(request, cancellationToken) ?? throw FilterVerbs.Unknown(request.Filter);

        if (parsed.GetValue(_dryRun))
        {
            return await ForecastAsync(parsed, services, request, cancellationToken);
        }

        if (request.Ids is [var one])
        {
            return await ReplayOneAsync(parsed, services, one, cancellationToken);
        }

        var holder = parsed.GetValue(_detach) ? null : ReplayDriver.NewHolder();
        var job = await services.GetRequiredService<ReplayDesk>().CreateAsync(request, Environment.UserName, holder, cancellationToken)
            ?? throw new VerbFailedException($"There is no group {request.Group}.");

        return await FollowAsync(parsed, services, job, holder, cancellationToken);
    }

    private static async Task<int> ReplayOneAsync(ParseResult parsed, IServiceProvider services, string id, CancellationToken cancellationToken)
    {
        ReplayReceipt receipt;

        try
        {
            receipt = await services.GetRequiredService<DeadLetterDesk>().ReplayAsync(id, Environment.UserName, parsed.GetRequiredValue(_why), cancellationToken)
                ?? throw new VerbFailedException($"There is no dead letter {id}.");
        }
        catch (DeadLetterBusyException busy)
        {
            throw new VerbFailedException(busy.Message);
        }

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(receipt);
        }
        else
        {
            var outcome = receipt.Receipt.Code is { } code ? $"{receipt.Receipt.Outcome} {code}" : receipt.Receipt.Outcome;
            Console.WriteLine($"{receipt.DeadLetter.Id}: {outcome}, now {receipt.DeadLetter.Status}");
        }

        return receipt.Result.IsRejected ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static async Task<int> ForecastAsync(
        ParseResult parsed, IServiceProvider services, ReplayRequest request, CancellationToken cancellationToken)
    {
        var forecast = await services.GetRequiredService<ReplayDesk>().ForecastAsync(request, cancellationToken)
            ?? throw new VerbFailedException($"There is no group {request.Group}.");

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(forecast);
            return ExitCodes.Ok;
        }

        Console.WriteLine($"{forecast.Total} dead letters: {forecast.Changing} would change a study, with {forecast.Events} events. Nothing was written.");
        Tables.Print(["outcome", "count"], forecast.Outcomes.Select(outcome => (IReadOnlyList<string?>)[outcome.Key, outcome.Value.ToString()]));
        Tables.Print(["field", "changed"], forecast.Fields.Select(field => (IReadOnlyList<string?>)[field.Key, field.Value.ToString()]));

        return ExitCodes.Ok;
    }

    private static async Task<int> ResumeAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var id = parsed.GetRequiredValue(_job);
        var desk = services.GetRequiredService<ReplayDesk>();

        if (!await desk.ResumeAsync(id, cancellationToken))
        {
            throw await NotInPlaceAsync(id, desk, cancellationToken);
        }

        var jobs = services.GetRequiredService<IReplayJobStore>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var holder = parsed.GetValue(_detach) ? null : ReplayDriver.NewHolder();
        var job = holder is null ? null : await jobs.TryTakeAsync(id, holder, now, now + ReplayDriver.Lease, cancellationToken);

        // A running worker was faster: it drives it, and here it is only watched.
        return await FollowAsync(parsed, services, job ?? (await jobs.GetAsync(id, cancellationToken))!, job is null ? null : holder, cancellationToken);
    }

    /// <summary>Drives the job from here, where this process has its lease; else it is left to a worker.</summary>
    private static async Task<int> FollowAsync(
        ParseResult parsed, IServiceProvider services, ReplayJob job, string? holder, CancellationToken cancellationToken)
    {
        var desk = services.GetRequiredService<ReplayDesk>();

        if (holder is not null)
        {
            await DriveAsync(services, desk, job, holder, cancellationToken);
        }

        var view = (await desk.ShowAsync(job.Id, CancellationToken.None))!;

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(view);
        }
        else
        {
            Print(view);
        }

        return view.State is ReplayJobState.Done && view.Rejected == 0 || view.State is ReplayJobState.Running ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task DriveAsync(
        IServiceProvider services, ReplayDesk desk, ReplayJob job, string holder, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true; // The job is paused first.
            stop.Cancel();
        });

        try
        {
            await WithProgressAsync(job, progress => services.GetRequiredService<ReplayDriver>().DriveAsync(job, holder, progress, stop.Token));
        }
        catch (OperationCanceledException)
        {
            await desk.PauseAsync(job.Id, Environment.UserName, CancellationToken.None);
        }
    }

    private static async Task WithProgressAsync(ReplayJob job, Func<Action<ReplayJob>?, Task> work)
    {
        if (Console.IsOutputRedirected)
        {
            await work(null);
            return;
        }

        await AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var started = TimeProvider.System.GetTimestamp();
                var task = context.AddTask("Replaying", maxValue: Math.Max(1, job.Total));
                await work(now =>
                {
                    var seconds = Math.Max(0.1, TimeProvider.System.GetElapsedTime(started).TotalSeconds);
                    task.Value = now.Done;
                    task.Description = $"{now.Done} of {now.Total}, {(now.Done - job.Done) / seconds:0} a second, {now.Rejected} rejected again";
                });
            });
    }

    private static async Task<int> ListAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var jobs = await services.GetRequiredService<ReplayDesk>().ListAsync(cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(jobs);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["job", "made", "by", "selection", "state", "done", "of", "rejected again", "changed a study", "why"],
            jobs.Select(job => (IReadOnlyList<string?>)
            [
                job.Id, Tables.Time(job.CreatedAt), job.Who, job.Selection, job.State, job.Done.ToString(), job.Total.ToString(), job.Rejected.ToString(),
                job.Changed.ToString(), job.Why,
            ]));

        return ExitCodes.Ok;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var id = parsed.GetRequiredValue(_job);
        var job = await services.GetRequiredService<ReplayDesk>().ShowAsync(id, cancellationToken) ?? throw Unknown(id);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(job);
        }
        else
        {
            Print(job);
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> ItemsAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var id = parsed.GetRequiredValue(_job);
        var desk = services.GetRequiredService<ReplayDesk>();

        if (await desk.ShowAsync(id, cancellationToken) is null)
        {
            throw Unknown(id);
        }

        var items = await desk.ItemsAsync(id, parsed.GetValue(_after), parsed.GetValue(_limit), cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(items);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["position", "dead letter", "outcome"],
            items.Select(item => (IReadOnlyList<string?>)[item.Position.ToString(), item.DeadLetterId, item.Outcome ?? "(not yet)"]));

        return ExitCodes.Ok;
    }

    private static async Task<int> ChangeAsync(
        ParseResult parsed, IServiceProvider services, Func<ReplayDesk, Task<bool>> change, CancellationToken cancellationToken)
    {
        var id = parsed.GetRequiredValue(_job);
        var desk = services.GetRequiredService<ReplayDesk>();

        if (!await change(desk))
        {
            throw await NotInPlaceAsync(id, desk, cancellationToken);
        }

        Print((await desk.ShowAsync(id, cancellationToken))!);

        return ExitCodes.Ok;
    }

    private static void Print(ReplayJobView job)
    {
        Console.WriteLine($"{job.Id}: {job.State}, {job.Done} of {job.Total} done{(job.Reason is null ? "" : $". {job.Reason}")}");
        Console.WriteLine($"{job.Changed} changed a study, {job.Rejected} were rejected again.");

        foreach (var (outcome, count) in job.Outcomes ?? new Dictionary<string, long>())
        {
            Console.WriteLine($"{count,8} {outcome}");
        }
    }

    private static async Task<VerbFailedException> NotInPlaceAsync(string id, ReplayDesk desk, CancellationToken cancellationToken) =>
        await desk.ShowAsync(id, cancellationToken) is { } job ? new VerbFailedException($"The job is {job.State}.") : Unknown(id);

    private static VerbFailedException Unknown(string id) => new($"There is no replay job {id}.");
}
