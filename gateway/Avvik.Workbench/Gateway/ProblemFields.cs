using System.Text.Json;
using Avvik.Client;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Avvik.Workbench.Gateway;

/// <summary>A bad field, as the API told it.</summary>
/// <param name="Pointer">JSON pointer into what was sent.</param>
/// <param name="Code">What is wrong.</param>
/// <param name="Message">In words, in the user's language.</param>
/// <param name="Offsets">Where in a text.</param>
internal sealed record ProblemField(string Pointer, string Code, string Message, IReadOnlyList<TextOffset> Offsets);

internal static class ProblemFields
{
    public static string? Code(this AvvikProblemException problem) =>
        problem.Problem.ValueKind == JsonValueKind.Object && problem.Problem.TryGetProperty("type", out var type) ? type.GetString()?.Split(':')[^1] : null;

    public static string? Title(this AvvikProblemException problem) =>
        problem.Problem.ValueKind == JsonValueKind.Object && problem.Problem.TryGetProperty("title", out var title) ? title.GetString() : null;

    public static IReadOnlyList<ProblemField> Fields(this AvvikProblemException problem) =>
        problem.Problem.ValueKind == JsonValueKind.Object && problem.Problem.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
            ? [.. errors.EnumerateArray().Select(e => new ProblemField(
                e.GetProperty("pointer").GetString()!, e.GetProperty("code").GetString()!, e.GetProperty("message").GetString()!,
                e.TryGetProperty("offsets", out var offsets) && offsets.ValueKind == JsonValueKind.Array
                    ? [.. offsets.EnumerateArray().Select(o => new TextOffset(o.GetProperty("offset").GetInt32(), o.GetProperty("length").GetInt32()))]
                    : []))]
            : [];

    /// <summary>
    /// Puts each error at its field of the form. <c>/respondent/organizationNumber</c> is the field that <paramref name="names"/> says, else the one of
    /// the same name under <paramref name="prefix"/>; what has no field of its own stands in the summary.
    /// </summary>
    public static void AddProblem(this ModelStateDictionary model, AvvikProblemException problem, string prefix = "", IReadOnlyDictionary<string, string>? names = null)
    {
        foreach (var field in problem.Fields())
            model.AddModelError(names?.GetValueOrDefault(field.Pointer) ?? prefix + string.Join('.', field.Pointer.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Pascal)), field.Message);
        if (problem.Fields().Count == 0) model.AddModelError("", problem.Title() ?? problem.Message);
    }

    private static string Pascal(string name) => string.Concat(char.ToUpperInvariant(name[0]).ToString(), name.AsSpan(1));
}
