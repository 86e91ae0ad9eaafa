namespace IntegrationWorker.Studies;

/// <summary>The two texts of <c>studyViewerStatus</c>.</summary>
internal static class ViewerStatus
{
    public const string Incomplete = "incomplete";
    public const string Complete = "complete";

    public static bool IsValid(string? text) => text is Incomplete or Complete;
}
