using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Avvik.Workbench.Components;

/// <summary>
/// A field of a form with its label, hint and error: <c>&lt;field for="Input.Question" label="case.question" type="textarea" /&gt;</c>. Types:
/// <c>text</c>, <c>textarea</c>, <c>select</c> (with <c>items</c>), <c>checkbox</c>, and any type of <c>input</c>.
/// </summary>
[HtmlTargetElement("field", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class Field(Text text, FieldLabels labels) : TagHelper
{
    [ViewContext, HtmlAttributeNotBound]
    public ViewContext ViewContext { get; set; } = null!;

    /// <summary>What it edits.</summary>
    [HtmlAttributeName("for")]
    public ModelExpression For { get; set; } = null!;

    /// <summary>Key of the label.</summary>
    public string Label { get; set; } = "";
    /// <summary>Key of the hint.</summary>
    // An attribute with an expression that is null comes as an empty text.
    public string? Hint { get; set => field = string.IsNullOrEmpty(value) ? null : value; }
    public string Type { get; set; } = "text";
    public int Rows { get; set; } = 4;
    /// <summary>Longest text; 0: no limit.</summary>
    public int Max { get; set; }
    public bool Optional { get; set; }
    /// <summary>False: a textarea whose page says by itself what of it may identify someone.</summary>
    public bool Searched { get; set; } = true;
    public IEnumerable<SelectListItem>? Items { get; set; }

    /// <summary>The id of a field, as links of the error summary name it.</summary>
    public static string Id(string name) => TagBuilder.CreateSanitizedId(name, "_");

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var (name, id) = (For.Name, Id(For.Name));
        labels.Add(name, text[Label]);
        ViewContext.ViewData.ModelState.TryGetValue(name, out var state);
        var error = state?.Errors.FirstOrDefault()?.ErrorMessage;
        var value = state?.AttemptedValue ?? For.Model switch
        {
            DateOnly day => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            IFormattable f => f.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            var other => other?.ToString(),
        };

        var control = new TagBuilder(Type switch { "textarea" => "textarea", "select" => "select", _ => "input" });
        // What the page adds (hx-…, autocomplete, data-…) belongs to the control.
        foreach (var attribute in output.Attributes.ToList())
        {
            control.MergeAttribute(attribute.Name, attribute.Value?.ToString() ?? "");
            output.Attributes.Remove(attribute);
        }
        control.Attributes["id"] = id;
        control.Attributes["name"] = name;
        control.AddCssClass("ds-input");
        var described = new List<string>();
        if (Hint is not null) described.Add($"{id}-hint");
        if (error is not null) described.Add($"{id}-error");
        if (described.Count > 0) control.Attributes["aria-describedby"] = string.Join(' ', described);
        if (error is not null) control.Attributes["aria-invalid"] = "true";
        if (Max > 0) control.Attributes["maxlength"] = Max.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (!Optional && Type != "checkbox") control.Attributes["aria-required"] = "true";
        switch (Type)
        {
            case "textarea":
                control.Attributes["rows"] = Rows.ToString(System.Globalization.CultureInfo.InvariantCulture);
                control.InnerHtml.Append(value is { Length: > 0 } ? "\n" + value : "");
                break;
            case "select":
                foreach (var item in Items ?? [])
                {
                    var option = new TagBuilder("option");
                    option.Attributes["value"] = item.Value;
                    if (item.Value == (value ?? "")) option.Attributes["selected"] = "selected";
                    option.InnerHtml.Append(item.Text);
                    control.InnerHtml.AppendHtml(option);
                }
                break;
            case "checkbox":
                control.Attributes["type"] = "checkbox";
                control.Attributes["value"] = "true";
                if (value is "true" or "True" or "true,false") control.Attributes["checked"] = "checked";
                control.TagRenderMode = TagRenderMode.SelfClosing;
                break;
            default:
                control.Attributes["type"] = Type;
                control.Attributes["value"] = value ?? "";
                control.TagRenderMode = TagRenderMode.SelfClosing;
                break;
        }

        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "ds-field");
        var label = new TagBuilder("label");
        label.AddCssClass("ds-label");
        label.Attributes["for"] = id;
        label.InnerHtml.Append(text[Label]);
        if (Optional)
        {
            var optional = new TagBuilder("span");
            optional.AddCssClass("optional");
            optional.InnerHtml.Append($" ({text["common.optional"]})");
            label.InnerHtml.AppendHtml(optional);
        }
        if (Type == "checkbox") output.Content.AppendHtml(control);
        output.Content.AppendHtml(label);
        if (Hint is not null) output.Content.AppendHtml(Paragraph("ds-paragraph hint", $"{id}-hint", text[Hint]));
        if (error is not null) output.Content.AppendHtml(Paragraph("ds-validation-message", $"{id}-error", error));
        if (Type != "checkbox") output.Content.AppendHtml(control);
        if (Type == "textarea" && Searched) output.Content.AppendHtml(Written.Of(id, name));
        output.Content.AppendHtml(await output.GetChildContentAsync());
    }

    private static TagBuilder Paragraph(string css, string id, string words)
    {
        var paragraph = new TagBuilder("p");
        paragraph.AddCssClass(css);
        paragraph.Attributes["id"] = id;
        paragraph.InnerHtml.Append(words);
        return paragraph;
    }
}
