using Avvik.Client;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Avvik.Workbench.Gateway;

internal static class ProblemFields
{
    /// <summary>
    /// Puts each error of a problem document at its field of the form. <c>/respondent/organizationNumber</c> is the field that <paramref name="names"/> says,
    /// else the one of the same name under <paramref name="prefix"/>; what has no field of its own stands in the summary.
    /// </summary>
    public static void AddProblem(this ModelStateDictionary model, AvvikProblemException problem, string prefix = "", IReadOnlyDictionary<string, string>? names = null)
    {
        foreach (var error in problem.Errors)
            model.AddModelError(names?.GetValueOrDefault(error.Pointer) ?? prefix + string.Join('.', error.Pointer.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Pascal)), error.Message);
        if (problem.Errors.Count == 0) model.AddModelError("", problem.Title ?? problem.Message);
    }

    private static string Pascal(string name) => string.Concat(char.ToUpperInvariant(name[0]).ToString(), name.AsSpan(1));
}
