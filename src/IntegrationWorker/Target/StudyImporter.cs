using System.Text.Json;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Matching;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.Target;

/// <summary>
/// Fills index and baseline from the platform's list: page by page, each in a transaction of its own, so that it goes on where it was broken off.
/// Units that waited for one of the studies are decided about at once.
/// </summary>
internal sealed class StudyImporter(
    ITargetClient client, ITargetStore targets, IStudyStore store, Rulebook rules, EventSettings events, ITargetSignal target, TimeProvider time)
{
    public const int PageStudies = 100;

    private const string Meta = "target-import";
    private const int ConflictsMax = 8;

    // As the pipeline: units that wait may name further numbers, under which others wait.
    private const int LoadRoundsMax = 16;

    /// <param name="restart">From the first page, whatever was read before.</param>
    /// <param name="accessionIssuer">Who gave the accession numbers in <c>ris.accessionNumber</c>; null: nobody known.</param>
    /// <exception cref="TargetException">A page could not be read; the next call goes on there.</exception>
    public async Task<ImportProgress> ImportAsync(
        bool restart, string? accessionIssuer, Action<ImportProgress> onPage, CancellationToken cancellationToken)
    {
        var progress = restart ? new ImportProgress() : await ReadProgressAsync(cancellationToken);

        do
        {
            var page = await client.ListAsync(progress.Cursor, PageStudies, cancellationToken);
            var added = await AddAsync(page.Studies, accessionIssuer, cancellationToken);
            progress = progress with { Studies = progress.Studies + page.Studies.Count, New = progress.New + added, Cursor = page.Cursor };
            await targets.WriteMetaAsync(Meta, JsonSerializer.Serialize(progress), cancellationToken);
            onPage(progress);
        }
        while (progress.Cursor is not null);

        // The next import begins anew.
        await targets.WriteMetaAsync(Meta, JsonSerializer.Serialize(new ImportProgress()), cancellationToken);
        return progress;
    }

    /// <summary>Takes in studies of the platform that are not known here.</summary>
    /// <returns>How many were new.</returns>
    public async Task<int> AddAsync(IReadOnlyList<RemoteStudy> studies, string? accessionIssuer, CancellationToken cancellationToken)
    {
        for (var conflicts = 0; ; conflicts++)
        {
            try
            {
                return await TryAddAsync(studies, accessionIssuer, cancellationToken);
            }
            catch (StoreConflictException) when (conflicts < ConflictsMax)
            {
                // A message created one of them meanwhile.
            }
        }
    }

    private async Task<int> TryAddAsync(IReadOnlyList<RemoteStudy> studies, string? accessionIssuer, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var changes = new BatchChanges();
        var work = new BatchWork(rules, changes, events, hasTarget: true);
        var (set, ledger, plans) = (work.Set, work.Ledger, work.Plans!);
        var seen = await targets.ReadSeenAsync([.. studies.Select(study => study.StudyId)], cancellationToken);

        await using var transaction = await store.BeginAsync(cancellationToken);
        await LoadAsync(transaction, studies, accessionIssuer, set, ledger, plans, cancellationToken);
        var delivery = new Delivery(new InboundMessage { Door = Door.Command, Body = default, ReceivedAt = now }, now);

        foreach (var remote in studies)
        {
            if (set.FindByUid(remote.StudyInstanceUid) is not { } known)
            {
                var study = StudyOf(remote);
                plans.Keep([study]);
                work.Units.Welcome(study, [.. NumbersOf(remote, accessionIssuer)], delivery);
                changes.Seen.Add((remote.StudyId, SeenStudy.Of(remote)));
            }
            else if (known.StudyId == remote.StudyId && !seen.ContainsKey(remote.StudyId))
            {
                changes.Seen.Add((remote.StudyId, SeenStudy.Of(remote)));
            }
        }

        ledger.Collect(changes);
        await transaction.CommitAsync(changes, cancellationToken);
        target.Wake();

        return changes.NewStudies.Count;
    }

    private static async Task LoadAsync(
        IStoreBatch transaction, IReadOnlyList<RemoteStudy> studies, string? accessionIssuer, StudySet set, Ledger ledger, PlanBook plans,
        CancellationToken cancellationToken)
    {
        var known = new HashSet<LinkKey>();
        var claimed = new HashSet<string>(StringComparer.Ordinal);
        var wanted = studies.SelectMany(study => NumbersOf(study, accessionIssuer).Select(number => new LinkKey(number.Kind, number.Number.Value)));

        for (var round = 0; round < LoadRoundsMax; round++)
        {
            LinkKey[] fresh = [.. wanted.Where(known.Add)];

            if (fresh.Length == 0)
            {
                break;
            }

            var loaded = await transaction.LoadAsync(fresh, cancellationToken);
            plans.Keep(loaded.Studies);
            set.Add(loaded);
            string[] records = [.. set.Parked.Select(parked => MessageKeys.BaseOf(parked.MessageKey)).Where(claimed.Add)];

            if (records.Length > 0)
            {
                ledger.Add(await transaction.ClaimAsync(records, cancellationToken));
            }

            wanted = set.Parked.SelectMany(parked => parked.Keys);
        }
    }

    private static IEnumerable<(LinkKind Kind, Identifier Number)> NumbersOf(RemoteStudy study, string? accessionIssuer)
    {
        yield return (LinkKind.StudyId, new Identifier(study.StudyId, null));
        yield return (LinkKind.StudyInstanceUid, new Identifier(study.StudyInstanceUid, null));

        if (study[FieldNames.OfMetadata("ris.accessionNumber")] is { } accession)
        {
            yield return (LinkKind.Accession, new Identifier(accession, accessionIssuer));
        }
    }

    /// <summary>Nobody is known to have said its values: anybody may say better.</summary>
    private static Study StudyOf(RemoteStudy remote)
    {
        var state = new StudyState();

        foreach (var (field, value) in remote.Values.Where(value => value.Key != FieldNames.OrgId && value is not { Key: FieldNames.IsCancelled, Value: "false" }))
        {
            state.Fields[field] = new FieldState { Value = value };
        }

        return new Study
        {
            StudyId = remote.StudyId,
            StudyInstanceUid = remote.StudyInstanceUid,
            OrgId = remote[FieldNames.OrgId],
            CreatedAt = remote.UpdatedAt,
            UpdatedAt = remote.UpdatedAt,
            CancelledAt = remote.IsCancelled ? remote.UpdatedAt : null,
            CreatedBy = PlanReviewRule.Viewer,
            State = state,
        };
    }

    private async Task<ImportProgress> ReadProgressAsync(CancellationToken cancellationToken) =>
        await targets.ReadMetaAsync(Meta, cancellationToken) is { } stored
            ? JsonSerializer.Deserialize<ImportProgress>(stored) ?? new ImportProgress()
            : new ImportProgress();
}

/// <summary>How far an import is.</summary>
/// <param name="Studies">Studies read from the platform.</param>
/// <param name="New">Those that were not known here.</param>
/// <param name="Cursor">Where it goes on; null at the beginning and at the end.</param>
internal sealed record ImportProgress(long Studies = 0, long New = 0, string? Cursor = null);
