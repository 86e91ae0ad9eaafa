using IntegrationWorker.Store.Sql;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>The links of a study stand in a table, by which it is found, and in its row, by which it is loaded: both say the same.</summary>
public abstract class LinksSuite : OpenStoreSuite
{
    private static readonly Statement _forget = new("update studies set links = null");

    private protected LinksSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenLinks_WhenAddedAndRemovedInAnyOrder_ThenARowSaysWhatTheTableSays()
    {
        var random = new Random(20260302);
        var studies = new List<Study>();

        for (var step = 0; step < 120; step++)
        {
            await ChangeAsync(studies, random);

            if (random.Next(10) == 0)
            {
                await ForgetAsync();
            }

            foreach (var study in studies)
            {
                Assert.Equal(await TableOfAsync(study), await RowOfAsync(study));
            }
        }
    }

    [Fact]
    public async Task GivenAStudyOfAnEarlierVersion_WhenItChanges_ThenItsRowTellsAndNothingElseIsAsked()
    {
        var study = Some.Study();
        await Store.Studies.WriteAsync(
            changes =>
            {
                changes.NewStudies.Add(study);
                changes.NewLinks.Add(new Link(LinkKind.Accession, "A-1", "RIS", study.StudyId));
            },
            Token);
        var told = await StatementsOfALoadAsync(study);
        await ForgetAsync();
        Assert.Equal(await TableOfAsync(study), await RowOfAsync(study));
        Assert.Equal(told + 1, await StatementsOfALoadAsync(study));

        await using (var batch = await Store.Studies.BeginAsync(Token))
        {
            var changes = new BatchChanges();
            changes.ChangedStudies.AddRange((await batch.LoadAsync([new LinkKey(LinkKind.Accession, "A-1")], Token)).Studies);
            await batch.SaveAsync(changes, Token);
            await batch.CommitAsync(Token);
        }

        Assert.Equal(await TableOfAsync(study), await RowOfAsync(study));
        Assert.Equal(told, await StatementsOfALoadAsync(study));
    }

    // Some that are loaded and some that are not; of each some that change, and some that only get or lose a number.
    private async Task ChangeAsync(List<Study> studies, Random random)
    {
        await using var batch = await Store.Studies.BeginAsync(Token);
        var changes = new BatchChanges();

        Study[] known = [.. studies.Where(_ => random.Next(3) == 0)];
        var loaded = random.Next(4) == 0
            ? null
            : await batch.LoadAsync([.. known.Select(study => new LinkKey(LinkKind.StudyId, study.StudyId))], Token);
        changes.ChangedStudies.AddRange((loaded?.Studies ?? []).Where(_ => random.Next(2) == 0));

        if (studies.Count < 6)
        {
            var study = Some.Study();
            studies.Add(study);
            changes.NewStudies.Add(study);
            known = [.. known, study];
        }

        foreach (var study in known)
        {
            changes.NewLinks.AddRange(Enumerable.Range(0, random.Next(3)).Select(_ => LinkOf(study, random)));
            changes.RemovedLinks.AddRange(Enumerable.Range(0, random.Next(3)).Select(_ => LinkOf(study, random)));
        }

        await batch.SaveAsync(changes, Token);
        await batch.CommitAsync(Token);
    }

    private static Link LinkOf(Study study, Random random) => new(
        random.Next(2) == 0 ? LinkKind.Accession : LinkKind.Filler, $"N{random.Next(3)}", random.Next(3) == 0 ? null : "RIS", study.StudyId);

    private async Task<HashSet<Link>> TableOfAsync(Study study) => Numbers(await Store.Reader.LinksAsync(study.StudyId, Token));

    private async Task<HashSet<Link>> RowOfAsync(Study study) => Numbers((await Store.Studies.LoadAsync(study, Token)).Links);

    private static HashSet<Link> Numbers(IEnumerable<Link> links) => [.. links.Where(link => link.Kind > LinkKind.StudyInstanceUid)];

    private async Task<int> StatementsOfALoadAsync(Study study)
    {
        var count = 0;
        void Count(QueuedStatement statement) => count++;
        Store.Database.Executing += Count;
        await Store.Studies.LoadAsync(study, Token);
        Store.Database.Executing -= Count;

        return count;
    }

    private async Task ForgetAsync()
    {
        await using var session = await Store.Database.BeginAsync(Token);
        await session.RunAsync(_forget, [], Token);
        await session.CommitAsync(Token);
    }
}
