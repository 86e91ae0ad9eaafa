using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.DeadLetters.Exchange;

/// <summary>Writes dead letters to a file and reads them from one: plain, or without what could name a patient.</summary>
internal sealed class ExchangeDesk(IDeadLetterStore letters, MessagePipeline pipeline, TimeProvider time)
{
    // All else in the headers may hold anything.
    private static readonly string[] _harmlessHeaders = [BrokerNames.SourceIdHeader, "content-type", "fhir-interaction"];

    /// <summary>The file. Each dead letter in it is recorded as looked at.</summary>
    /// <returns>Null when one of them is not there.</returns>
    public async Task<byte[]?> ExportAsync(IReadOnlyCollection<string> ids, bool deidentified, string who, CancellationToken cancellationToken)
    {
        var found = await letters.GetAsync(ids, cancellationToken);

        if (found.Count != ids.Count)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var pseudonyms = deidentified ? Pseudonyms.Create() : null;

        foreach (var letter in found)
        {
            await letters.AddLookAsync(letter.Summary.Id, new DeadLetterLook(now, who, DeadLetterActions.Export), cancellationToken);
        }

        var file = new ExportFile(
            ExportFile.CurrentFormat,
            now,
            deidentified,
            [.. found.OrderBy(letter => letter.Summary.ReceivedAt).ThenBy(letter => letter.Summary.Id, StringComparer.Ordinal).Select(letter => Of(letter, pseudonyms))]);

        return JsonSerializer.SerializeToUtf8Bytes(file, ExportJson.Default.ExportFile);
    }

    /// <summary>Adds the dead letters of a file, open. Those that are there already stay as they are.</summary>
    /// <returns>How many were added, and the ids of all.</returns>
    /// <exception cref="JsonException">It is no such file.</exception>
    public async Task<ImportResult> ImportAsync(ReadOnlyMemory<byte> json, string who, string why, CancellationToken cancellationToken)
    {
        var file = JsonSerializer.Deserialize(json.Span, ExportJson.Default.ExportFile);

        if (file is not { Format: ExportFile.CurrentFormat, DeadLetters: { } cases })
        {
            throw new JsonException($"The file is not of the format {ExportFile.CurrentFormat}.");
        }

        var known = (await letters.GetAsync([.. cases.Select(one => one.Id)], cancellationToken)).Select(letter => letter.Summary.Id).ToHashSet(StringComparer.Ordinal);
        var added = 0;

        foreach (var one in cases.Where(one => !known.Contains(one.Id)))
        {
            await letters.AddAsync(EntryOf(one), cancellationToken);
            var attempt = new DeadLetterAttempt(time.GetUtcNow(), who, why, DeadLetterStatus.Open, Encoding.UTF8.GetBytes("{}")) { Action = DeadLetterActions.Import };
            await letters.StepAsync(new CaseStep(one.Id, DeadLetterStatus.Open, DeadLetterStatus.Open, attempt), cancellationToken);
            added++;
        }

        return new ImportResult(added, [.. cases.Select(one => one.Id)]);
    }

    private static ExportedCase Of(DeadLetterCase letter, Pseudonyms? pseudonyms)
    {
        var summary = letter.Summary;
        var headers = JsonSerializer.Deserialize<Dictionary<string, string>>(letter.Headers) ?? [];
        var body = letter.Edited ?? letter.Body;
        var plain = new ExportedCase(
            summary.Id, summary.Code, summary.Location, summary.Cause, summary.SourceId, summary.MessageType, summary.ReceivedAt, summary.Door, summary.Units, headers, body);

        return pseudonyms is null
            ? plain
            : plain with
            {
                Id = $"dl_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pseudonyms.Of(summary.Id))).AsSpan(0, 16))}",
                ReceivedAt = pseudonyms.Of(summary.ReceivedAt),
                Headers = headers.Where(header => _harmlessHeaders.Contains(header.Key)).ToDictionary(StringComparer.Ordinal),
                Body = new Deidentifier(pseudonyms).Of(body),
            };
    }

    // The key and the numbers are read from the message, which may be another one by now.
    private DeadLetterEntry EntryOf(ExportedCase one)
    {
        var message = pipeline.Read(new InboundMessage
        {
            Door = Doors.Parse(one.Door),
            Body = one.Body,
            SourceId = one.Headers.GetValueOrDefault(BrokerNames.SourceIdHeader),
            ReceivedAt = one.ReceivedAt,
            Headers = one.Headers,
        });

        return new DeadLetterEntry
        {
            Id = one.Id,
            MessageKey = message.Parts[0].BaseKey,
            Code = one.Code,
            Location = one.Location,
            Cause = one.Cause,
            SourceId = one.SourceId,
            MessageType = one.MessageType,
            ReceivedAt = one.ReceivedAt,
            Units = one.Units,
            Keys = [.. message.Parts.SelectMany(part => part.Units).SelectMany(unit => unit.LookupKeys()).Distinct()],
            Body = one.Body,
            Headers = ResultJson.Write(one.Headers),
            Door = one.Door,
            Error = ResultJson.Write(one.Location is null ? Notice.Of(one.Code) : Notice.Of(one.Code, "location", one.Location)),
        };
    }
}

internal sealed record ImportResult(int Added, IReadOnlyList<string> Ids);
