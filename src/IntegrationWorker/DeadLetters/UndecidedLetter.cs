using System.Security.Cryptography;
using System.Text;
using IntegrationWorker.Contracts;
using IntegrationWorker.Intake;
using IntegrationWorker.Mapping;
using IntegrationWorker.Store;
using IntegrationWorker.Studies;

namespace IntegrationWorker.DeadLetters;

/// <summary>Dead letters of messages that no transaction has decided about: given up here, or by the broker.</summary>
internal static class UndecidedLetter
{
    public static DeadLetterEntry Of(InboundMessage message, Notice error)
    {
        var key = MappedPart.RawKey(message.Body.Span);

        return new DeadLetterEntry
        {
            Id = IdOf($"{error.Code}|{key}|{message.DeliveryId}"),
            MessageKey = key,
            Code = error.Code,
            Cause = CauseRule.Of(error).Cause,
            SourceId = message.SourceId ?? "",
            MessageType = "",
            ReceivedAt = message.ReceivedAt,
            Body = message.Body,
            Headers = ResultJson.Write(message.Headers),
            Door = message.Door.ToText(),
            Error = ResultJson.Write(error),
        };
    }

    public static MessageResult ResultOf(DeadLetterEntry letter, Notice error) => new()
    {
        MessageKey = letter.MessageKey,
        SourceId = letter.SourceId,
        Outcome = Outcomes.Rejected,
        Error = error,
        DeadLetterId = letter.Id,
    };

    // The same message given up a second time is the same case.
    private static string IdOf(string text) => $"dl_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16))}";
}
