using IntegrationWorker.Intake;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Intake;

/// <summary>
/// The messages of one source about one study, each with a clock of its own, end in the same study in whatever order
/// they come. What may depend on the order of arrival (docs/mapping.md §6.4) is left out: echoes of other sources, the
/// severity rule between sources, a cancel that meets a final result, a full map. Apart from each other are facts and
/// reinstatements, since a reinstatement derives the study's fields again with its own clock (§6.3); and patient messages
/// reach only the studies that are open when they come (§2.7).
/// </summary>
public sealed class ConvergenceTests
{
    private const int Runs = 120;

    [Fact]
    public Task GivenOrders_WhenTheyComeInAnyOrder_ThenTheStudyIsTheSame() => CheckAsync(Order);

    [Fact]
    public Task GivenCancelsAndReinstatements_WhenTheyComeInAnyOrder_ThenTheStudyIsTheSame() => CheckAsync(Lifecycle);

    [Fact]
    public Task GivenOrdersAndResults_WhenTheyComeInAnyOrder_ThenTheStudyIsTheSame() => CheckAsync(WithResults);

    private static async Task CheckAsync(Func<Random, int, (string Kind, InboundMessage Message)> next)
    {
        for (var seed = 1; seed <= Runs; seed++)
        {
            var random = new Random(seed);
            List<(string Kind, InboundMessage Message)> steps = [.. Enumerable.Range(1, 6).Select(step => next(random, step))];
            var order = Enumerable.Range(0, steps.Count).ToArray();
            random.Shuffle(order);

            if (await DiffersAsync(steps, order) is not { } field)
            {
                continue;
            }

            for (var i = 0; i < order.Length; i++)
            {
                int[] fewer = [.. order.Where((_, place) => place != i)];

                if (await DiffersAsync(steps, fewer) is { } still)
                {
                    (order, field, i) = (fewer, still, -1);
                }
            }

            Assert.Fail($"Seed {seed}: {field} differs; by clock {Describe(steps, order.Order())}; came {Describe(steps, order)}");
        }
    }

    /// <summary>The first field that depends on the order; null when none does.</summary>
    private static async Task<string?> DiffersAsync(List<(string Kind, InboundMessage Message)> steps, int[] order)
    {
        var inOrder = await FieldsAsync(order.Order().Select(step => steps[step].Message));
        var shuffled = await FieldsAsync(order.Select(step => steps[step].Message));

        return inOrder.Keys.Union(shuffled.Keys)
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(field => inOrder.GetValueOrDefault(field) != shuffled.GetValueOrDefault(field));
    }

    private static async Task<Dictionary<string, string?>> FieldsAsync(IEnumerable<InboundMessage> messages)
    {
        var bench = PipelineBench.InMemory(Ris);
        await bench.SendEachAsync([NewOrder("C0", 0, 1), .. messages]);
        var study = await bench.StudyAsync(Uid(1));

        return study.State.Fields
            .Where(field => field.Value.Value is not null && (field.Key != "isCancelled" || field.Value.Value == "true"))
            .ToDictionary(field => field.Key, field => field.Value.Value, StringComparer.Ordinal);
    }

    private static (string Kind, InboundMessage Message) Order(Random random, int step)
    {
        var id = $"C{step}";
        var minute = step * 10;
        var priority = random.Next(3) switch { 0 => "R", 1 => "A", _ => "S" };

        return random.Next(5) switch
        {
            0 => ("active", Messages.Order(id, minute, "XO/IP", Uid(1), priority: priority)),
            1 => ("hold", Messages.Order(id, minute, "HD/", Uid(1))),
            2 => ("description", Messages.Order(id, minute, "SC/", Uid(1), description: $"MR {step}")),
            3 => ("priority", Messages.Order(id, minute, "SC/", Uid(1), priority: priority)),
            _ => ("appointment", Appointment(id, minute, random.Next(2) == 0 ? "S13" : "S15", "F1^RIS")),
        };
    }

    private static (string Kind, InboundMessage Message) Lifecycle(Random random, int step)
    {
        var id = $"C{step}";
        var minute = step * 10;

        return random.Next(4) switch
        {
            0 => ("cancel", Messages.Order(id, minute, "CA/CA", Uid(1))),
            1 => ("active", Messages.Order(id, minute, "XO/IP", Uid(1))),
            2 => ("hold", Messages.Order(id, minute, "HD/", Uid(1))),
            _ => ("appointment", Appointment(id, minute, random.Next(2) == 0 ? "S13" : "S15", "F1^RIS")),
        };
    }

    private static (string Kind, InboundMessage Message) WithResults(Random random, int step)
    {
        var id = $"C{step}";
        var minute = step * 10;

        return random.Next(5) switch
        {
            0 => ("preliminary", Result(id, minute, "P")),
            1 => ("final", Result(id, minute, "F")),
            2 => ("corrected", Result(id, minute, "C")),
            3 => ("document", Document(id, minute, "F1^RIS")),
            _ => ("active", Messages.Order(id, minute, "XO/IP", Uid(1), description: $"MR {step}")),
        };
    }

    private static string Describe(List<(string Kind, InboundMessage Message)> steps, IEnumerable<int> order) =>
        string.Join(", ", order.Select(step => $"{step + 1} {steps[step].Kind}"));
}
