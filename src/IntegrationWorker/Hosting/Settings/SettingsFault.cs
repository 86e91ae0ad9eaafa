namespace IntegrationWorker.Hosting.Settings;

/// <summary>One thing that is wrong with the settings.</summary>
/// <param name="Path">Where: <c>Sources:0:timezone</c>, or the name of a file.</param>
/// <param name="Wrong">What is wrong, as a sentence.</param>
/// <param name="Right">What would be right, as a sentence.</param>
internal sealed record SettingsFault(string Path, string Wrong, string Right)
{
    public override string ToString() => $"{Path}: {Wrong} {Right}".TrimEnd();
}
