namespace IntegrationWorker.Studies;

/// <summary>Finds readers by NPI, local id or e-mail. Never by name. docs/mapping.md §3.6.</summary>
internal sealed class UserDirectory(IReadOnlyList<User> users)
{
    private readonly ILookup<string, User> _byNpi = users.Where(u => u.Npi is not null).ToLookup(u => u.Npi!, StringComparer.Ordinal);

    private readonly ILookup<(string Authority, string Id), User> _byLocalId =
        users.SelectMany(u => u.LocalIds.Select(id => (id, u))).ToLookup(x => (x.id.Authority, x.id.Id), x => x.u);

    private readonly ILookup<string, User> _byEmail = users.ToLookup(u => u.Email, StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, User> _byUserId = users.ToDictionary(u => u.UserId, StringComparer.Ordinal);

    public IReadOnlyList<User> All => users;

    public User? Find(string userId) => _byUserId.GetValueOrDefault(userId);

    public IReadOnlyList<User> ByNpi(string npi) => [.. _byNpi[npi]];

    public IReadOnlyList<User> ByLocalId(string authority, string id) => [.. _byLocalId[(authority, id)]];

    public IReadOnlyList<User> ByEmail(string email) => [.. _byEmail[email]];
}
