using Avvik.Hosting.Calendar;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Avvik.Workbench.Components;

/// <summary>A code as a small coloured label; the word says it, colour only helps: <c>&lt;badge list="caseStates" code="@row.State" /&gt;</c>.</summary>
[HtmlTargetElement("badge", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class Badge(Text text) : TagHelper
{
    public string List { get; set; } = "caseStates";
    public string? Code { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "ds-tag");
        output.Attributes.SetAttribute("data-color", (List, Code) switch
        {
            ("caseStates", "triage" or "awaitingReporter") => "warning",
            ("caseStates", "submitted" or "routed" or "acknowledged" or "inProgress") => "info",
            ("caseStates", "answered") => "success",
            ("caseStates", "disputed" or "escalated") => "danger",
            ("harm", "severe" or "death") => "danger",
            ("harm", "moderate") => "warning",
            ("priorities", "urgent") => "danger",
            ("priorities", "high") => "warning",
            ("measureStates", "done" or "effectChecked") => "success",
            ("measureStates", "inProgress") => "info",
            _ => "neutral",
        });
        output.Content.SetContent(text.Code(List, Code));
    }
}

/// <summary>When something is due and how far off that is: <c>&lt;deadline due="@row.DueAt" overdue="@row.Overdue" /&gt;</c>.</summary>
[HtmlTargetElement("deadline", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class Deadline(Text text) : TagHelper
{
    public DateTimeOffset Due { get; set; }
    public bool Overdue { get; set; }
    /// <summary>False: the day alone, where nothing is waited for any more.</summary>
    public bool Open { get; set; } = true;

    /// <summary>True while an answer is waited for in this state of a case.</summary>
    public static bool IsWaitedFor(string state) => state is "routed" or "acknowledged" or "inProgress" or "escalated";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var day = NorwegianCalendar.DayOf(Due);
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", Overdue ? "deadline overdue" : "deadline");
        output.Content.Append(text.ShortDay(day));
        if (!Open) return;
        output.Content.AppendHtml(" <span class=\"distance\">")
            .Append(Overdue ? text["common.overdue", text.Distance(day)] : text.Distance(day))
            .AppendHtml("</span>");
    }
}

/// <summary>
/// A table that scrolls inside itself where the screen is narrow, also by keyboard: <c>&lt;data-table label="worklist.table"&gt;</c> around head and body.
/// </summary>
[HtmlTargetElement("data-table")]
public sealed class DataTable(Text text) : TagHelper
{
    /// <summary>Key of its name.</summary>
    public string Label { get; set; } = "";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "div";
        output.Attributes.SetAttribute("class", "table-scroll");
        output.Attributes.SetAttribute("role", "region");
        output.Attributes.SetAttribute("tabindex", "0");
        output.Attributes.SetAttribute("aria-label", text[Label]);
        output.PreContent.SetHtmlContent("<table class=\"ds-table\" data-size=\"sm\">");
        output.PostContent.SetHtmlContent("</table>");
    }
}

/// <summary>
/// Asks once more before something that cannot be undone, in the page and without a dialog: <c>&lt;confirm label="report.withdraw"&gt;</c> around the
/// form. Closed it is a button; open it shows what will happen and the real button.
/// </summary>
[HtmlTargetElement("confirm")]
public sealed class Confirm(Text text) : TagHelper
{
    public string Label { get; set; } = "";
    /// <summary>True: open from the start, after a refused attempt.</summary>
    public bool Open { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "details";
        output.Attributes.SetAttribute("class", "confirm");
        if (Open) output.Attributes.SetAttribute("open", "open");
        output.PreContent.AppendHtml("<summary class=\"ds-button\" data-variant=\"secondary\">")
            .Append(text[Label]).AppendHtml("</summary><div class=\"confirm-body\">");
        output.PostContent.SetHtmlContent("</div>");
    }
}
