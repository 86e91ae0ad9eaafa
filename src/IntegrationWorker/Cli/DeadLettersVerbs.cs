using System.CommandLine;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.DeadLetters.Filters;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Cli;

/// <summary><c>dead-letters list|groups|show|preview|edit|replay|jobs|filters|discard|restore|skip|export|import</c>.</summary>
internal static class DeadLettersVerbs
{
    private static readonly Option<string?> _status = new("--status") { Description = string.Join(", ", DeadLetterStatus.All) };
    private static readonly Option<string?> _code = new("--code") { Description = "Only those with this code" };
    private static readonly Option<string?> _source = new("--source") { Description = "Only those of this source" };
    private static readonly Option<string?> _group = new("--group") { Description = "Only those of this group: grp_…" };
    private static readonly Option<string?> _filter = new("--filter") { Description = "Only those of this saved filter: dead-letters filters" };
    private static readonly Option<bool> _held = new("--held") { Description = "Only those behind which later messages of their study wait" };
    private static readonly Option<int> _limit = CommonOptions.Limit(DeadLetterDesk.LimitUsual, DeadLetterDesk.LimitMax);
    private static readonly Option<string> _why = new("--why") { Description = "The reason, for the record", DefaultValueFactory = _ => "" };
    private static readonly Argument<string> _id = new("id") { Description = "The id of the dead letter: dl_…" };

