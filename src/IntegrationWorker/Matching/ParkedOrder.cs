using IntegrationWorker.Store;

namespace IntegrationWorker.Matching;

/// <summary>The order in which waiting units are applied: source clock, then time of receipt, then key.</summary>
/// <remarks>
/// Clocks with overlapping intervals are ties, and ties are not transitive; the start of the transaction time is, so it
/// decides here. Field clocks make what remains of the order harmless.
/// </remarks>
internal sealed class ParkedOrder : IComparer<ParkedUnit>
{
    public static readonly ParkedOrder Instance = new();

    public int Compare(ParkedUnit? x, ParkedUnit? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);

        var (left, right) = (x.Unit.Clock, y.Unit.Clock);
        var order = left.Transaction.Start.UtcTicks.CompareTo(right.Transaction.Start.UtcTicks);
        order = order != 0 ? order : left.Message.Start.UtcTicks.CompareTo(right.Message.Start.UtcTicks);
        order = order != 0 ? order : (left.Sequence ?? 0).CompareTo(right.Sequence ?? 0);
        order = order != 0 ? order : x.ReceivedAt.CompareTo(y.ReceivedAt);

        return order != 0 ? order : string.CompareOrdinal(x.UnitKey, y.UnitKey);
    }
}
