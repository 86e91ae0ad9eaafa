using IntegrationWorker.Contracts;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>Reads everything that decides about messages, and finds what contradicts itself.</summary>
internal sealed class RulebookReader(IConfiguration configuration, List<SettingsFault> faults)
{
    // The longest key a study may have. docs/mapping.md §3.7.
    private const int MetadataKeyLengthMax = 100;

    private static readonly string[] _takenQueues =
        [BrokerNames.Hl7v2Queue, BrokerNames.FhirQueue, BrokerNames.CommandsQueue, BrokerNames.DeadExchange, BrokerNames.StudyUpdatedExchange];

    /// <summary>The rules; null when there are faults.</summary>
    /// <param name="fetched">Sources whose servers are asked for what their notifications only name, with the ids of their subscriptions.</param>
    public Rulebook? Read(IReadOnlyDictionary<string, IReadOnlyList<string>> fetched)
    {
        var sourcesRead = Items(SettingsSections.Sources).ToList();
        var sources = sourcesRead
            .Select(SourceReader.Read)
            .Select(source => fetched.TryGetValue(source.SourceId, out var ids)
                ? source with { IsFetched = true, Subscriptions = [.. source.Subscriptions.Union(ids)] }
                : source)
            .ToList();
        var aliases = ReadAliases();
        var usersRead = Readers(SettingsSections.Users, SettingsSections.UsersFile, DirectoryColumns.OfUsers);
        var orgsRead = Readers(SettingsSections.Orgs, SettingsSections.OrgsFile, DirectoryColumns.OfOrgs);
        var users = usersRead.ConvertAll(DirectoryReader.ReadUser);
        var orgs = orgsRead.ConvertAll(DirectoryReader.ReadOrg);
        var priority = ReadPriority();

        CheckSources(sourcesRead, sources, orgs);
        CheckUnique(usersRead, users, user => user.UserId, "userId", "Give every user an id of its own.");
        CheckUnique(usersRead, users, user => user.Email, "email", "Give every user an address of its own.");
        CheckUnique(orgsRead, orgs, org => org.OrgId, "orgId", "Give every organization an id of its own.");

        return faults.Count == 0 ? new Rulebook(sources, aliases, users, orgs, priority) : null;
    }

    private IEnumerable<SettingsReader> Items(string section) =>
        configuration.GetSection(section).GetChildren().Select(child => new SettingsReader(child, faults));

    // From the list in the settings, or from the file that they name.
    private List<SettingsReader> Readers(string list, string file, DirectoryColumns columns)
    {
        var items = Items(list).ToList();

        if (configuration[file] is not { Length: > 0 } path)
        {
            return items;
        }

        if (items.Count > 0)
        {
            faults.Add(new SettingsFault(file, $"and {list} both say who there is.", "Leave one of them out."));
            return items;
        }

        return new DirectoryFile(file, columns, faults).Read(path);
    }

    private List<IReadOnlyList<string>> ReadAliases()
    {
        var lists = new List<IReadOnlyList<string>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);

        foreach (var list in configuration.GetSection(SettingsSections.IssuerAliases).GetChildren())
        {
            var names = list.GetChildren().Select(name => name.Value ?? "").ToList();

            if (names.Count < 2 || names.Contains(""))
            {
                faults.Add(new SettingsFault(list.Path, "is not a list of names.", "Write two or more names of one issuer: [\"NORTH\", \"2.16.840.…\"]."));
            }

            foreach (var name in names.Distinct().Where(name => !seen.Add(name)))
            {
                faults.Add(new SettingsFault(list.Path, $"{name} stands in another list as well.", "Put all names of one issuer into one list."));
            }

            lists.Add(names);
        }

        return lists;
    }

    private List<string> ReadPriority()
    {
        var keys = configuration.GetSection(SettingsSections.MetadataPriority).GetChildren().Select(key => key.Value ?? "").ToList();

        foreach (var key in keys.Where(key => key.Length is 0 or > MetadataKeyLengthMax))
        {
            faults.Add(new SettingsFault(SettingsSections.MetadataPriority, $"\"{key}\" cannot be a metadata key.", "Write 1 to 100 characters."));
        }

        foreach (var twice in keys.GroupBy(key => key, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            faults.Add(new SettingsFault(SettingsSections.MetadataPriority, $"{twice.Key} stands there twice.", "Name every key once."));
        }

        return keys;
    }

    private void CheckSources(List<SettingsReader> read, List<Source> sources, List<Org> orgs)
    {
        CheckUnique(read, sources, source => source.SourceId, "sourceId", "Give every source an id of its own.");
        CheckUnique(
            read, sources,
            source => source.Kind == "hl7v2" ? $"{source.SendingApplication}/{source.SendingFacility}" : "",
            "match", "Two sources cannot send under the same MSH-3 and MSH-4.");
        CheckUnique(read, sources, source => source.Queue ?? "", "queue", "Give every source a queue of its own, or none.");

        foreach (var (index, source) in sources.Index())
        {
            if (source.Queue is { } queue && _takenQueues.Contains(queue))
            {
                faults.Add(new SettingsFault($"Sources:{index}:queue", $"{queue} is a name of the worker's own.", "Choose another name: study-updates.hl7v2.north."));
            }

            foreach (var orgId in source.OrgIds.Where(orgId => orgs.Count > 0 && orgs.All(org => org.OrgId != orgId)))
            {
                faults.Add(new SettingsFault($"Sources:{index}:orgId", $"{orgId} is not in Orgs.", "Add the organization there, or name one that is."));
            }
        }
    }

    private void CheckUnique<T>(List<SettingsReader> read, List<T> items, Func<T, string> key, string name, string right)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);

        foreach (var (index, item) in items.Index().Where(entry => key(entry.Item).Length > 0))
        {
            if (!seen.Add(key(item)))
            {
                faults.Add(new SettingsFault($"{read[index].Path}:{name}", $"{read[index].Shown(key(item))} stands there twice.", right));
            }
        }
    }
}
