using System.Threading.Channels;
using IntegrationWorker.Store;

namespace IntegrationWorker.Tests.Store;

/// <summary>A store in memory, for tests of what stands above it. One transaction at a time; the next one waits.</summary>
internal sealed class MemoryStudyStore : IStudyStore
{
    // Holds one item while nobody is at it: a lock that is waited for asynchronously.
    private readonly Channel<bool> _turn = Channel.CreateBounded<bool>(1);
    private long _position;

    public MemoryStudyStore() => End();

    /// <summary>What was committed.</summary>
    public MemoryTables Tables { get; private set; } = new();

    public async Task<IStoreBatch> BeginAsync(CancellationToken cancellationToken)
    {
        await _turn.Reader.ReadAsync(cancellationToken);

        return new MemoryStoreBatch(this, Tables.Copy());
    }

    public long NextPosition() => ++_position;

    public void Commit(MemoryTables tables) => Tables = tables;

    public void End() => _turn.Writer.TryWrite(true);
}
