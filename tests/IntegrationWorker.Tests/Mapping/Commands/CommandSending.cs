using System.Text;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Mapping.Commands;
using IntegrationWorker.Studies;
using IntegrationWorker.Tests.Mapping.Hl7;

namespace IntegrationWorker.Tests.Mapping.Commands;

/// <summary>Invented commands of an invented console, read by <see cref="CommandReader"/>.</summary>
internal static class CommandSending
{
    public const string StudyId = "stu_00000000000000000000000000000001";

    public const string ByStudyId = $$"""{"studyId":"{{StudyId}}"}""";

    public static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 17, 0, 0, TimeSpan.Zero);

    public static readonly Source Console = new() { SourceId = "console", Kind = "command", Authority = Authority.Operator };

    public static MappedMessage Read(string body, params (string Name, string Value)[] headers) => Read(Console, Encoding.UTF8.GetBytes(body), headers);

    public static MappedMessage Read(Source source, ReadOnlyMemory<byte> body, params (string Name, string Value)[] headers) =>
        CommandReader.Read(
            new InboundMessage
            {
                Door = Door.Command,
                Body = body,
                SourceId = source.SourceId,
                ReceivedAt = ReceivedAt,
                Headers = headers.ToDictionary(header => header.Name, header => header.Value),
            },
            Hl7Sending.Rules(Console, source == Console ? Hl7Sending.Ris : source));

    /// <summary>A CloudEvents event with this data.</summary>
    public static string Event(string data, string time = "\"2026-03-02T16:30:00Z\"") =>
        $$"""{"specversion":"1.0","id":"c-1","source":"urn:example","type":"study.update.requested.v1","time":{{time}},"data":{{data}}}""";

    public static string Update(string patch) => $$"""{"study":{{ByStudyId}},"patch":{{patch}}}""";

    public static MappedPart Part(string data) => Read(Event(data)).Parts.Single();

    public static UnitUpdate Patch(string patch) => Part(Update(patch)).Units.Single();

    public static string? Fault(string data) =>
        Part(data).Rejection is { } rejection
            ? $"{rejection.Code} {rejection.Details!.GetValueOrDefault("member") ?? rejection.Details!.GetValueOrDefault("key")} {rejection.Location}"
            : null;
}
