using Microsoft.AspNetCore.Authentication;

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
        services.AddAuthentication(ApiKeyAuthentication.Scheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.Scheme, _ => { });
        services.AddAuthorization(options =>
        {
            foreach (var role in Enum.GetValues<AccessRole>())
            {
                options.AddPolicy(role.ToText(), policy => policy.RequireRole(AccessRoles.All.Skip((int)role)));
            }
        });

        return services.AddRequestLimits(configuration);
    }

    /// <summary>Callers need a key with this role or a higher one. On a group and on an endpoint of it: both.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder builder, AccessRole role)
        where TBuilder : IEndpointConventionBuilder => builder.RequireAuthorization(role.ToText());
}
