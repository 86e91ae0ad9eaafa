using System.CommandLine;
using IntegrationWorker.DeadLetters.Filters;

namespace IntegrationWorker.Cli;

/// <summary><c>dead-letters filters</c>: which dead letters, under a name.</summary>
internal static class FilterVerbs
{
    private static readonly Argument<string> _name = new("name") { Description = FilterDesk.NameRule };
    private static readonly Option<string?> _group = new("--group") { Description = "Those of this group: grp_…" };
    private static readonly Option<string?> _code = new("--code") { Description = "Those with this code" };
    private static readonly Option<string?> _source = new("--source") { Description = "Those of this source" };
    private static readonly Option<DateTimeOffset?> _from = new("--from") { Description = "Those received at this time or later" };
    private static readonly Option<DateTimeOffset?> _until = new("--until") { Description = "Those received before this time" };

    public static Command Create()
    {
        var list = new Command("list", "Show the saved filters") { CommonOptions.Json };
        list.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ListAsync(parsed, services, t), token));
        var save = new Command("save", "Save which dead letters are meant by a name; one of the same name is replaced") { _name, _group, _code, _source, _from, _until };
        save.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => SaveAsync(parsed, services, t), token));
        var delete = new Command("delete", "Delete a saved filter; jobs made by it stay as they are") { _name };
        delete.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => DeleteAsync(parsed, services, t), token));

        return new Command("filters", "Save which dead letters are meant by a name, for list and replay") { list, save, delete };
    }

    public static VerbFailedException Unknown(string? name) => new($"There is no filter {name}.");

    private static async Task<int> ListAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var filters = await services.GetRequiredService<FilterDesk>().ListAsync(cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(filters);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["filter", "group", "code", "source", "from", "until", "saved", "by"],
            filters.Select(filter => (IReadOnlyList<string?>)
            [
                filter.Name, filter.Group, filter.Code, filter.SourceId, Tables.Time(filter.From), Tables.Time(filter.Until), Tables.Time(filter.At), filter.By,
            ]));

        return ExitCodes.Ok;
    }

    private static async Task<int> SaveAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(_name);
        var request = new FilterRequest(
            parsed.GetValue(_group), parsed.GetValue(_code), parsed.GetValue(_source), parsed.GetValue(_from), parsed.GetValue(_until));

        if (FilterDesk.FaultOf(name, request) is { } fault)
        {
            throw new VerbFailedException(fault);
        }

        await services.GetRequiredService<FilterDesk>().SaveAsync(name, request, Environment.UserName, cancellationToken);
        Console.WriteLine($"{name}: saved. Now: dead-letters list --filter {name}, dead-letters replay --filter {name} --dry-run");

        return ExitCodes.Ok;
    }

    private static async Task<int> DeleteAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(_name);

        if (!await services.GetRequiredService<FilterDesk>().DeleteAsync(name, cancellationToken))
        {
            throw Unknown(name);
        }

        Console.WriteLine($"{name}: deleted");

        return ExitCodes.Ok;
    }
}