    public static Command Create()
    {
        _status.AcceptOnlyFromAmong(DeadLetterStatus.All);

        var list = new Command("list", "Show dead letters, the latest first") { _filter, _status, _code, _source, _group, _held, _limit, CommonOptions.Json };
        list.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ListAsync(parsed, services, t), token));

        var groups = new Command("groups", "Show dead letters that failed alike, with who must act and what to do") { _status, CommonOptions.Json };
        groups.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => GroupsAsync(parsed, services, t), token));

        var show = new Command("show", "Show one dead letter with its body: it holds what the message says") { _id, CommonOptions.Json };
        show.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ShowAsync(parsed, services, t), token));

        var discard = new Command("discard", "Close one dead letter without applying it") { _id, _why };
        discard.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => DiscardAsync(parsed, services, t), token));

        var skip = new Command("skip", "Let the messages go on that wait behind one dead letter, which stays open") { _id, _why };
        skip.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => SkipAsync(parsed, services, t), token));

        var restore = new Command("restore", "Open one dead letter again that was discarded or superseded") { _id, _why };
        restore.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => RestoreAsync(parsed, services, t), token));

        return new Command("dead-letters", "Look after messages that could not be applied") 
        {
            list, groups, show, EditVerbs.CreatePreview(), EditVerbs.CreateEdit(), ReplayVerbs.CreateReplay(), ReplayVerbs.CreateJobs(), FilterVerbs.Create(), discard, restore, skip,
            ExchangeVerbs.CreateExport(), ExchangeVerbs.CreateImport(),
        };
    }

    private static async Task<int> ListAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var filter = await FilterOfAsync(parsed, services, cancellationToken);
        var letters = await services.GetRequiredService<DeadLetterDesk>().ListAsync(filter, parsed.GetValue(_limit), null, cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(letters);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["id", "code", "where", "source", "received", "status", "attempts", "held", "held since", "message"],
            letters.Select(letter => (IReadOnlyList<string?>)
            [
                letter.Id, letter.Code, letter.Location, letter.SourceId, Tables.Time(letter.ReceivedAt), letter.Status, letter.Attempts.ToString(),
                letter.Held > 0 ? letter.Held.ToString() : "", HeldSince(letter), letter.MessageKey,
            ]));

        return ExitCodes.Ok;
    }

    // What is said on the line goes before what is saved.
    private static async Task<DeadLetterFilter> FilterOfAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var name = parsed.GetValue(_filter);
        var saved = name is null ? null : await services.GetRequiredService<FilterDesk>().FindAsync(name, cancellationToken) ?? throw FilterVerbs.Unknown(name);
        var group = parsed.GetValue(_group) ?? saved?.Group;

        return new DeadLetterFilter(parsed.GetValue(_status), parsed.GetValue(_code) ?? saved?.Code, parsed.GetValue(_source) ?? saved?.SourceId)
        {
            IsHolding = parsed.GetValue(_held),
            From = saved?.From,
            Until = saved?.Until,
            Group = group is null ? null : await services.GetRequiredService<CauseGroups>().FindAsync(group, cancellationToken)
                ?? throw new VerbFailedException($"There is no group {group}."),
        };
    }

    private static async Task<int> ShowAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var letter = await services.GetRequiredService<DeadLetterDesk>().ShowAsync(
            parsed.GetRequiredValue(_id), Environment.UserName, cancellationToken) ?? throw Unknown(parsed);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(letter);
            return ExitCodes.Ok;
        }

        var summary = letter.DeadLetter;
        var words = CauseWords.Of(summary.Code);
        Console.WriteLine($"{summary.Id}: {Joined(summary.Code, summary.Location)}, {summary.Status}, received {Tables.Time(summary.ReceivedAt)}");
        Console.WriteLine($"{words.What}{(summary.Cause.Length > 0 ? $" ({summary.Cause})" : "")}. {words.Who}: {words.Do}.");
        Console.WriteLine($"Message {summary.MessageKey} of {(summary.SourceId.Length > 0 ? summary.SourceId : "no known source")}, {letter.BodyBytes} bytes. Error: {letter.Error}");

        if (summary.Held > 0)
        {
            Console.WriteLine($"{summary.Held} later messages of its study wait behind it since {HeldSince(summary)}. They go on when it is settled, or skipped.");
        }

        foreach (var attempt in letter.Attempts)
        {
            Console.WriteLine($"{Tables.Time(attempt.At)} {attempt.Action} by {attempt.Who}: {Joined(attempt.Outcome, attempt.Code)}. {attempt.Why}".TrimEnd());
        }

        Console.WriteLine();
        Console.WriteLine(letter.Body?.Replace('\r', '\n') ?? letter.BodyBase64);

        if (letter.Edited is { } edited)
        {
            Console.WriteLine($"\nEdited, revision {summary.Revision}:\n{edited.Replace('\r', '\n')}");
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> DiscardAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var (id, why) = (parsed.GetRequiredValue(_id), parsed.GetRequiredValue(_why));
        var desk = services.GetRequiredService<DeadLetterDesk>();

        if (string.IsNullOrWhiteSpace(why))
        {
            throw new VerbFailedException("Say why it is not needed: whoever looks for the message later wants to know.");
        }

        if (!await desk.DiscardAsync(id, Environment.UserName, why, cancellationToken))
        {
            throw await NotInPlaceAsync(parsed, desk, cancellationToken);
        }

        Console.WriteLine($"{id}: discarded");

        return ExitCodes.Ok;
    }

    private static async Task<int> SkipAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var (id, why) = (parsed.GetRequiredValue(_id), parsed.GetRequiredValue(_why));
        var desk = services.GetRequiredService<DeadLetterDesk>();

        if (string.IsNullOrWhiteSpace(why))
        {
            throw new VerbFailedException("Say why later messages may go first: whoever looks at the study later wants to know.");
        }

        if (!await desk.SkipAsync(id, Environment.UserName, why, cancellationToken))
        {
            throw await desk.StatusAsync(id, cancellationToken) is DeadLetterStatus.Open
                ? new VerbFailedException("Nothing waits behind the dead letter.")
                : await NotInPlaceAsync(parsed, desk, cancellationToken);
        }

        Console.WriteLine($"{id}: skipped, still open. A running worker decides about what waited behind it.");

        return ExitCodes.Ok;
    }

    private static async Task<int> RestoreAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var id = parsed.GetRequiredValue(_id);
        var desk = services.GetRequiredService<DeadLetterDesk>();

        if (!await desk.RestoreAsync(id, Environment.UserName, parsed.GetRequiredValue(_why), cancellationToken))
        {
            throw await NotInPlaceAsync(parsed, desk, cancellationToken);
        }

        Console.WriteLine($"{id}: open");

        return ExitCodes.Ok;
    }

    private static async Task<int> GroupsAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var groups = await services.GetRequiredService<CauseGroups>().ListAsync(parsed.GetValue(_status) ?? DeadLetterStatus.Open, cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(groups);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["group", "count", "24 h", "code", "what", "where", "source", "first seen", "last seen", "who must act"],
            groups.Select(group => (IReadOnlyList<string?>)
            [
                group.Id, group.Count.ToString(), group.LastDay.ToString(), group.Code, group.What, Joined(group.Location ?? "", group.Cause).Trim(), group.SourceId,
                Tables.Time(group.FirstSeen), Tables.Time(group.LastSeen), group.Who,
            ]));

        foreach (var words in groups.GroupBy(group => (group.Code, group.Do)))
        {
            Console.WriteLine($"{words.Key.Code}: {words.Key.Do}.");
        }

        return ExitCodes.Ok;
    }

    private static async Task<VerbFailedException> NotInPlaceAsync(ParseResult parsed, DeadLetterDesk desk, CancellationToken cancellationToken) =>
        await desk.StatusAsync(parsed.GetRequiredValue(_id), cancellationToken) is { } status
            ? new VerbFailedException($"The dead letter is {status}.")
            : Unknown(parsed);

    private static string? HeldSince(DeadLetterView letter) =>
        letter.HeldSince is { } since ? $"{Tables.Time(since)}{(letter.HeldTooLong ? " (too long)" : "")}" : null;

    private static string Joined(string text, string? more) => string.IsNullOrEmpty(more) ? text : $"{text} {more}";

    private static VerbFailedException Unknown(ParseResult parsed) => new($"There is no dead letter {parsed.GetRequiredValue(_id)}.");
}
