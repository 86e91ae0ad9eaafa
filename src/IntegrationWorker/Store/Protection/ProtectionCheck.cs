using System.Text;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.Protection;

/// <summary>Compares the keys with those the store was written with, by a check value for each of them that the workers leave there.</summary>
internal sealed class ProtectionCheck(Database database, ProtectionKeys keys)
{
    private const string KeyCheck = "protection.check";
    private const string PatientCheck = "protection.patient-check";

    // Of each key that has ever encrypted here, by its id.
    private const string EveryCheck = "protection.check/";

    private const string Remedy = "Start with the key file, and the Protection:Keys, that belong to this store.";

    private static readonly Statement _selectChecks = new("select key, value from meta where key > 'protection.check/' and key < 'protection.check0'");

    private static readonly Statement _forget = new("delete from meta where key = @key");

    private readonly DataProtector _protector = new(keys);

    /// <exception cref="ProtectionException">The keys are not those of the store.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await EnsureKeyAsync(session, cancellationToken);
        await EnsureOlderKeysAsync(session, cancellationToken);
        await EnsurePatientKeyAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private async Task EnsureKeyAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var present = await StoreMeta.WriteFirstAsync(session, KeyCheck, NewValue(KeyCheck), cancellationToken);
        Open(present, KeyCheck);
        await RememberAsync(session, present, cancellationToken);

        // After a rotation the old key may be taken out one day, so the check goes with the current one.
        if (KeyIdOf(present) != keys.CurrentId)
        {
            present = NewValue(KeyCheck);
            await StoreMeta.WriteAsync(session, KeyCheck, present, cancellationToken);
            await RememberAsync(session, present, cancellationToken);
        }
    }

    // That a key was in use here; another one can then not take its id.
    private async Task RememberAsync(SqlSession session, string check, CancellationToken cancellationToken)
    {
        var name = EveryCheck + KeyIdOf(check);
        await StoreMeta.WriteFirstAsync(
            session, name, Convert.ToBase64String(_protector.Protect(Encoding.ASCII.GetBytes(name), name, KeyIdOf(check))), cancellationToken);
    }

    private async Task EnsureOlderKeysAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var checks = new List<(string Name, string Value)>();
        await session.RunAsync(_selectChecks, [], cancellationToken, reader => checks.Add((reader.GetString(0), reader.GetString(1))));

        foreach (var (name, value) in checks)
        {
            if (keys.Find(KeyIdOf(value)) is not null)
            {
                Open(value, name);
            }
            else
            {
                await EnsureUnusedAsync(session, KeyIdOf(value), cancellationToken);
                await session.RunAsync(_forget, [SqlValue.Text("key", name)], cancellationToken);
            }
        }
    }

    // A key that was taken out: all that was encrypted with it has to be gone. Reads whole tables, and only then.
    private static async Task EnsureUnusedAsync(SqlSession session, string keyId, CancellationToken cancellationToken)
    {
        var counts = new List<string>();

        foreach (var column in ProtectedColumns.All)
        {
            if (await column.CountAsync(session, keyId, cancellationToken) is > 0 and var count)
            {
                counts.Add($"{count} {column.What}");
            }
        }

        if (counts.Count > 0)
        {
            throw new ProtectionException(
                $"The store still holds values that are encrypted with the key {keyId} ({string.Join(", ", counts)}), which is neither in the key file nor in "
                + "Protection:Keys. Put it back before the newest one, until these are gone.");
        }
    }

    private void Open(string check, string name)
    {
        try
        {
            _protector.Unprotect(Convert.FromBase64String(check), name);
        }
        catch (ProtectionException e)
        {
            throw new ProtectionException($"The store was written with other keys: {e.Message} {Remedy}", e);
        }
    }

    private string NewValue(string name) => Convert.ToBase64String(_protector.Protect(Encoding.ASCII.GetBytes(name), name));

    private static string KeyIdOf(string check) => DataProtector.KeyIdOf(Convert.FromBase64String(check));

    private async Task EnsurePatientKeyAsync(SqlSession session, CancellationToken cancellationToken)
    {
        using var hasher = new PatientHasher(keys);
        var mine = hasher.Hash(PatientCheck);

        if (await StoreMeta.WriteFirstAsync(session, PatientCheck, mine, cancellationToken) != mine)
        {
            throw new ProtectionException(
                "The store's patient hashes were made with another key (patientHashKey): no patient would be found. "
                + "Start with the key file that belongs to this store.");
        }
    }
}
