using IntegrationWorker.Store.PostgreSql;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Store.Sql;
using IntegrationWorker.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace IntegrationWorker.Store;

internal static class StoreServices
{
    public static IServiceCollection AddStore(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        AddOptions(services);
        AddProtection(services);

        services.AddSingleton(DatabaseOf);
        services.AddSingleton(provider => provider.GetRequiredService<Database>() switch
        {
            SqliteDatabase sqlite => (StoreMigrator)new SqliteMigrator(sqlite),
            PostgreSqlDatabase postgres => new PostgreSqlMigrator(postgres),
            var other => throw new ArgumentOutOfRangeException(nameof(services), other, null),
        });
        services.AddSingleton(provider => provider.GetRequiredService<Database>() switch
        {
            SqliteDatabase sqlite => (IStudyStore)new SqliteStudyStore(sqlite, provider.GetRequiredService<DataProtector>()),
            PostgreSqlDatabase postgres => new PostgreSqlStudyStore(postgres, provider.GetRequiredService<DataProtector>()),
            var other => throw new ArgumentOutOfRangeException(nameof(services), other, null),
        });
        services.AddSingleton<IOutboxStore, OutboxStore>();
        services.AddSingleton<IStudyReader, StudyReader>();
        services.AddSingleton<IDeadLetterStore, DeadLetterStore>();
        services.AddSingleton<CaseRevisionStore>();
        services.AddSingleton<SavedFilterStore>();
        services.AddSingleton<IHoldStore, HoldStore>();
        services.AddSingleton<IReplayJobStore, ReplayJobStore>();
        services.AddSingleton<IFhirWorkStore, FhirWorkStore>();
        services.AddSingleton<IStoreMaintenance, StoreMaintenance>();
        services.AddSingleton<ITargetStore, TargetStore>();
        services.AddSingleton<IStoreHealth, StoreHealth>();
        services.AddSingleton<StoreFiguresReader>();
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<StoreStart>();

        return services;
    }

    private static void AddOptions(IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<StoreOptions>, StoreOptionsValidator>();
        services.AddOptionsWithValidateOnStart<StoreOptions>()
            .BindConfiguration(StoreOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true);
        services.AddSingleton<IValidateOptions<ProtectionOptions>, ProtectionOptionsValidator>();
        services.AddOptionsWithValidateOnStart<ProtectionOptions>()
            .BindConfiguration(ProtectionOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true);
    }

    private static void AddProtection(IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ProtectionOptions>>().Value;

            return ProtectionKeyFile.ReadOrCreate(options.KeyFile, options.Keys);
        });
        services.AddSingleton<DataProtector>();
        services.AddSingleton<PatientHasher>();
        services.AddSingleton<ProtectionCheck>();
    }

    private static Database DatabaseOf(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<StoreOptions>>().Value;

        return options.Provider == StoreOptions.PostgreSql
            ? new PostgreSqlDatabase(options.ConnectionString)
            : new SqliteDatabase(options.Path);
    }
}

[OptionsValidator]
internal sealed partial class StoreOptionsValidator : IValidateOptions<StoreOptions>;

[OptionsValidator]
internal sealed partial class ProtectionOptionsValidator : IValidateOptions<ProtectionOptions>;
