namespace IntegrationWorker.AcceptanceTests.Surroundings;

/// <summary>The last lines a program wrote.</summary>
internal sealed class BoundedText
{
    private const int LinesMax = 2_000;
    private readonly Queue<string> _lines = new();

    public void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesMax)
            {
                _lines.Dequeue();
            }
        }
    }

    public override string ToString()
    {
        lock (_lines)
        {
            return string.Join('\n', _lines);
        }
    }
}
