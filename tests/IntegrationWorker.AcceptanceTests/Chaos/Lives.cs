using System.Text;
using IntegrationWorker.AcceptanceTests.Invented;

namespace IntegrationWorker.AcceptanceTests.Chaos;

/// <summary>
/// Messages whose outcome does not depend on the order in which they come: each study is spoken of by one source, with
/// increasing clocks, and by one of three kinds of life. Some come twice, and some can be read by nobody.
/// </summary>
internal static class Lives
{
    private const int Studies = 60;
    private const int MessagesPerStudy = 6;
    private const int Unreadable = 5;

    private static readonly string[] _priorities = ["R", "A", "S"];

    public static IReadOnlyList<ReadOnlyMemory<byte>> Of(Random random)
    {
        var lives = Enumerable.Range(0, Studies).Select(study => Life(random, study % 3)).ToList();
        var messages = new List<ReadOnlyMemory<byte>>();

        for (var step = 0; step < MessagesPerStudy; step++)
        {
            messages.AddRange(lives.Select(life => life[step].Bytes));
        }

        // Neighbours change places, so that some facts come late and some results before their order.
        for (var i = 0; i + 1 < messages.Count; i++)
        {
            var other = Math.Min(messages.Count - 1, i + random.Next(0, 2 * Studies));
            (messages[i], messages[other]) = (messages[other], messages[i]);
        }

        for (var i = 0; i < Unreadable; i++)
        {
            messages.Insert(random.Next(messages.Count), Encoding.UTF8.GetBytes($"nobody can read this: {Guid.NewGuid():N}"));
        }

        // The sender is not sure whether these arrived.
        messages.AddRange(random.GetItems([.. messages], messages.Count / 10));

        return messages;
    }

    private static List<InventedOrder> Life(Random random, int kind)
    {
        var order = new InventedOrder { Priority = _priorities[random.Next(3)] };
        List<InventedOrder> life = [order];

        while (life.Count < MessagesPerStudy)
        {
            var next = order with { Control = "XO", Minute = 10 * life.Count };
            life.Add(kind switch
            {
                0 => next with { Priority = _priorities[random.Next(3)], Description = $"CT Invented {random.Next(4)}" },
                1 => random.Next(2) == 0 ? next with { Control = "CA", Status = "CA" } : next with { Status = "IP" },
                _ => random.Next(2) == 0
                    ? next with { Control = "RE", Status = "", ResultStatus = random.Next(2) == 0 ? "P" : "F" }
                    : next with { Description = $"CT Invented {random.Next(4)}" },
            });
        }

        return life;
    }
}
