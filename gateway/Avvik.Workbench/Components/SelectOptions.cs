using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Components;

/// <summary>What a select offers: first <c>none</c>, the words for no choice, then each code or unit in the user's language.</summary>
internal static class SelectOptions
{
    /// <summary>Codes of a list of the vocabulary, in the order given.</summary>
    public static IEnumerable<SelectListItem> Options(this Text text, string list, IEnumerable<string> codes, string none) =>
        codes.Select(c => new SelectListItem(text.Code(list, c), c)).Prepend(new SelectListItem(none, ""));

    /// <summary>The same, as people look words up.</summary>
    public static IEnumerable<SelectListItem> SortedOptions(this Text text, string list, IEnumerable<string> codes, string none) =>
        text.Options(list, codes.OrderBy(c => text.Code(list, c), text.Sorting), none);

    /// <summary>Clauses, in the agreement's order.</summary>
    public static IEnumerable<SelectListItem> Options(this Text text, IEnumerable<AgreementClause> clauses, string none) =>
        clauses.Select(c => new SelectListItem(text.Clause(c), c.Number)).Prepend(new SelectListItem(none, ""));

    /// <summary>Units, in the order given.</summary>
    public static IEnumerable<SelectListItem> Options(this IEnumerable<DirectoryUnit> units, string none, string noneValue = "") =>
        units.Select(u => new SelectListItem(u.Name, u.Code)).Prepend(new SelectListItem(none, noneValue));
}
