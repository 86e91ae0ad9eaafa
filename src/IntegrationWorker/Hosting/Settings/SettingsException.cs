namespace IntegrationWorker.Hosting.Settings;

/// <summary>The settings cannot be used. Lists every fault at once: whoever mends them starts the worker once more, not ten times.</summary>
internal sealed class SettingsException(IReadOnlyList<SettingsFault> faults)
    : Exception($"The settings have {faults.Count} fault{(faults.Count == 1 ? "" : "s")}:\n{string.Join('\n', faults.Select(fault => $"  {fault}"))}")
{
    public IReadOnlyList<SettingsFault> Faults { get; } = faults;
}
