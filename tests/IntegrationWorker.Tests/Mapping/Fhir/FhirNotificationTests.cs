using System.Text;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Examples;
using Xunit;

namespace IntegrationWorker.Tests.Mapping.Fhir;

/// <summary>Notifications of a topic-based subscription, in the spellings of R4 backport and R4B. docs/mapping.md §7.</summary>
public sealed class FhirNotificationTests
{
    private const string Focus = "https://fhir.example.org/r4/ImagingStudy/is-1";

    [Theory]
    [InlineData("handshake", "handshake")]
    [InlineData("heartbeat", "heartbeat")]
    [InlineData("query-status", "status-only")]
    [InlineData("event-notification", "empty-payload-query-scheduled")]
    public void GivenNoResource_WhenRead_ThenTheTypeSaysWhyItIsIgnored(string type, string reason)
    {
        var message = FhirSending.Read(FhirSending.Bundle("history", FhirSending.Entry(Backport(type))));

        Assert.Equal($"Bundle/{type}", message.MessageType);
        Assert.Equal(reason, message.Parts.Single().IgnoredReason);
        Assert.Equal(("sub-1", type, 7L), (message.Notification!.SubscriptionId, message.Notification.Type, message.Notification.EventsSince));
    }

    public static TheoryData<string> Spellings =>
    [
        Backport("event-notification", Event(7, Focus)),
        // camelCase names and numbers for integer64.
        $$$"""
        {"resourceType":"Parameters","parameter":[{"name":"subscription","valueReference":{"reference":"Subscription/sub-1"}},
         {"name":"type","valueCode":"event-notification"},{"name":"eventsSinceSubscriptionStart","valueInteger":7},
         {"name":"notificationEvent","part":[{"name":"eventNumber","valueInteger":7},{"name":"focus","valueReference":{"reference":"{{{Focus}}}"}}]}]}
        """,
        $$$"""
        {"resourceType":"SubscriptionStatus","status":"active","type":"event-notification","eventsSinceSubscriptionStart":"7",
         "notificationEvent":[{"eventNumber":"7","focus":{"reference":"{{{Focus}}}"}}],"subscription":{"reference":"Subscription/sub-1"}}
        """,
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public void GivenAFullResource_WhenRead_ThenItIsAPartWithTheNumberOfItsEvent(string status)
    {
        var message = FhirSending.Read(FhirSending.Bundle("history", FhirSending.Entry(status), FhirSending.Entry(FhirSending.Study(), Focus)));

        Assert.Equal(7, message.Parts.Single().Units.Single().EventNumber);
        Assert.Equal([7], message.Notification!.EventNumbers);
        Assert.Equal(7, message.Notification.EventsSince);
        Assert.Empty(message.Notification.ToFetch);
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public void GivenAnIdOnly_WhenRead_ThenTheResourceHasToBeFetched(string status)
    {
        var message = FhirSending.Read(FhirSending.Bundle("history", FhirSending.Entry(status)));

        Assert.Equal([(Focus, 7L)], message.Notification!.ToFetch);
        Assert.Equal("empty-payload-query-scheduled", message.Parts.Single().IgnoredReason);
    }

    [Fact]
    public void GivenSeveralEventsOfOneResource_WhenRead_ThenTheLastOneCountsAndAllNumbersAreSeen()
    {
        var status = Backport("event-notification", Event(5, Focus), Event(6, Focus), Event(7, "https://fhir.example.org/r4/ImagingStudy/is-2"));

        var message = FhirSending.Read(FhirSending.Bundle("history", FhirSending.Entry(status), FhirSending.Entry(FhirSending.Study(), Focus)));

        Assert.Equal(6, message.Parts.Single().Units.Single().EventNumber);
        Assert.Equal([5, 6, 7], message.Notification!.EventNumbers);
        Assert.Equal([("https://fhir.example.org/r4/ImagingStudy/is-2", 7L)], message.Notification.ToFetch);
    }

    [Fact]
    public void GivenWhatWasFetched_WhenRead_ThenItIsAsIfItHadBeenSent()
    {
        var body = Encoding.UTF8.GetBytes(FhirSending.Bundle("history", FhirSending.Entry(Backport("event-notification", Event(7, Focus)))));
        var there = new Dictionary<string, ReadOnlyMemory<byte>?> { [Focus] = Encoding.UTF8.GetBytes(FhirSending.Study()) };
        var gone = new Dictionary<string, ReadOnlyMemory<byte>?> { [Focus] = null };

        var found = FhirSending.Read(FhirSending.Pacs, NotificationCompletion.Complete(body, there, FhirSending.ReceivedAt)).Parts.Single();
        var deleted = FhirSending.Read(FhirSending.Pacs, NotificationCompletion.Complete(body, gone, FhirSending.ReceivedAt)).Parts.Single();

        Assert.Equal("fhir/pacs/ImagingStudy/is-1/1", found.BaseKey);
        Assert.Equal(7, found.Units.Single().EventNumber);
        Assert.Equal("fhir/pacs/ImagingStudy/is-1/deleted@2026-03-02T16:00:00Z", deleted.BaseKey);
        Assert.Equal(UnitKind.FhirDelete, deleted.Units.Single().Kind);
    }

    [Fact]
    public void GivenAnEventOfAnotherResource_WhenRead_ThenItIsSeenAndIgnored()
    {
        var message = FhirSending.Read(FhirSending.Bundle(
            "history", FhirSending.Entry(Backport("event-notification", Event(7, "https://fhir.example.org/r4/Encounter/1")))));

        Assert.Equal("not-imaging", message.Parts.Single().IgnoredReason);
        Assert.Equal([7], message.Notification!.EventNumbers);
        Assert.Empty(message.Notification.ToFetch);
    }

    [Fact]
    public void GivenTestDataInANotification_WhenRead_ThenItIsIgnored()
    {
        const string study = """{"resourceType":"ImagingStudy","id":"is-1","meta":{"versionId":"1","security":[{"code":"HTEST"}]}}""";

        var message = FhirSending.Read(FhirSending.Bundle(
            "history", FhirSending.Entry(Backport("event-notification", Event(7, Focus))), FhirSending.Entry(study, Focus)));

        Assert.Equal("test-data", message.Parts.Single().IgnoredReason);
    }

    [Theory]
    [InlineData("notify", "history")] // The door says that it is a notification, and its type does not say otherwise.
    [InlineData("update", "subscription-notification")]
    public void GivenNoStatusEntry_WhenRead_ThenItIsRejected(string interaction, string type) =>
        Assert.Equal(
            "FHS-001",
            FhirSending.Read(FhirSending.Bundle(type, FhirSending.Entry(FhirSending.Study())), ("fhir-interaction", interaction)).Parts.Single().Rejection?.Code);

    [Fact]
    public void GivenAStatusWithoutASubscription_WhenRead_ThenItIsRejected() =>
        Assert.Equal(
            "FHS-001",
            FhirSending.Read(FhirSending.Bundle("history", FhirSending.Entry("""{"resourceType":"Parameters","parameter":[{"name":"type","valueCode":"heartbeat"}]}""")))
                .Parts.Single().Rejection?.Code);

    [Theory]
    [InlineData(true, "", null)]
    [InlineData(false, "", "FHS-002")]
    [InlineData(false, "sub-1", null)] // Known from the configuration.
    public void GivenAHandshake_WhenTheSourceDoesNotTakeAny_ThenOnlyAConfiguredSubscriptionIsKnown(bool allow, string known, string? code)
    {
        var source = FhirSending.Pacs with { AllowHandshake = allow, Subscriptions = known.Length > 0 ? [known] : [] };

        var message = FhirSending.Read(source, FhirSending.Bundle("history", FhirSending.Entry(Backport("handshake"))));

        Assert.Equal(code, message.Parts.Single().Rejection?.Code);
    }

    [Theory]
    [InlineData("active")]
    [InlineData("error")]
    [InlineData("off")]
    public void GivenTheStatusOfTheSubscription_WhenANotificationIsRead_ThenItGoesWithIt(string status)
    {
        var message = FhirSending.Read(FhirSending.Bundle("history", FhirSending.Entry(Backport("heartbeat").Replace("active", status))));

        Assert.Equal(status, message.Notification!.Status);
        Assert.Empty(message.Warnings); // Told once, where the position is followed.
    }

    [Fact]
    public void GivenTheSameNotificationTwice_WhenRead_ThenTheKeysAreEqual()
    {
        var one = FhirSending.Read(FhirSending.Bundle("history", FhirSending.Entry(Backport("heartbeat"))));
        var other = FhirSending.Read(FhirSending.Bundle("history", FhirSending.Entry(Backport("heartbeat").Replace("\"7\"", "\"8\""))));

        Assert.Equal(KeyOf(one), KeyOf(FhirSending.Read(FhirSending.Bundle("history", FhirSending.Entry(Backport("heartbeat"))))));
        Assert.NotEqual(KeyOf(one), KeyOf(other));
    }

    private static string KeyOf(MappedMessage message) => message.Parts.Single().BaseKey;

    private static string Backport(string type, params string[] events) =>
        $$$"""
        {"resourceType":"Parameters","parameter":[{"name":"subscription","valueReference":{"reference":"https://fhir.example.org/r4/Subscription/sub-1"}},
         {"name":"status","valueCode":"active"},{"name":"type","valueCode":"{{{type}}}"},
         {"name":"events-since-subscription-start","valueString":"7"}{{{string.Concat(events)}}}]}
        """;

    private static string Event(long number, string focus) =>
        $$$"""
        ,{"name":"notification-event","part":[{"name":"event-number","valueString":"{{{number}}}"},{"name":"focus","valueReference":{"reference":"{{{focus}}}"}}]}
        """;
}
