using System.Reflection;
using System.Text.Json;
using IntegrationWorker.Contracts;
using Xunit;

namespace IntegrationWorker.Tests.Contracts;

/// <summary>The codes of the program and docs/codes.json are one list. docs/mapping.md §8.2, §8.3.</summary>
public sealed class CodesTests
{
    private static readonly IReadOnlyList<CatalogueEntry> _catalogue = JsonSerializer.Deserialize<List<CatalogueEntry>>(
        File.ReadAllBytes(Repository.PathOf("docs/codes.json")), JsonSerializerOptions.Web)!;

    [Fact]
    public void GivenTheCodesOfTheProgram_WhenComparedWithTheCatalogue_ThenBothListTheSame() =>
        Assert.Equal(_catalogue.Select(entry => entry.Code).Order(), InProgram().Order());

    [Fact]
    public void GivenTheCatalogue_WhenRead_ThenEveryCodeStandsOnce() =>
        Assert.Equal(_catalogue.Count, _catalogue.Select(entry => entry.Code).Distinct().Count());

    [Fact]
    public void GivenACode_WhenItsNumberIsRead_ThenItHasTheClassOfItsRange() =>
        Assert.All(_catalogue, entry => Assert.Equal((entry.Code, ClassOf(entry.Code)), (entry.Code, entry.Class)));

    [Fact]
    public void GivenTheTextOfACode_WhenComparedWithItsComment_ThenTheyAreTheSame()
    {
        var source = File.ReadAllText(Repository.PathOf("src/Contracts/Codes.cs"));

        Assert.All(_catalogue, entry => Assert.Contains(
            $"/// <summary>{entry.Text.Replace("`", "", StringComparison.Ordinal)}</summary>", source, StringComparison.Ordinal));
    }

    private static IEnumerable<string> InProgram() =>
        typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);

    private static string ClassOf(string code) => int.Parse(code[^3..]) switch
    {
        >= 1 and <= 99 => "permanent",
        >= 101 and <= 199 => "warning",
        >= 901 and <= 999 => "transient",
        _ => "none",
    };

    private sealed record CatalogueEntry(string Code, string Class, string Text);
}
