using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Avvik.Workbench.Components;

/// <summary>
/// Says under a text, while it is being written, what of it must go or is to be looked at: <c>&lt;written control="id" name="Input.Reason" /&gt;</c>. Nothing
/// else of its form is sent.
/// </summary>
[HtmlTargetElement("written", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class Written : TagHelper
{
    /// <summary>Id of the text's control.</summary>
    public string Control { get; set; } = "";
    /// <summary>Name of the text's control.</summary>
    public string Name { get; set; } = "";

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = null;
        output.Content.SetHtmlContent(Of(Control, Name));
    }

    internal static TagBuilder Of(string control, string name)
    {
        var check = new TagBuilder("div");
        check.AddCssClass("written");
        check.Attributes["aria-live"] = "polite";
        check.Attributes["hx-post"] = "/help?handler=Written";
        check.Attributes["hx-params"] = $"{name},token";
        check.Attributes["hx-trigger"] = $"change from:#{control} delay:150ms, input from:#{control} delay:900ms";
        check.Attributes["hx-sync"] = "this:queue last";
        return check;
    }
}
