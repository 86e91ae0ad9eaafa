namespace IntegrationWorker.StudyApi;

internal static class StudyApiServices
{
    public static IServiceCollection AddStudyApi(this IServiceCollection services) => services.AddSingleton<StudyList>();
}
