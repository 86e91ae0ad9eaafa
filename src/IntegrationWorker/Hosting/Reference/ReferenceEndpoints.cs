using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;

namespace IntegrationWorker.Hosting.Reference;

internal static class ReferenceEndpoints
{
    /// <summary><c>/openapi/v1.json</c> for machines, <c>/openapi</c> for people. Both need no key: they tell nothing of any study.</summary>
    public static void MapReference(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json");
        routes.MapGet("/openapi", PageAsync).ExcludeFromDescription();
    }

    private static async Task<ContentHttpResult> PageAsync(
        [FromKeyedServices(ApiDescription.DocumentName)] IOpenApiDocumentProvider documents, HttpResponse response, CancellationToken cancellationToken)
    {
        // Nothing may be loaded from anywhere, and nothing runs.
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";

        return TypedResults.Content(ReferencePage.Write(await documents.GetOpenApiDocumentAsync(cancellationToken)), "text/html; charset=utf-8");
    }
}
