namespace IntegrationWorker.Access;

internal static class AccessServices
{
    /// <summary>Keys as the verbs need them.</summary>
    public static IServiceCollection AddApiKeys(this IServiceCollection services) =>
        services.AddSingleton<ApiKeyCache>().AddSingleton<ApiKeyNames>().AddSingleton<ApiKeyDesk>();

    /// <summary>Asks callers of the HTTP side for their keys: <c>RequireRole(AccessRole.Operator)</c> on an endpoint or a group.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddApiKeys();
        services.AddSingleton<ApiKeyUses>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyUses>());
        services.AddSingleton<AccessGuard>();

        return services.AddRequestLimits(configuration);
    }

    public static IApplicationBuilder UseAccess(this WebApplication app)
    {
        var guard = app.Services.GetRequiredService<AccessGuard>();

        return app.Use(next => context => guard.CheckAsync(context, next));
    }

    /// <summary>Callers need a key with this role or a higher one. On a group and on an endpoint of it: the higher of the two.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder builder, AccessRole role)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequiredRole(role));
}
