using Avvik.Client;
using Avvik.Workbench.Gateway;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.Case;

/// <summary>The form of one action.</summary>
internal sealed record ActForm(IndexModel Page, string Action);

/// <summary>A control of an action's form. Several forms stand on one page, so its id has the action in it.</summary>
/// <param name="Action">The action.</param>
/// <param name="Name">Of the property of <see cref="ActionInput"/>.</param>
/// <param name="Label">Key of its label.</param>
/// <param name="Items">What can be chosen.</param>
/// <param name="Value">What was chosen or typed.</param>
/// <param name="Optional">False: an answer is required.</param>
/// <param name="Type">Of an input.</param>
/// <param name="Depends">Whether an answer is required depends on another: it is neither marked as optional nor asked for by the browser.</param>
internal sealed record ActControl(string Action, string Name, string Label, IEnumerable<SelectListItem>? Items, string? Value, bool Optional = false,
    string Type = "text", bool Depends = false)
{
    public string Field => $"Input.{Name}";
    public string Id => $"{Action}-{Name}";
}

/// <summary>The question «varslet?» of a serious event.</summary>
internal sealed record NoticeForm(SeriousIncident Incident, ActionInput Input, PlaceNames Names);
