using System.Diagnostics;
using System.Text;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Mapping.Commands;
using IntegrationWorker.Tests.Mapping.Fhir;
using Xunit;

namespace IntegrationWorker.Tests.Mapping;

/// <summary>Damaged JSON: whatever happens to the bytes, reading gives an outcome and no exception.</summary>
public sealed class JsonMutationTests
{
    private const int RoundsPerSample = 500;

    /// <summary>Pieces that mean something to a reader come up more often than single bytes.</summary>
    private static readonly string[] _telling =
    [
        "null", "true", "-1e400", "1e-7", "\"\"", "\"\\ud800\"", "\\u0000", "[", "]", "{", "}", ",", ":", "\"", "\\", "[]", "{}", "[[[[", "{\"a\":{\"a\":",
        "\"\":1,", "\"resourceType\":\"Bundle\",", "\"resourceType\":\"ServiceRequest\",", "\"id\":\"x\",", "9999-12-31T23:59:60Z", "0001-01-01", "\u2028", "\uFEFF",
    ];

    private static readonly Source _openServer = FhirSending.Pacs with
    {
        FhirAssigns = true,
        FhirCreates = true,
        FhirOnDelete = "cancel",
        LenientUid = true,
        MetadataKeys = new Dictionary<string, string> { ["fhir.numberOfSeries"] = "for the test", ["fhir.numberOfInstances"] = "for the test" },
    };

    public static TheoryData<string> FhirSamples =>
    [
        FhirSending.Study(
            """
            "status":"available","started":"2026-03-02T09:20:00-06:00","description":"CT","numberOfSeries":2,"numberOfInstances":9,
            "modality":[{"code":"CT"}],"series":[{"modality":{"code":"SR"}}],"interpreter":[{"reference":"Practitioner/R1"}],
            "contained":[{"resourceType":"ServiceRequest","id":"r","priority":"stat"}],"basedOn":[{"reference":"#r"}]
            """),
        FhirSending.Bundle(
            "history",
            FhirSending.Entry(
                """
                {"resourceType":"Parameters","parameter":[{"name":"subscription","valueReference":{"reference":"Subscription/s"}},{"name":"type","valueCode":"event-notification"},
                 {"name":"events-since-subscription-start","valueString":"2"},{"name":"notification-event","part":[{"name":"event-number","valueString":"2"},
                 {"name":"focus","valueReference":{"reference":"https://h/r4/ImagingStudy/is-1"}}]}]}
                """),
            FhirSending.Entry(FhirSending.Study("\"status\":\"cancelled\",\"basedOn\":[{\"reference\":\"ServiceRequest/r\"}]"), "https://h/r4/ImagingStudy/is-1"),
            FhirSending.Entry("""{"resourceType":"ServiceRequest","id":"r","priority":"urgent"}"""),
            """{"fullUrl":"https://h/r4/ImagingStudy/is-2","request":{"method":"DELETE","url":"ImagingStudy/is-2"},"response":{"lastModified":"2026-03-02T15:00:00Z"}}"""),
    ];

    public static TheoryData<string> CommandSamples =>
    [
        CommandSending.Event(CommandSending.Update("""{"studyDescription":"CT","severity":"high","assignedTo":"usr_one","metadata":{"a":"b","c":null}}""")),
        CommandSending.Event("""{"study":{"accession":{"value":"A1","issuer":"NORTH"}},"operation":"cancel","expectedVersion":4,"reason":"asked for"}"""),
    ];

    [Theory]
    [MemberData(nameof(FhirSamples))]
    public void GivenAFhirBody_WhenItsBytesAreChangedAtRandom_ThenReadingNeverThrows(string sample)
    {
        foreach (var body in Damaged(sample))
        {
            AssertReadable(FhirSending.Read(_openServer, body));
        }
    }

    [Theory]
    [MemberData(nameof(CommandSamples))]
    public void GivenACommand_WhenItsBytesAreChangedAtRandom_ThenReadingNeverThrows(string sample)
    {
        foreach (var body in Damaged(sample))
        {
            AssertReadable(CommandSending.Read(CommandSending.Console, body));
            AssertReadable(CommandSending.Read(CommandSending.Console, body, ("content-type", "application/vnd.masstransit+json")));
        }
    }

