namespace IntegrationWorker.Tests.Intake;

/// <summary>Sequences of messages about very few studies, numbers and patients, so that everything meets everything.</summary>
internal static class Sequences
{
    private const int StudiesMax = 4;

    private static readonly StepKind[] _kinds = Enum.GetValues<StepKind>();

    public static List<Step> Generate(Random random, int length)
    {
        var steps = new List<Step>(length);

        for (var id = 0; id < length; id++)
        {
            steps.Add(steps.Count > 0 && random.Next(6) == 0 ? Again(steps[random.Next(steps.Count)], random) : Fresh(id, random));
        }

        return steps;
    }

    /// <summary>Lengths of batches that together make <paramref name="length"/>.</summary>
    public static List<int> Cut(Random random, int length)
    {
        var cuts = new List<int>();

        for (var left = length; left > 0; left -= cuts[^1])
        {
            cuts.Add(random.Next(1, Math.Min(left, 12) + 1));
        }

        return cuts;
    }

    private static Step Fresh(int id, Random random) => new(
        random.Next(4) == 0 ? StepKind.NewOrder : _kinds[random.Next(_kinds.Length)], id, random.Next(StudiesMax), random.Next(StudiesMax),
        random.Next(5), random.Next(300), random.Next(5) == 0);

    /// <summary>A message that was sent before: as it was, as a replay, or with other content under its old key.</summary>
    private static Step Again(Step step, Random random) => random.Next(4) switch
    {
        0 => step with { Variant = step.Variant + 1 },
        1 => step with { Minute = step.Minute + 780 }, // The control id of half a day ago.
        2 => step with { IsReplay = true },
        _ => step,
    };
}
