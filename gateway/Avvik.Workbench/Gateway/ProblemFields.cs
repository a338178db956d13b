using System.Net;
using Avvik.Client;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Avvik.Workbench.Gateway;

internal static class ProblemFields
{
    /// <summary>True when what was sent was refused, and the form is shown again with the reason; the rest is for <see cref="GatewayAnswers"/>.</summary>
    public static bool IsRefusal(this AvvikProblemException problem) =>
        problem.Status is HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.UnprocessableEntity;

    /// <summary>
    /// Puts each error of a problem document at its field of the form. <c>/respondent/organizationNumber</c> is the field that <paramref name="names"/> says,
    /// else the one of the same name under <paramref name="prefix"/>; what has no field of its own stands in the summary.
    /// </summary>
    public static void AddProblem(
        this ModelStateDictionary model, AvvikProblemException problem, string prefix = "", IReadOnlyDictionary<string, string>? names = null)
    {
        foreach (var error in problem.Errors)
        {
            var field = string.Join('.', error.Pointer.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Pascal));
            model.AddModelError(names?.GetValueOrDefault(error.Pointer) ?? prefix + field, error.Message);
        }
        if (problem.Errors.Count == 0) model.AddModelError("", problem.Title ?? problem.Message);
    }

    private static string Pascal(string name) => string.Concat(char.ToUpperInvariant(name[0]).ToString(), name.AsSpan(1));
}
