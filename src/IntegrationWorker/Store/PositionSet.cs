namespace IntegrationWorker.Store;

/// <summary>Positions of the outbox, as the ranges that they form: a batch of events is one number more than a single event.</summary>
/// <param name="ranges">Ascending, and none overlaps another.</param>
internal sealed class PositionSet(IEnumerable<PositionRange> ranges)
{
    private readonly PositionRange[] _ranges = [.. ranges];

    public IReadOnlyList<PositionRange> Ranges => _ranges;

    /// <summary>How many positions there are.</summary>
    public long Count => _ranges.Sum(range => range.Last - range.First + 1);

    public IEnumerable<long> Positions
    {
        get
        {
            foreach (var range in _ranges)
            {
                for (var position = range.First; position <= range.Last; position++)
                {
                    yield return position;
                }
            }
        }
    }

    public static PositionSet Of(IEnumerable<long> positions)
    {
        var ranges = new List<PositionRange>();

        foreach (var position in positions.Order())
        {
            if (ranges.Count > 0 && position <= ranges[^1].Last + 1)
            {
                ranges[^1] = ranges[^1] with { Last = position };
            }
            else
            {
                ranges.Add(new PositionRange(position, position));
            }
        }

        return new PositionSet(ranges);
    }

    public bool Contains(long position)
    {
        var (low, high) = (0, _ranges.Length - 1);

        while (low <= high)
        {
            var middle = (low + high) / 2;

            if (position < _ranges[middle].First)
            {
                high = middle - 1;
            }
            else if (position > _ranges[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The positions that are not in the other set.</summary>
    public PositionSet Without(PositionSet other)
    {
        var left = new List<PositionRange>();
        var next = 0;

        foreach (var range in _ranges)
        {
            var from = range.First;

            // What ends before this range ends before the later ones too.
            while (next < other._ranges.Length && other._ranges[next].Last < range.First)
            {
                next++;
            }

            for (var i = next; i < other._ranges.Length && other._ranges[i].First <= range.Last; i++)
            {
                if (other._ranges[i].First > from)
                {
                    left.Add(new PositionRange(from, other._ranges[i].First - 1));
                }

                from = other._ranges[i].Last + 1;
            }

            if (from <= range.Last)
            {
                left.Add(new PositionRange(from, range.Last));
            }
        }

        return new PositionSet(left);
    }
}
