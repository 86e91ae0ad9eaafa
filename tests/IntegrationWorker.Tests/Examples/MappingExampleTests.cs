using System.Text.Json.Nodes;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Commands;
using IntegrationWorker.Mapping.Fhir;
using IntegrationWorker.Mapping.Hl7;
using IntegrationWorker.Studies;
using Xunit;

namespace IntegrationWorker.Tests.Examples;

/// <summary>What the readers make of every message of every example, whatever is stored.</summary>
public sealed class MappingExampleTests
{
    public static TheoryData<string> Examples => [.. ExampleFolders.All()];

    [Theory]
    [MemberData(nameof(Examples))]
    public void GivenAnExample_WhenItsMessagesAreRead_ThenTheyAssertWhatTheExampleSays(string name)
    {
        var example = Example.Load(name);

        var differences = example.Steps.SelectMany(step => Compare(step, ReadStep(step, example.Given))).ToList();

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }

    private static MappedMessage ReadStep(ExampleStep step, JsonObject given)
    {
        var mapped = Read(step.Inbound);

        return mapped.Notification?.ToFetch.Count > 0
            ? Read(step.Inbound with { Body = ExampleServer.Complete(step.Inbound, mapped.Notification.ToFetch, given) })
            : mapped;
    }

    private static MappedMessage Read(InboundMessage inbound) => inbound.Door switch
    {
        Door.Hl7v2 => Hl7Reader.Read(inbound, ExampleRules.Rules, value => value),
        Door.Fhir => FhirReader.Read(inbound, ExampleRules.Rules),
        _ => CommandReader.Read(inbound, ExampleRules.Rules),
    };

    private static IReadOnlyList<string> Compare(ExampleStep step, MappedMessage mapped)
    {
        var differences = new Differences(step.Where);
        var actual = new JsonObject { ["messageType"] = mapped.MessageType, ["sourceId"] = mapped.SourceId };

        foreach (var member in actual.Select(member => member.Key).Where(step.Expected.ContainsKey).ToList())
        {
            differences.Exactly(step.Expected[member], actual[member], member);
        }

        CompareParts(step, mapped, differences);
        CompareUnits(step, mapped, differences);

        return differences.Found;
    }

    private static void CompareParts(ExampleStep step, MappedMessage mapped, Differences differences)
    {
        // A generation stands behind the key, and is known only where the ledger is.
        if ((string?)step.Expected["messageKey"] is { } key)
        {
            differences.SameTexts(new JsonArray(key.Split('~')[0]), mapped.Parts.Select(part => part.BaseKey).Distinct(), "messageKey");
        }

        // Whether a subscription is known, only the store can tell.
        if (mapped.Parts[0].IgnoredReason is { } reason && (string?)step.Expected["outcome"] != "rejected")
        {
            differences.Exactly(step.Expected["reason"], reason, "reason");
        }

        if (mapped.Parts[0].Rejection is { } rejection)
        {
            differences.Contains(step.Expected["error"], NoticeJson.Of(rejection), "error");
        }
    }

    private static void CompareUnits(ExampleStep step, MappedMessage mapped, Differences differences)
    {
        var units = mapped.Parts.SelectMany(part => part.Units).ToList();

        if (step.Expected["units"] is not JsonArray expected)
        {
            return;
        }

        differences.SameTexts(
            new JsonArray([.. expected.Select(unit => (JsonNode)unit!["unit"]!.ToString())]),
            units.Select(unit => unit.Number.ToString()),
            "units");

        foreach (var (unit, index) in expected.Select((unit, index) => (unit!.AsObject(), index)))
        {
            if (units.Find(candidate => IsMeant(unit, candidate)) is { } found)
            {
                CompareUnit(unit, found, differences, $"units[{index}]");
            }
        }
    }

    /// <summary>Resources of a Bundle have keys of their own, and each of them is unit 1.</summary>
    private static bool IsMeant(JsonObject expected, UnitUpdate unit) =>
        unit.Number == (int)expected["unit"]! && ((string?)expected["messageKey"] ?? unit.MessageKey) == unit.MessageKey;

    private static void CompareUnit(JsonObject expected, UnitUpdate unit, Differences differences, string path)
    {
        if (expected["asserted"] is { } asserted)
        {
            differences.Exactly(AssertedJson.Whole(asserted), AssertedJson.Of(unit), $"{path}.asserted");
        }

        if (expected["sourceTime"] is { } time)
        {
            differences.Exactly(time, unit.SourceTime, $"{path}.sourceTime");
        }

        if (unit.Rejection is { } rejection)
        {
            differences.Contains(expected["error"], NoticeJson.Of(rejection), $"{path}.error");
        }

        if (unit.IgnoredReason is { } reason)
        {
            differences.Exactly(expected["reason"], reason, $"{path}.reason");
        }
    }
}
