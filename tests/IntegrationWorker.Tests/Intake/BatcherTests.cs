using System.Diagnostics.Metrics;
using System.Text;
using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Health;
using IntegrationWorker.Intake;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

public sealed class BatcherTests : IAsyncDisposable
{
    private static readonly Meter _meter = new("IntegrationWorker.Tests");

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly ScriptedPipeline _pipeline = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedStore _store = new();
    private readonly ScriptedLifetime _lifetime = new();
    private readonly IntakeState _state;
    private readonly StoreGate _gate = new();
    private readonly Batcher _batcher;

    public BatcherTests()
    {
        var options = Options.Create(new IntakeOptions { BatchMessagesMax = 8, HoldSeconds = 600, GiveUpMinutes = 120 });
        _state = new IntakeState(_time);
        var failing = new FailingMessages(_store, _state, options, _time, NullLogger<FailingMessages>.Instance);
        var metrics = new IntakeMetrics(_meter, new Rulebook([], [], [], [], []), _time);
        _batcher = new Batcher(
            _pipeline, _gate, _store, new NoPublisher(), _state, failing, metrics, options, _lifetime, _time, NullLogger<Batcher>.Instance);
        _gate.Open();
    }

    public async ValueTask DisposeAsync()
    {
        _pipeline.Barrier?.TrySetResult();
        await StopAsync();
        _batcher.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public async Task GivenALoneMessage_WhenHandedOver_ThenItIsABatchOfOneAndWaitsForNobody()
    {
        await _batcher.StartAsync(_token);

        var result = await _batcher.DecideAsync(Message("a"), _token);

        Assert.Equal("a", result.MessageKey);
        Assert.Equal(["commit a"], _pipeline.Steps); // Written with its commit.
    }

    [Fact]
    public async Task GivenALoneMessageThatIsCommitted_WhenManyAreOpenedAhead_ThenTheyAreSavedAfterItsCommit()
    {
        var (barrier, outcomes) = await StartWritingAsync("a");

        outcomes.AddRange(Enumerable.Range(10, 24).Select(i => Decide($"{i}")));
        await UntilAsync(() => _pipeline.OpenedCount > 1);
        Assert.Empty(_pipeline.Steps);

        barrier.SetResult();
        await Task.WhenAll(outcomes);

        Assert.Equal("commit a", _pipeline.Steps[0]);
        Assert.Equal(outcomes.Count, _pipeline.Committed.Sum(batch => batch.Count));
        Assert.Equal(Enumerable.Range(10, 24).Select(i => $"{i}").Prepend("a"), _pipeline.Committed.SelectMany(batch => batch));
    }

    [Fact]
    public async Task GivenALoneMessageThatFails_WhenOthersAreOpenedAhead_ThenTheyComeAfterIt()
    {
        var failures = 0;
        _pipeline.Fails = bodies => bodies is ["a"] && failures++ == 0 ? new StoreConflictException("invented") : null;
        var (barrier, outcomes) = await StartWritingAsync("a");
        outcomes.AddRange(Enumerable.Range(10, 24).Select(i => Decide($"{i}")));
        await UntilAsync(() => _pipeline.OpenedCount > 1);

        barrier.SetResult();
        await Task.WhenAll(outcomes);

        Assert.Equal(Enumerable.Range(10, 24).Select(i => $"{i}").Prepend("a"), _pipeline.Committed.SelectMany(batch => batch));
        Assert.Equal(0, _pipeline.OpenCount);
    }

    [Fact]
    public async Task GivenFullBatchesThatWait_WhenOneIsWritten_ThenTheNextIsOpenAlready()
    {
        _pipeline.OpensAhead = true;
        var outcomes = Enumerable.Range(10, 20).Select(i => Decide($"{i}")).ToList();
        _pipeline.Barrier = new TaskCompletionSource();
        await _batcher.StartAsync(_token);
        await UntilAsync(() => _pipeline.OpenedCount == 2);
        Assert.Empty(_pipeline.Committed);

        _pipeline.Barrier.SetResult();
        await Task.WhenAll(outcomes);

        Assert.Equal([8, 8, 4], _pipeline.Committed.Select(batch => batch.Count));
        Assert.Equal(Enumerable.Range(10, 20).Select(i => $"{i}"), _pipeline.Committed.SelectMany(batch => batch));
    }

    [Fact]
    public async Task GivenFullBatchesThatWait_WhenOneIsCommitted_ThenTheNextIsSavedAndTheOneAfterIsOpen()
    {
        _pipeline.OpensAhead = true;
        var outcomes = Enumerable.Range(10, 40).Select(i => Decide($"{i}")).ToList();
        _pipeline.Barrier = new TaskCompletionSource();
        await _batcher.StartAsync(_token);
        await UntilAsync(() => _pipeline is { OpenedCount: 3, Saved.Count: 3 });
        Assert.Empty(_pipeline.Committed);

        _pipeline.Barrier.SetResult();
        await Task.WhenAll(outcomes);

        Assert.Equal(3, _pipeline.OpenAtOnceMax);
        Assert.Equal([8, 8, 8, 8, 8], _pipeline.Committed.Select(batch => batch.Count));
        Assert.Equal(Enumerable.Range(10, 40).Select(i => $"{i}"), _pipeline.Saved.SelectMany(batch => batch));
        Assert.Equal(Enumerable.Range(10, 40).Select(i => $"{i}"), _pipeline.Committed.SelectMany(batch => batch));
    }

    [Fact]
    public async Task GivenABatchThatIsBeingSaved_WhenTheNextOnesAreOpen_ThenNoneOfThemIsSavedBesideIt()
    {
        _pipeline.OpensAhead = true;
        var outcomes = Enumerable.Range(10, 24).Select(i => Decide($"{i}")).ToList();
        _pipeline.SaveBarrier = new TaskCompletionSource();
        await _batcher.StartAsync(_token);
        await UntilAsync(() => _pipeline.OpenedCount == 3);
        Assert.Empty(_pipeline.Saved);

        _pipeline.SaveBarrier.SetResult();
        await Task.WhenAll(outcomes);

        Assert.Equal(1, _pipeline.SavingAtOnceMax);
        Assert.Equal(Enumerable.Range(10, 24).Select(i => $"{i}"), _pipeline.Saved.SelectMany(batch => batch));
    }

    [Fact]
    public async Task GivenASmallBatchThatIsWritten_WhenAsManyMessagesCome_ThenTheyAreOpenedAhead()
    {
        var (barrier, outcomes) = await StartWritingAsync("a", "b");

        outcomes.Add(Decide("c"));
        outcomes.Add(Decide("d"));
        await UntilAsync(() => _pipeline.OpenedCount == 2);
        Assert.Empty(_pipeline.Committed);

        barrier.SetResult();
        await Task.WhenAll(outcomes);

        Assert.Equal([["a", "b"], ["c", "d"]], _pipeline.Committed);
    }

    [Fact]
    public async Task GivenASmallBatchThatIsWritten_WhenFewerMessagesCome_ThenTheyWaitForItsEnd()
    {
        var (barrier, outcomes) = await StartWritingAsync("a", "b");

        outcomes.Add(Decide("c"));
        barrier.SetResult();
        await Task.WhenAll(outcomes);

        Assert.Equal([["a", "b"], ["c"]], _pipeline.Committed);
        Assert.Equal(1, _pipeline.OpenAtOnceMax);
    }

    [Fact]
    public async Task GivenNextBatchesThatAreOpen_WhenTheOneBeforeFails_ThenTheyAreLetGoAndComeAfterIt()
    {
        var failures = 0;
        _pipeline.OpensAhead = true;
        _pipeline.Fails = bodies => bodies[0] == "10" && failures++ == 0 ? new StoreConflictException("invented") : null;
        var outcomes = Enumerable.Range(10, 24).Select(i => Decide($"{i}")).ToList();
        await _batcher.StartAsync(_token);
        await Task.WhenAll(outcomes);

        Assert.Equal(1, failures - 1);
        Assert.Equal(Enumerable.Range(10, 24).Select(i => $"{i}"), _pipeline.Committed.SelectMany(batch => batch));
        Assert.Equal(0, _pipeline.OpenCount);
    }

    [Fact]
    public async Task GivenANextBatchThatIsOpen_WhenOneMessageFailsAlone_ThenItsNeighboursAndTheNextBatchCommit()
    {
        _pipeline.OpensAhead = true;
        _pipeline.Fails = bodies => bodies.Contains("12") ? new InvalidOperationException("invented") : null;
        var outcomes = Enumerable.Range(10, 16).Where(i => i != 12).Prepend(12).Order().Select(i => (Number: i, Outcome: Decide($"{i}"))).ToList();
        await _batcher.StartAsync(_token);
        await Task.WhenAll(outcomes.Where(one => one.Number != 12).Select(one => one.Outcome));

        Assert.Equal(Enumerable.Range(10, 16).Where(i => i != 12).Select(i => $"{i}"), _pipeline.Committed.SelectMany(batch => batch));
        Assert.Equal(0, _pipeline.OpenCount);
    }

    [Fact]
    public async Task GivenMessagesThatWait_WhenTheStoreIsFree_ThenTheyGoTogetherInOrderUpToTheMost()
    {
        var outcomes = Enumerable.Range(0, 11).Select(i => Decide($"{i}")).ToList();

        await _batcher.StartAsync(_token);
        await Task.WhenAll(outcomes);

        Assert.Equal([["0", "1", "2", "3", "4", "5", "6", "7"], ["8", "9", "10"]], _pipeline.Committed);
    }

    [Fact]
    public async Task GivenAStoreThatFails_WhenItWorksAgain_ThenTheSameBatchIsCommittedAndHealthSaidWhy()
    {
        var isAway = true;
        var sawReason = false;
        _pipeline.Fails = _ => isAway ? new TimeoutException() : null;
        var outcomes = new[] { Decide("a"), Decide("b") };
        await _batcher.StartAsync(_token);

        await UntilAsync(() => _state.Reason is not null);
        sawReason = _state.Reason!.Contains(Codes.DatabaseDown, StringComparison.Ordinal);
        isAway = false;
        await UntilAsync(() => outcomes.All(outcome => outcome.IsCompleted));

        Assert.True(sawReason);
        Assert.Null(_state.Reason);
        Assert.Equal([["a", "b"]], _pipeline.Committed);
        Assert.Empty(_store.Letters);
    }

    [Fact]
    public async Task GivenAStoreThatFailsForTooLong_WhenTenMinutesAreOver_ThenTheMessagesGoBackAndIntakeRests()
    {
        _pipeline.Fails = _ => new IOException();
        _store.Fails = true;
        var outcome = Decide("a");
        await _batcher.StartAsync(_token);

        await UntilAsync(() => outcome.IsCompleted);

        await Assert.ThrowsAsync<DeliveryReturnedException>(() => outcome);
        Assert.True(_state.HasReturned);
        Assert.Empty(_store.Letters);

        _store.Fails = false;
        _pipeline.Fails = _ => null;
        await UntilAsync(() => !_state.HasReturned);
        Assert.Equal("b", (await _batcher.DecideAsync(Message("b"), _token)).MessageKey);
    }

    [Fact]
    public async Task GivenABatchThatIsAlwaysInConflict_WhenTriedOftenEnough_ThenItIsSplitAndTheStoreIsNotBlamed()
    {
        _pipeline.Fails = bodies => bodies.Count > 1 ? new StoreConflictException("Another transaction was first.", new TimeoutException()) : null;
        var outcomes = new[] { "a", "b", "c" }.Select(Decide).ToList();

        await _batcher.StartAsync(_token);
        await Task.WhenAll(outcomes);

        Assert.Equal([["a"], ["b"], ["c"]], _pipeline.Committed);
        Assert.Null(_state.Reason);
    }

    [Fact]
    public async Task GivenOneMessageThatBreaksItsBatch_WhenTheStoreWorks_ThenItsNeighboursCommitAndItWaitsAlone()
    {
        _pipeline.Fails = bodies => bodies.Contains("poison") ? new InvalidOperationException() : null;
        var neighbours = new[] { "a", "b", "c", "d", "e" }.Select(Decide).ToList();
        var poisoned = Decide("poison");
        var last = Decide("f");

        await _batcher.StartAsync(_token);
        await Task.WhenAll([.. neighbours, last]);

        Assert.False(poisoned.IsCompleted);
        Assert.Equal(["a", "b", "c", "d", "e", "f"], _pipeline.Committed.SelectMany(batch => batch));
        Assert.Null(_state.Reason);
    }

    [Fact]
    public async Task GivenAMessageThatFailedAlone_WhenItsCauseIsGone_ThenItIsCommittedAtItsNextAttempt()
    {
        var isBroken = true;
        _pipeline.Fails = bodies => isBroken && bodies.Contains("poison") ? new InvalidOperationException() : null;
        var outcome = Decide("poison");
        await _batcher.StartAsync(_token);
        await _batcher.DecideAsync(Message("a"), _token);

        isBroken = false;
        await UntilAsync(() => outcome.IsCompleted);

        Assert.Equal("applied", (await outcome).Outcome);
    }

    [Fact]
    public async Task GivenAMessageThatKeepsFailingAlone_WhenTwoHoursAreOver_ThenItIsOneDeadLetter()
    {
        _pipeline.Fails = bodies => bodies.Contains("poison") ? new InvalidOperationException() : null;
        await _batcher.StartAsync(_token);
        MessageResult? given = null;

        // The broker gives it again whenever it comes back.
        while (given is null)
        {
            var outcome = Decide("poison");
            await _batcher.DecideAsync(Message("neighbour"), _token);
            await UntilAsync(() => outcome.IsCompleted);

            if (outcome.IsCompletedSuccessfully)
            {
                given = await outcome;
            }
        }

        var letter = Assert.Single(_store.Letters);
        Assert.Equal(("rejected", Codes.GivenUp), (given.Outcome, given.Error!.Code));
        Assert.Equal((Codes.GivenUp, "poison"), (letter.Code, Encoding.UTF8.GetString(letter.Body.Span)));
        Assert.True(_time.GetUtcNow() - _time.Start >= TimeSpan.FromMinutes(120));
    }

    [Fact]
    public async Task GivenAConflictWithAnotherWorker_WhenItIsOver_ThenTheBatchIsDecidedAgainAtOnce()
    {
        var conflicts = 3;
        _pipeline.Fails = _ => conflicts-- > 0 ? new StoreConflictException("invented") : null;
        await _batcher.StartAsync(_token);

        Assert.Equal("a", (await _batcher.DecideAsync(Message("a"), _token)).MessageKey);
        Assert.Null(_state.Reason);
    }

    [Fact]
    public async Task GivenABatchInHand_WhenTheWorkerStops_ThenItIsFinishedFirst()
    {
        _pipeline.Barrier = new TaskCompletionSource();
        var outcome = Decide("a");
        await _batcher.StartAsync(_token);

        var stopping = StopAsync();
        Assert.False(outcome.IsCompleted);
        _pipeline.Barrier.SetResult();
        await stopping;

        Assert.Equal("a", (await outcome).MessageKey);
        await Assert.ThrowsAsync<DeliveryReturnedException>(() => Decide("late"));
    }

    [Fact]
    public async Task GivenAStoreThatIsAway_WhenTheWorkerStops_ThenTheMessagesGoBack()
    {
        _pipeline.Fails = _ => new TimeoutException();
        var outcome = Decide("a");
        await _batcher.StartAsync(_token);
        await UntilAsync(() => _state.Reason is not null);

        await StopAsync();

        await Assert.ThrowsAsync<DeliveryReturnedException>(() => outcome);
    }

    private async Task StopAsync()
    {
        _lifetime.Stop();
        await _batcher.StopAsync(CancellationToken.None);
    }

    // A batch of these is being written until the barrier is set.
    private async Task<(TaskCompletionSource Barrier, List<Task<MessageResult>> Outcomes)> StartWritingAsync(params string[] bodies)
    {
        var barrier = new TaskCompletionSource();
        _pipeline.OpensAhead = true;
        _pipeline.Barrier = barrier;
        var outcomes = bodies.Select(Decide).ToList();
        await _batcher.StartAsync(_token);
        await UntilAsync(() => _pipeline.OpenedCount == 1);

        return (barrier, outcomes);
    }

    private Task<MessageResult> Decide(string body) => _batcher.DecideAsync(Message(body), CancellationToken.None);

    private InboundMessage Message(string body) =>
        new() { Door = Door.Hl7v2, Body = Encoding.UTF8.GetBytes(body), ReceivedAt = _time.GetUtcNow() };

    // Lets the invented time pass until something has happened.
    private async Task UntilAsync(Func<bool> condition)
    {
        var end = TimeProvider.System.GetTimestamp() + (30 * TimeProvider.System.TimestampFrequency);

        while (!condition())
        {
            Assert.True(TimeProvider.System.GetTimestamp() < end, "It did not happen.");
            _time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(1, _token);
        }
    }

    private sealed class ScriptedStore : IStoreHealth, IDeadLetterStore
    {
        public List<DeadLetterEntry> Letters { get; } = [];

        public bool Fails { get; set; }

        public Task CheckAsync(CancellationToken cancellationToken) => Fails ? Task.FromException(new IOException()) : Task.CompletedTask;

        public Task AddAsync(DeadLetterEntry entry, CancellationToken cancellationToken)
        {
            Letters.Add(entry);
            return Task.CompletedTask;
        }

        public Task<IReadOnlyList<DeadLetterSummary>> ListAsync(
            DeadLetterFilter filter, int limit, DeadLetterSummary? after, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<DeadLetterCase?> GetAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<CauseCount>> CountByCauseAsync(string? status, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<DeadLetterCase>> GetAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<bool> StepAsync(CaseStep step, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task AddLookAsync(string id, DeadLetterLook look, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<DeadLetterLook>> LooksAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class ScriptedLifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => Stop();

        public void Stop() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
