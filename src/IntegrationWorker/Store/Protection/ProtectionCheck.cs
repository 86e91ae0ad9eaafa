using System.Text;
using IntegrationWorker.Store.Sql;

namespace IntegrationWorker.Store.Protection;

/// <summary>Compares the keys with those the store was written with, by check values that the first worker leaves there.</summary>
internal sealed class ProtectionCheck(Database database, ProtectionKeys keys)
{
    private const string KeyCheck = "protection.check";
    private const string PatientCheck = "protection.patient-check";

    /// <exception cref="ProtectionException">The keys are not those of the store.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await using var session = await database.BeginAsync(cancellationToken);
        await EnsureKeyAsync(session, cancellationToken);
        await EnsurePatientKeyAsync(session, cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private async Task EnsureKeyAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var protector = new DataProtector(keys);
        var mine = protector.Protect(Encoding.ASCII.GetBytes(KeyCheck), KeyCheck);
        var text = await StoreMeta.WriteFirstAsync(session, KeyCheck, Convert.ToBase64String(mine), cancellationToken);
        var present = Convert.FromBase64String(text);

        try
        {
            protector.Unprotect(present, KeyCheck);
        }
        catch (ProtectionException e)
        {
            throw new ProtectionException(
                $"The store was written with other keys: {e.Message} Start with the key file that belongs to this store.", e);
        }

        // After a rotation the old key may be taken out one day, so the check goes with the current one.
        if (DataProtector.KeyIdOf(present) != keys.CurrentId)
        {
            await StoreMeta.WriteAsync(session, KeyCheck, Convert.ToBase64String(mine), cancellationToken);
        }
    }

    private async Task EnsurePatientKeyAsync(SqlSession session, CancellationToken cancellationToken)
    {
        var mine = new PatientHasher(keys).Hash(PatientCheck);

        if (await StoreMeta.WriteFirstAsync(session, PatientCheck, mine, cancellationToken) != mine)
        {
            throw new ProtectionException(
                "The store's patient hashes were made with another key (patientHashKey): no patient would be found. "
                + "Start with the key file that belongs to this store.");
        }
    }
}
