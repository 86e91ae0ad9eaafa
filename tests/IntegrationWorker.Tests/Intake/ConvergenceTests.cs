using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static IntegrationWorker.Tests.Intake.Messages;

namespace IntegrationWorker.Tests.Intake;

/// <summary>
/// The messages of one source about one study end in the same study in whatever order they come, and however often. What
/// may depend on the order of arrival (docs/mapping.md §6.4) is left out here and pinned in <see cref="ArrivalOrderTests"/>.
/// </summary>
public sealed class ConvergenceTests
{
    private const int Runs = 1000;

    [Fact]
    public void GivenALifeCycle_WhenItsMessagesComeInAnyOrderAndMoreThanOnce_ThenTheStudyIsTheSameAndEachEventIdStandsOnce() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs),
            Prop.ForAll(LifeCycle.Any(), life => DifferenceAsync(life).GetAwaiter().GetResult() is { } field
                ? false.Label($"{field} differs")
                : true.ToProperty()));

    /// <summary>The first field that depends on the order; null when none does.</summary>
    private static async Task<string?> DifferenceAsync(LifeCycle life)
    {
        var (byClock, asTheyCame) = (PipelineBench.InMemory(Ris), PipelineBench.InMemory(Ris));
        await byClock.SendEachAsync([.. life.ByClock()]);
        await asTheyCame.SendEachAsync([.. life.AsTheyCame()]);

        return asTheyCame.Store.Outbox.Select(entry => entry.EventId).Distinct().Count() != asTheyCame.Store.Outbox.Count
            ? "an event id that stands twice"
            : Difference(await FieldsAsync(byClock), await FieldsAsync(asTheyCame));
    }

    private static string? Difference(Dictionary<string, string?> left, Dictionary<string, string?> right) => left.Keys.Union(right.Keys)
        .Order(StringComparer.Ordinal)
        .FirstOrDefault(field => left.GetValueOrDefault(field) != right.GetValueOrDefault(field));

    private static async Task<Dictionary<string, string?>> FieldsAsync(PipelineBench bench)
    {
        var studies = await bench.StudiesAsync();

        return studies.SelectMany(study => study.State.Fields)
            .Where(field => field.Value.Value is not null && (field.Key != "isCancelled" || field.Value.Value == "true"))
            .ToDictionary(field => field.Key, field => field.Value.Value, StringComparer.Ordinal);
    }
}
