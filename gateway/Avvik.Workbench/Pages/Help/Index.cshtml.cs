using Avvik.Workbench.Pages.Report;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Help;

/// <summary>Short pages: one for each role, and one for each question that arises where one works.</summary>
internal sealed class IndexModel(Text text) : PageModel
{
    public static readonly string[] Topics =
        ["what", "deadlines", "privacy", "reporter", "handler", "unitLeader", "coordinator", "learningEditor", "ssu", "admin", "auditor"];

    [BindProperty(SupportsGet = true)]
    public string? Topic { get; set; }

    public string Shown => Topic ?? Topics[0];

    /// <summary>The topic's paragraphs are numbered in the label file; one that begins with a dash is a point of a list.</summary>
    public IEnumerable<(string Heading, IReadOnlyList<string> Paragraphs)> Sections
    {
        get
        {
            for (var section = 1; text.Has($"help.{Shown}.{section}"); section++)
            {
                var paragraphs = new List<string>();
                for (var i = 1; text.Has($"help.{Shown}.{section}.{i}"); i++) paragraphs.Add(text[$"help.{Shown}.{section}.{i}"]);
                yield return (text[$"help.{Shown}.{section}"], paragraphs);
            }
        }
    }

    /// <summary>Checks the one text of a form that is being written, wherever that is.</summary>
    public IActionResult OnPostWritten() =>
        Partial("_Findings", ReportCheck.Of(Request.Form.FirstOrDefault(f => f.Key != "token").Value.ToString()));

    public IActionResult OnGet() => Topics.Contains(Shown, StringComparer.Ordinal) ? Page() : NotFound();
}
