namespace IntegrationWorker.StudyApi;

internal static class StudyApiServices
{
    public static IServiceCollection AddStudyApi(this IServiceCollection services) => services.AddSingleton<StudyResources>().AddSingleton<StudyList>();

    /// <summary>Writing needs the doors of a running worker.</summary>
    public static IServiceCollection AddStudyWriting(this IServiceCollection services) => services.AddSingleton<StudyWriter>();
}
