using System.Text;
using Xunit;

namespace IntegrationWorker.Store.Suite;

/// <summary>The dead letters, for those who look after them.</summary>
public abstract class DeadLetterSuite : OpenStoreSuite
{
    private protected DeadLetterSuite(Func<CancellationToken, Task<ITestStore>> create)
        : base(create)
    {
    }

    [Fact]
    public async Task GivenADeadLetter_WhenShown_ThenItIsWholeAgain()
    {
        var entry = Some.DeadLetter();
        await Store.Studies.WriteAsync(changes => changes.DeadLetters.Add(entry), Token);

        var letter = await Store.DeadLetters.GetAsync(entry.Id, Token);

        Assert.NotNull(letter);
        Assert.Equal(entry.Body.ToArray(), letter.Body);
        Assert.Equal(entry.Headers, letter.Headers);
        Assert.Equal(entry.Error, letter.Error);
        Assert.Empty(letter.Attempts);
        Assert.Equivalent(
            new
            {
                entry.Id, entry.MessageKey, entry.Code, entry.Location, entry.SourceId, entry.MessageType, entry.ReceivedAt, entry.Door, entry.Units,
                Status = DeadLetterStatus.Open, Attempts = 0, ClosedAt = (DateTimeOffset?)null,
            },
            letter.Summary);
        Assert.Null(await Store.DeadLetters.GetAsync("dl_unknown", Token));
    }

    [Fact]
    public async Task GivenDeadLetters_WhenListedPageByPage_ThenAllComeOnceTheLatestFirst()
    {
        DeadLetterEntry[] entries =
        [
            .. Enumerable.Range(0, 7).Select(i => Some.DeadLetter(at: Some.Noon.AddMinutes(i / 2))), // Some at the same instant.
        ];
        await Store.Studies.WriteAsync(changes => changes.DeadLetters.AddRange(entries), Token);

        var read = new List<DeadLetterSummary>();

        while (await Store.DeadLetters.ListAsync(new DeadLetterFilter(), 3, read.LastOrDefault(), Token) is { Count: > 0 } page)
        {
            read.AddRange(page);
        }

        Assert.Equal(
            entries.OrderByDescending(entry => entry.ReceivedAt).ThenByDescending(entry => entry.Id, StringComparer.Ordinal).Select(entry => entry.Id),
            read.Select(letter => letter.Id));
    }

    [Fact]
    public async Task GivenDeadLetters_WhenListedWithAFilter_ThenOnlyThoseComeThatPassAllOfIt()
    {
        var (first, second) = (Some.DeadLetter("HL7-001"), Some.DeadLetter("SRC-001") with { SourceId = "", MessageKey = "raw/2" });
        await Store.Studies.WriteAsync(changes => changes.DeadLetters.AddRange([first, second]), Token);
        Assert.True(await Store.DeadLetters.StepAsync(Some.Closing(first.Id, DeadLetterStatus.Discarded, Some.Noon), Token));

        await ExpectAsync(new DeadLetterFilter(Status: DeadLetterStatus.Open), second);
        await ExpectAsync(new DeadLetterFilter(Status: DeadLetterStatus.Discarded), first);
        await ExpectAsync(new DeadLetterFilter(Code: "SRC-001"), second);
        await ExpectAsync(new DeadLetterFilter(SourceId: "ris-north"), first);
        await ExpectAsync(new DeadLetterFilter(MessageKey: "raw/2"), second);
        await ExpectAsync(new DeadLetterFilter(Status: DeadLetterStatus.Open, Code: "HL7-001"));
    }

    [Fact]
    public async Task GivenADeadLetter_WhenSteppedTwice_ThenBothAttemptsAreKeptInOrder()
    {
        var entry = Some.DeadLetter();
        await Store.DeadLetters.AddAsync(entry, Token);
        var first = new DeadLetterAttempt(Some.Noon, "operator", "mended", "rejected", Some.Json("""{"n":1}""")) { Code = "IDN-002" };
        var second = first with { Outcome = "applied", Detail = Some.Json("""{"n":2}"""), Code = null, Revision = 1 };

        Assert.True(await Store.DeadLetters.StepAsync(
            new CaseStep(entry.Id, DeadLetterStatus.Open, DeadLetterStatus.Open, first) { Error = new CaseError("IDN-002", null, "by=accession") }, Token));
        Assert.True(await Store.DeadLetters.StepAsync(
            new CaseStep(entry.Id, DeadLetterStatus.Open, DeadLetterStatus.Resolved, second) { ClosedAt = Some.Noon, ClosedReason = "mended", Revision = 1 }, Token));
        Assert.False(await Store.DeadLetters.StepAsync(new CaseStep(entry.Id, DeadLetterStatus.Open, DeadLetterStatus.Resolved, second), Token));
        Assert.False(await Store.DeadLetters.StepAsync(new CaseStep("dl_unknown", DeadLetterStatus.Open, DeadLetterStatus.Open, first), Token));

        var letter = await Store.DeadLetters.GetAsync(entry.Id, Token);
        Assert.Equivalent(
            new
            {
                Attempts = 2, Status = DeadLetterStatus.Resolved, Code = "IDN-002", FirstCode = "HL7-001", Cause = "by=accession", Location = (string?)null,
                ClosedAt = Some.Noon, ClosedReason = "mended", Revision = 1,
            },
            letter!.Summary);
        Assert.Equivalent(new[] { first, second }, letter.Attempts, strict: true);
    }

    [Fact]
    public async Task GivenADeadLetterThatTheBrokerGaveUp_WhenCollectedTwice_ThenItIsThereOnce()
    {
        var entry = Some.DeadLetter();

        await Store.DeadLetters.AddAsync(entry, Token);
        await Store.DeadLetters.AddAsync(entry with { Code = "SRC-001" }, Token);

        await ExpectAsync(new DeadLetterFilter(), entry);
        Assert.Equal("HL7-001", (await Store.DeadLetters.GetAsync(entry.Id, Token))!.Summary.Code);
    }

    [Fact]
    public async Task GivenDeadLettersAndParkedUnits_WhenTheTablesAreReadRaw_ThenNothingOfTheMessageIsLegible()
    {
        await Store.Studies.WriteAsync(
            changes =>
            {
                changes.DeadLetters.Add(Some.DeadLetter());
                changes.NewParked.Add(Some.Parked("m1"));
            },
            Token);

        var bytes = new List<byte[]>();
        await using var session = await Store.Database.ReadAsync(Token);
        await session.RunAsync(
            new Sql.Statement("select body, headers, error from dead_letters union all select payload, payload, payload from parked"),
            [],
            Token,
            reader => bytes.AddRange(Enumerable.Range(0, 3).Select(reader.GetFieldValue<byte[]>)));

        Assert.Equal(6, bytes.Count);
        Assert.All(bytes, value => Assert.DoesNotContain("secret", Encoding.Latin1.GetString(value), StringComparison.Ordinal));
        Assert.All(bytes, value => Assert.DoesNotContain("ACC-1", Encoding.Latin1.GetString(value), StringComparison.Ordinal));
    }

    private async Task ExpectAsync(DeadLetterFilter filter, params DeadLetterEntry[] expected)
    {
        var found = await Store.DeadLetters.ListAsync(filter, 100, null, Token);

        Assert.Equal(expected.Select(entry => entry.Id), found.Select(letter => letter.Id));
    }
}