    [Theory]
    [MemberData(nameof(FhirSamples))]
    public void GivenAFhirBody_WhenItIsCutAtEveryByte_ThenReadingNeverThrows(string sample)
    {
        var whole = Encoding.UTF8.GetBytes(sample).AsMemory();

        for (var length = 0; length <= whole.Length; length++)
        {
            AssertReadable(FhirSending.Read(_openServer, whole[..length]));
        }
    }

    /// <summary>Near the limit of a body, in places where each could be compared with, or read again for, the others.</summary>
    [Fact]
    public void GivenVeryManyElements_WhenRead_ThenTheTimeGrowsWithTheirNumberOnly()
    {
        const int count = 20_000;
        var large = $$"""{"resourceType":"ServiceRequest","id":"r","priority":"stat","note":[{"text":"{{new string('x', 1_000_000)}}"}]}""";
        var references = Repeat(count, number => $$"""{"reference":"#r{{number}}"}""");
        var contained = Repeat(count, number => $$"""{"resourceType":"ServiceRequest","id":"r{{number}}","priority":"code {{number}}"}""");
        var uids = Repeat(count, number => $$"""{"system":"urn:dicom:uid","value":"2.25.{{number}}"}""");
        var studies = Enumerable.Range(0, 5_000).Select(number =>
            FhirSending.Entry($$"""{"resourceType":"ImagingStudy","id":"{{number}}","basedOn":[{"reference":"ServiceRequest/r"}]}"""));
        var clock = Stopwatch.StartNew();

        Assert.InRange(FhirSending.Unit($"\"basedOn\":[{references}],\"contained\":[{contained}]").Warnings.Count, 1, 100);
        Assert.Equal("IDN-005", FhirSending.Read($$"""{"resourceType":"ImagingStudy","identifier":[{{uids}}]}""").Parts.Single().Units.Single().Rejection?.Code);
        Assert.Equal(5_000, FhirSending.Read(FhirSending.Bundle("collection", [FhirSending.Entry(large), .. studies])).Parts.Count);
        Assert.Equal("CMD-002", CommandSending.Part(CommandSending.Update($$$"""{ {{{Repeat(count, number => $"\"m{number}\":1")}}} }""")).Rejection?.Code);

        // Quadratic reading would take many minutes.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    private static string Repeat(int count, Func<int, string> text) => string.Join(',', Enumerable.Range(0, count).Select(text));

    private static void AssertReadable(MappedMessage message)
    {
        Assert.NotEmpty(message.Parts);
        Assert.All(message.Parts, part => Assert.True(part.Rejection is not null || part.IgnoredReason is not null || part.Units.Count > 0));
        Assert.All(message.Parts, part => Assert.InRange(part.BaseKey.Length, 1, 1000));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Damaged(string sample)
    {
        var bytes = Encoding.UTF8.GetBytes(sample);

        for (var seed = 0; seed < RoundsPerSample; seed++)
        {
            var random = new Random(seed);
            var body = bytes.ToList();

            for (var change = 0; change <= random.Next(4); change++)
            {
                Change(body, random);
            }

            yield return body.ToArray();
        }
    }

    private static void Change(List<byte> body, Random random)
    {
        var place = random.Next(body.Count);
        var length = Math.Min(random.Next(20), body.Count - place);

        switch (random.Next(5))
        {
            case 0:
                body[place] = (byte)random.Next(256);
                break;
            case 1 when length < body.Count:
                body.RemoveRange(place, length);
                break;
            case 2:
                body.InsertRange(place, body.GetRange(place, length));
                break;
            case 3:
                Swap(body, place, random);
                break;
            default:
                body.InsertRange(place, Encoding.UTF8.GetBytes(_telling[random.Next(_telling.Length)]));
                break;
        }
    }

    /// <summary>A value becomes one of another kind: the text stays JSON, and no element has the shape that a rule expects.</summary>
    private static void Swap(List<byte> body, int place, Random random)
    {
        var colon = body.IndexOf((byte)':', place);

        if (colon >= 0 && colon + 1 < body.Count)
        {
            var end = body.FindIndex(colon + 1, value => value is (byte)',' or (byte)'}');
            end = end < 0 ? body.Count : end;
            body.RemoveRange(colon + 1, end - colon - 1);
            string[] kinds = ["null", "7", "\"text\"", "[]", "{}", "[null]", "true", "[\"a\"]", "{\"a\":1}"];
            body.InsertRange(colon + 1, Encoding.UTF8.GetBytes(kinds[random.Next(kinds.Length)]));
        }
    }
}
