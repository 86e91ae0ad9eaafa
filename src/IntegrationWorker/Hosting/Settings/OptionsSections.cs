using IntegrationWorker.DeadLetters;
using IntegrationWorker.Intake;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Outbox;
using IntegrationWorker.Store;
using IntegrationWorker.Store.Protection;
using IntegrationWorker.Target;

namespace IntegrationWorker.Hosting.Settings;

/// <summary>The sections that are plain options, with the class each is bound to.</summary>
internal static class OptionsSections
{
    public static IReadOnlyList<(string Name, Type Type)> All { get; } =
    [
        (BrokerOptions.Section, typeof(BrokerOptions)),
        (StoreOptions.Section, typeof(StoreOptions)),
        (TargetOptions.Section, typeof(TargetOptions)),
        (ProtectionOptions.Section, typeof(ProtectionOptions)),
        (IntakeOptions.Section, typeof(IntakeOptions)),
        (EventsOptions.Section, typeof(EventsOptions)),
        (HttpOptions.Section, typeof(HttpOptions)),
        (RetentionOptions.Section, typeof(RetentionOptions)),
        (DeadLetterOptions.Section, typeof(DeadLetterOptions)),
    ];
}
