using IntegrationWorker.Contracts;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Golden;
using Xunit;

namespace IntegrationWorker.Tests.Mapping.Hl7;

/// <summary>Messages that nobody of us wrote, from the folder that CORPUS_DIR names; without it nothing is read.</summary>
public sealed class Hl7CorpusTests(ITestOutputHelper output)
{
    private static readonly IReadOnlyList<string> _files = CorpusFiles.Hl7;

    [Fact]
    public void GivenTheCorpus_WhenRead_ThenEveryMessageHasAnOutcome()
    {
        var rules = CorpusFiles.SourcesOf(_files);
        var outcomes = new SortedDictionary<string, SortedDictionary<string, int>>(StringComparer.Ordinal);

        foreach (var file in _files)
        {
            var message = Read(File.ReadAllBytes(file), rules);

            foreach (var outcome in OutcomesOf(message))
            {
                Assert.NotEqual(Codes.UnknownSender, outcome);
                Count(outcomes, message.MessageType, outcome);
            }
        }

        Print(outcomes);
    }

    [Fact]
    public void GivenAFewOfTheCorpus_WhenCutAtEveryByte_ThenReadingNeverThrows()
    {
        const int files = 50;
        const int longest = 3000; // A longer one would cost more time than all the others together.
        var step = Math.Max(1, _files.Count / files);

        for (var index = 0; index < _files.Count; index += step)
        {
            var rules = CorpusFiles.SourcesOf([_files[index]]);
            var body = File.ReadAllBytes(_files[index]).AsMemory();

            for (var length = 0; length <= Math.Min(body.Length, longest); length++)
            {
                Assert.NotEmpty(Read(body[..length], rules).Parts);
            }
        }
    }

    private static MappedMessage Read(ReadOnlyMemory<byte> body, Rulebook rules) =>
        Hl7Reader.Read(Hl7Sending.Inbound(body.ToArray()), rules, Hl7Sending.Hash);

    private static IEnumerable<string> OutcomesOf(MappedMessage message)
    {
        foreach (var part in message.Parts)
        {
            if (part.Rejection is { } rejection)
            {
                yield return rejection.Code;
            }
            else if (part.IgnoredReason is { } reason)
            {
                yield return reason;
            }

            foreach (var unit in part.Units)
            {
                yield return unit.Rejection?.Code ?? unit.IgnoredReason ?? (unit.MayCreate ? "unit that may create" : "unit");
            }
        }
    }

    private void Print(SortedDictionary<string, SortedDictionary<string, int>> outcomes)
    {
        foreach (var (type, counts) in outcomes)
        {
            output.WriteLine($"{type}: {string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"))}");
        }
    }

    private static void Count(SortedDictionary<string, SortedDictionary<string, int>> outcomes, string type, string outcome)
    {
        if (!outcomes.TryGetValue(type, out var counts))
        {
            outcomes.Add(type, counts = new SortedDictionary<string, int>(StringComparer.Ordinal));
        }

        counts[outcome] = counts.GetValueOrDefault(outcome) + 1;
    }
}
