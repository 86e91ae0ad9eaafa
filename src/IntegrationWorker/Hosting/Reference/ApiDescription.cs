using System.Text.Json.Nodes;
using IntegrationWorker.Access;
using IntegrationWorker.Studies;
using IntegrationWorker.StudyApi;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace IntegrationWorker.Hosting.Reference;

/// <summary>Adds to the generated OpenAPI document what the code alone does not tell: keys and roles, headers, the members of problems.</summary>
internal static class ApiDescription
{
    public const string DocumentName = "v1";

    private const string SchemeName = "ApiKey";

    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddOpenApi(DocumentName, options =>
    {
        options.AddSchemaTransformer(CompleteAsync);
        options.AddOperationTransformer(CompleteAsync);
        options.AddDocumentTransformer(CompleteAsync);
    });

    private static Task CompleteAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Study Integration Worker",
            Version = "v1",
            Description = "Studies, messages, events and dead letters. Errors are application/problem+json with a stable code and all faults of the request.",
        };
        document.Servers = [new OpenApiServer { Url = "/" }]; // The document is the same wherever the worker listens.
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [SchemeName] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key: integration-worker keys create. Before the first one, programs on the worker's machine need none.",
            },
        };

        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations ?? [])
            {
                operation.OperationId = item.Operations!.Count > 1 && item.Operations.Values.Count(other => other.OperationId == operation.OperationId) > 1
                    ? $"{operation.OperationId}{Capitalized(method.Method)}"
                    : operation.OperationId;
                AddPathParameters(path, operation);
            }
        }

        return Task.CompletedTask;
    }

    private static async Task CompleteAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            parameter.Name = $"{char.ToLowerInvariant(parameter.Name![0])}{parameter.Name[1..]}";
        }

        var metadata = context.Description.ActionDescriptor.EndpointMetadata;

        if (RequiredRole.Of(new EndpointMetadataCollection(metadata)) is { } wanted)
        {
            operation.Description = $"Role: {wanted.ToText()}.";
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SchemeName, context.Document)] = [] }];
            var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, cancellationToken);
            AddResponse(operation, StatusCodes.Status401Unauthorized, "No valid API key", problem);
            AddResponse(operation, StatusCodes.Status403Forbidden, "The role of the key is too low", problem);
            AddResponse(operation, StatusCodes.Status429TooManyRequests, "Too many requests with this key; Retry-After says when", problem);
            AddResponse(operation, StatusCodes.Status503ServiceUnavailable, "The database does not answer; Retry-After says when to try again", problem);
        }

        foreach (var header in metadata.OfType<DescribedHeader>())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = header.Name, In = ParameterLocation.Header, Description = header.Description, Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }
    }

    private static Task CompleteAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var isNullable = type != context.JsonTypeInfo.Type;

        if (type == typeof(DateTimeOffset))
        {
            (schema.Type, schema.Format) = (isNullable ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String, "date-time");
        }
        else if (schema.Type?.HasFlag(JsonSchemaType.Integer) == true)
        {
            // Numbers in quotes are read as well; they are never written.
            (schema.Type, schema.Pattern) = (isNullable ? JsonSchemaType.Integer | JsonSchemaType.Null : JsonSchemaType.Integer, null);
        }
        else if (type == typeof(ProblemDetails))
        {
            AddProblemMembers(schema);
        }

        if (context.JsonPropertyInfo is { Name: "metadata" } member && member.DeclaringType == typeof(StudyPatchBody))
        {
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null };
        }

        if (WordsOf(context.JsonPropertyInfo?.Name) is { } words && schema.Type?.HasFlag(JsonSchemaType.String) == true)
        {
            schema.Enum = [.. words.Select(word => (JsonNode)JsonValue.Create(word)!)];
        }

        return Task.CompletedTask;
    }

    private static string[]? WordsOf(string? member) => member switch
    {
        FieldNames.Severity => ["normal", "high", "stat"],
        FieldNames.StudyViewerStatus => [ViewerStatus.Incomplete, ViewerStatus.Complete],
        "role" => [.. AccessRoles.All],
        _ => null,
    };

    private static void AddProblemMembers(OpenApiSchema schema)
    {
        schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
        schema.Required = new HashSet<string> { "type", "title", "status", "code", "message", "errors" };
        schema.Properties["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Stable; docs/rejections.md explains it" };
        schema.Properties["message"] = new OpenApiSchema { Type = JsonSchemaType.String };
        schema.Properties["errors"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Array,
            Items = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Required = new HashSet<string> { "pointer", "code", "text" },
                Properties = new Dictionary<string, IOpenApiSchema>
                {
                    ["pointer"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "JSON pointer into the body, or the name of a query parameter" },
                    ["code"] = new OpenApiSchema { Type = JsonSchemaType.String },
                    ["text"] = new OpenApiSchema { Type = JsonSchemaType.String },
                },
            },
        };
    }

    private static void AddResponse(OpenApiOperation operation, int status, string description, OpenApiSchema problem) =>
        (operation.Responses ??= []).TryAdd($"{status}", new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = problem } },
        });

    // A parameter that takes slashes, or that the endpoint reads itself, is not found by the generator.
    private static void AddPathParameters(string path, OpenApiOperation operation)
    {
        var names = path.Split('/').Where(part => part is ['{', .., '}']).Select(part => part[1..^1]);

        foreach (var name in names.Where(name => operation.Parameters?.Any(parameter => parameter.Name == name) != true))
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = name, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }
    }

    private static string Capitalized(string method) => $"{method[0]}{method[1..].ToLowerInvariant()}";
}

/// <summary>A header that an endpoint reads; on the endpoint, for its description.</summary>
internal sealed record DescribedHeader(string Name, string Description);
