using System.CommandLine;
using System.Globalization;
using IntegrationWorker.Access;

namespace IntegrationWorker.Cli;

/// <summary><c>keys create|list|revoke</c>. They work on the store itself and need no key.</summary>
internal static class KeysVerbs
{
    private const string ExpiresHelp = "90d, 12h, 15m, or a time such as 2027-01-31T00:00:00Z";

    private static readonly Option<string> _role = new("--role") { Description = "What its holder may do", Required = true };
    private static readonly Option<string> _name = new("--name") { Description = "What the key is for", HelpName = "TEXT", Required = true };
    private static readonly Option<string?> _expires = new("--expires") { Description = $"When it ends: {ExpiresHelp}; without it, never", HelpName = "WHEN" };
    private static readonly Option<bool> _first = new("--first") { Description = "Only if no key was ever made; else print nothing" };
    private static readonly Argument<Guid> _id = new("id") { Description = "The id of the key, as keys list shows it" };

    public static Command Create()
    {
        _role.AcceptOnlyFromAmong([.. AccessRoles.All]);
        _name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>()?.Trim() is not { Length: > 0 and <= ApiKeyDesk.NameLengthMax })
            {
                result.AddError($"--name is a text of 1 to {ApiKeyDesk.NameLengthMax} characters.");
            }
        });
        _expires.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && ExpiryOf(text, DateTimeOffset.UtcNow) is null)
            {
                result.AddError($"--expires lies ahead and is written so: {ExpiresHelp}.");
            }
        });

        var create = new Command("create", "Make a key and print it, this once") { _role, _name, _expires, _first, CommonOptions.Json };
        create.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => CreateAsync(parsed, services, t), token));

        var list = new Command("list", "Show all keys, revoked and expired ones too") { CommonOptions.Json };
        list.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => ListAsync(parsed, services, t), token));

        var revoke = new Command("revoke", "End a key; running workers refuse it a few seconds later") { _id, CommonOptions.Json };
        revoke.SetAction((parsed, token) => Verb.OnStoreAsync(parsed, (services, t) => RevokeAsync(parsed, services, t), token));

        return new Command("keys", "Look after the keys of the HTTP API") { create, list, revoke };
    }

    /// <summary>Null when the text is no time ahead.</summary>
    public static DateTimeOffset? ExpiryOf(string text, DateTimeOffset now)
    {
        if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 40_000)
        {
            return text[^1] switch
            {
                'd' => now.AddDays(number),
                'h' => now.AddHours(number),
                'm' => now.AddMinutes(number),
                _ => null,
            };
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at > now ? at : null;
    }

    private static async Task<int> CreateAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var created = await services.GetRequiredService<ApiKeyDesk>().CreateAsync(
            parsed.GetRequiredValue(_name).Trim(),
            AccessRoles.Parse(parsed.GetRequiredValue(_role)),
            parsed.GetValue(_expires) is { } text ? ExpiryOf(text, now) : null,
            $"cli:{Environment.UserName}",
            parsed.GetValue(_first),
            cancellationToken);

        if (created is null)
        {
            return ExitCodes.Ok;
        }

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(created);
        }
        else
        {
            Console.Error.WriteLine($"{created.Id}: {created.Role}, {created.Name}. The key is shown this once:");
            Console.WriteLine(created.Key);
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> ListAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var keys = await services.GetRequiredService<ApiKeyDesk>().ListAsync(cancellationToken);

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(keys);
            return ExitCodes.Ok;
        }

        Tables.Print(
            ["id", "name", "role", "status", "created", "by", "expires", "last used"],
            keys.Select(key => (IReadOnlyList<string?>)
            [
                key.Id.ToString(), key.Name, key.Role, key.Status, Tables.Time(key.CreatedAt), key.CreatedBy,
                key.ExpiresAt is { } end ? Tables.Time(end) : "never", key.LastUsedAt is { } used ? Tables.Time(used) : "never",
            ]));

        return ExitCodes.Ok;
    }

    private static async Task<int> RevokeAsync(ParseResult parsed, IServiceProvider services, CancellationToken cancellationToken)
    {
        var id = parsed.GetRequiredValue(_id);
        var key = await services.GetRequiredService<ApiKeyDesk>().RevokeAsync(id, $"cli:{Environment.UserName}", cancellationToken)
            ?? throw new VerbFailedException($"There is no key {id}.");

        if (parsed.GetValue(CommonOptions.Json))
        {
            Verb.PrintJson(key);
        }
        else
        {
            Console.WriteLine($"{key.Id}: revoked");
        }

        return ExitCodes.Ok;
    }
}
