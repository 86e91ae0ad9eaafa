using System.CommandLine;
using IntegrationWorker.DeadLetters;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Cli;

/// <summary><c>dead-letters list|show|replay|discard</c>.</summary>
internal static class DeadLettersVerbs
{
    private static readonly Option<string?> _status = new("--status") { Description = "open, replayed or discarded" };
    private static readonly Option<string?> _code = new("--code") { Description = "Only those with this code" };
    private static readonly Option<string?> _source = new("--source") { Description = "Only those of this source" };
    private static readonly Option<int> _limit = CommonOptions.Limit(DeadLetterDesk.LimitUsual, DeadLetterDesk.LimitMax);
    private static readonly Option<string> _why = new("--why") { Description = "The reason, for the record", DefaultValueFactory = _ => "" };
    private static readonly Argument<string> _id = new("id") { Description = "The id of the dead letter: dl_…" };

    public static Command Create()
    {
        _status.AcceptOnlyFromAmong(DeadLetterStatus.Open, DeadLetterStatus.Replayed, DeadLetterStatus.Discarded);

        var list = new Command("list", "Show dead letters, the latest first") { _status, _code, _source, _limit, CommonOptions.Json };
        list.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ListAsync(parsed, services, t), token));

        var show = new Command("show", "Show one dead letter with its body: it holds what the message says") { _id, CommonOptions.Json };
        show.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ShowAsync(parsed, services, t), token));

        var replay = new Command("replay", "Send one dead letter through the front door again") { _id, _why, CommonOptions.Json };
        replay.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ReplayAsync(parsed, services, t), token));

        var discard = new Command("discard", "Close one dead letter without applying it") { _id, _why };
        discard.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => DiscardAsync(parsed, services, t), token));

        return new Command("dead-letters", "Look after messages that could not be applied") { list, show, replay, discard };
    }

    private static async Task<int> ListAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var filter = new DeadLetterFilter(parsed.GetValue(_status), parsed.GetValue(_code), parsed.GetValue(_source));
        var letters = await services.GetRequiredService<DeadLetterDesk>().ListAsync(filter, parsed.GetValue(_limit), null, cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(letters);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["id", "code", "where", "source", "received", "status", "attempts", "message"],
            letters.Select(letter => (IReadOnlyList<string?>)
            [
                letter.Id, letter.Code, letter.Location, letter.SourceId, Tables.Time(letter.ReceivedAt), letter.Status, letter.Attempts.ToString(),
                letter.MessageKey,
            ]));

        return ExitCodes.Ok;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var letter = await services.GetRequiredService<DeadLetterDesk>().ShowAsync(parsed.GetRequiredValue(_id), cancellationToken) ?? throw Unknown(parsed);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(letter);
            return ExitCodes.Ok;
        }

        var summary = letter.DeadLetter;
        Console.WriteLine($"{summary.Id}: {Joined(summary.Code, summary.Location)}, {summary.Status}, received {Tables.Time(summary.ReceivedAt)}");
        Console.WriteLine($"Message {summary.MessageKey} of {(summary.SourceId.Length > 0 ? summary.SourceId : "no known source")}, {letter.BodyBytes} bytes. Error: {letter.Error}");

        foreach (var attempt in letter.Attempts)
        {
            Console.WriteLine($"Replayed {Tables.Time(attempt.At)} by {attempt.Who}: {attempt.Outcome}. {attempt.Why}");
        }

        Console.WriteLine();
        Console.WriteLine(letter.Body?.Replace('\r', '\n') ?? letter.BodyBase64);

        return ExitCodes.Ok;
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var pipeline = services.GetRequiredService<IMessagePipeline>();
        var receipt = await services.GetRequiredService<DeadLetterDesk>().ReplayAsync(
            parsed.GetRequiredValue(_id), Environment.UserName, parsed.GetRequiredValue(_why), Decide, cancellationToken) ?? throw Unknown(parsed);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(receipt);
        }
        else
        {
            Console.WriteLine($"{receipt.DeadLetter.Id}: {Joined(receipt.Result.Outcome, receipt.Result.Error?.Code)}, now {receipt.DeadLetter.Status}");
        }

        return receipt.Result.IsRejected ? ExitCodes.Failed : ExitCodes.Ok;

        async Task<MessageResult> Decide(InboundMessage message, CancellationToken token) => (await pipeline.ProcessAsync([message], token))[0];
    }

    private static async Task<int> DiscardAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var desk = services.GetRequiredService<DeadLetterDesk>();

        if (!await desk.DiscardAsync(parsed.GetRequiredValue(_id), parsed.GetRequiredValue(_why), cancellationToken))
        {
            throw await desk.ShowAsync(parsed.GetRequiredValue(_id), cancellationToken) is null
                ? Unknown(parsed)
                : new VerbFailedException("The dead letter is closed already.");
        }

        Console.WriteLine($"{parsed.GetRequiredValue(_id)}: discarded");

        return ExitCodes.Ok;
    }

    private static string Joined(string text, string? more) => string.IsNullOrEmpty(more) ? text : $"{text} {more}";

    private static VerbFailedException Unknown(ParseResult parsed) => new($"There is no dead letter {parsed.GetRequiredValue(_id)}.");
}
