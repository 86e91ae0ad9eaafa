using System.Text;
using System.Text.Json;
using IntegrationWorker.Decoding;
using IntegrationWorker.Decoding.Fhir;
using IntegrationWorker.Subscriptions.Server;

namespace IntegrationWorker.Subscriptions.Work;

/// <summary>Answers to <c>$events</c> and <c>$status</c>.</summary>
internal static class StatusAnswer
{
    /// <summary>The answer as a notification Bundle; null when it is none, as from a server without the operation.</summary>
    public static ReadOnlyMemory<byte>? BundleOf(FhirAnswer answer)
    {
        if (!answer.IsSuccess || !JsonBody.TryParse(JsonBody.WithoutMark(answer.Body), out var document))
        {
            return null;
        }

        using (document)
        {
            var root = document.RootElement;

            if (root.Text("resourceType") == "Bundle")
            {
                return NotificationStatus.From(root.Member("entry").Items().FirstOrDefault().Member("resource")) is null ? null : answer.Body;
            }

            // The status alone.
            return NotificationStatus.From(root) is null ? null : InBundle(root);
        }
    }

    private static ReadOnlyMemory<byte> InBundle(JsonElement status) =>
        Encoding.UTF8.GetBytes($$"""{"resourceType":"Bundle","type":"history","entry":[{"resource":{{status.GetRawText()}}}]}""");
}
