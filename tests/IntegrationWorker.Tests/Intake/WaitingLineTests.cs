using IntegrationWorker.Intake;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Intake;

public sealed class WaitingLineTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private readonly WaitingLine _line = new();
    private readonly TaskCompletionSource _end = new();

    [Fact]
    public void GivenMessages_WhenSomeArePutBackAndSomeAreReadAhead_ThenTheyComeOutAsTheyCame()
    {
        Enter("a", "b", "c");
        WaitingMessage[] taken = [Take(), Take()];
        Enter("d", "e");

        _line.ReadAhead(new ScriptedPipeline(), 2, _end.Task);
        _line.PutBack(taken);

        Assert.Equal(5, _line.Count);
        Assert.Equal(["a", "b", "c", "d", "e"], Enumerable.Range(0, 5).Select(_ => Take().Message.SourceId));
        Assert.False(_line.TryTake(out _));
    }

    [Fact]
    public async Task GivenALookout_WhenAsManyHaveCome_ThenItIsOver()
    {
        Enter("a");
        var looking = _line.WaitForAsync(3, _end.Task);
        Enter("b");
        Assert.False(looking.IsCompleted);

        Enter("c");
        await looking.WaitAsync(_patience, _token);

        Assert.Equal(3, _line.Count);
    }

    [Fact]
    public async Task GivenALookout_WhenItsTimeEnds_ThenItIsOverWithFewer()
    {
        Enter("a");
        var looking = _line.WaitForAsync(2, _end.Task);

        _end.SetResult();
        await looking.WaitAsync(_patience, _token);

        Assert.Equal(1, _line.Count);
    }

    [Fact]
    public async Task GivenALookout_WhenAsManyAreThereAlready_ThenItIsOverAtOnce()
    {
        Enter("a", "b");

        await _line.WaitForAsync(2, _end.Task).WaitAsync(_patience, _token);

        Assert.Equal(2, _line.Count);
    }

    [Fact]
    public async Task GivenAClosedLine_WhenItIsEmpty_ThenNobodyEntersAndNobodyIsWaitedFor()
    {
        Enter("a");
        _line.Close();

        Assert.False(_line.TryEnter(Waiting("b")));
        Assert.True(await _line.WaitAsync(_token));
        Assert.Equal("a", Take().Message.SourceId);
        Assert.False(await _line.WaitAsync(_token));
    }

    private void Enter(params string[] names) => Assert.All(names, name => Assert.True(_line.TryEnter(Waiting(name))));

    private WaitingMessage Take() => _line.TryTake(out var message) ? message : throw new InvalidOperationException("Nobody is there.");

    private static AwaitedMessage Waiting(string name) =>
        new(new InboundMessage { Door = Door.Hl7v2, Body = Array.Empty<byte>(), SourceId = name, ReceivedAt = DateTimeOffset.UnixEpoch }, 0);
}
