using IntegrationWorker.Contracts;
using IntegrationWorker.Hosting.Problems;
using IntegrationWorker.Mllp;
using IntegrationWorker.Studies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace IntegrationWorker.StudyApi.Requests;

/// <summary>What is wrong with a request → its answer. docs/study-api.md.</summary>
internal static class StudyProblems
{
    /// <summary>One answer for all faults of a body.</summary>
    public static ProblemHttpResult Of(IReadOnlyList<Notice> faults)
    {
        var errors = faults.Select(fault => new ProblemError(fault.Location ?? "", fault.Code, CodeTexts.WithValues(fault))).ToList();

        return Problem.Of(StatusOf(faults), errors[0].Code, errors[0].Text, errors);
    }

    public static int StatusOf(IReadOnlyList<Notice> faults) => faults.Select(fault => StatusOf(fault.Code)).Min();

    /// <summary>The lowest of several statuses says best what to repair first: 400 before 403 before 422.</summary>
    private static int StatusOf(string code) => code switch
    {
        Codes.NotACommand => StatusCodes.Status400BadRequest,
        Codes.NotPermitted or Codes.OtherOrganization or Codes.MayNotReinstate => StatusCodes.Status403Forbidden,
        Codes.NotFound => StatusCodes.Status404NotFound,
        Codes.StoreRefused or Codes.FinalReportExists or Codes.InProgressElsewhere => StatusCodes.Status409Conflict,
        Codes.VersionMismatch => StatusCodes.Status412PreconditionFailed,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}
