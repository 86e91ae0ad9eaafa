using System.CommandLine;
using System.Text.Json;
using IntegrationWorker.Hosting;
using IntegrationWorker.Queries;

namespace IntegrationWorker.Cli;

/// <summary><c>events list</c>.</summary>
internal static class EventsVerbs
{
    private static readonly Option<long> _after = new("--after") { Description = "Only events after this position", HelpName = "POSITION" };
    private static readonly Option<int> _limit = CommonOptions.Limit(100, EventFeed.LimitMax);

    public static Command Create()
    {
        var list = new Command("list", "Show StudyUpdated events that are kept, the oldest first") { _after, _limit, CommonOptions.Json };
        list.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ListAsync(parsed, services, t), token));

        return new Command("events", "Look at events") { list };
    }

    private static async Task<int> ListAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var page = await services.GetRequiredService<EventFeed>().ReadAsync(
            parsed.GetValue(_after), parsed.GetValue(_limit), cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(page.Events);
            return ExitCodes.Ok;
        }

        Tables.Print(["time", "study", "version", "operations", "changed", "because of"], page.Events.Select(Row));

        if (page.HasMore)
        {
            Console.WriteLine($"There are more: --after {page.Next}.");
        }

        return ExitCodes.Ok;
    }

    private static IReadOnlyList<string?> Row(RawJson stored)
    {
        var cloudEvent = JsonElement.Parse(stored.Utf8.Span);
        var data = cloudEvent.GetProperty("data");

        return
        [
            cloudEvent.GetProperty("time").GetString(),
            data.GetProperty("studyId").GetString(),
            data.GetProperty("version").ToString(),
            string.Join(", ", data.GetProperty("operations").EnumerateArray().Select(operation => operation.GetString())),
            Shorten(string.Join(", ", data.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("field").GetString()))),
            data.GetProperty("origin").GetProperty("messageKey").GetString(),
        ];
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : $"{text[..59]}…";
}
