using Avvik.Client;
using Avvik.Workbench.Access;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Pages.Report;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Avvik.Workbench.Pages.Help;

/// <summary>Short pages: one for each role, and one for each question that arises where one works.</summary>
internal sealed class IndexModel(Text text, Places places, IOptions<SignInOptions> signIn) : PageModel
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

    /// <summary>What the directory says of where the reader works; nothing before one has signed in.</summary>
    public IReadOnlyList<string> Here { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!Topics.Contains(Shown, StringComparer.Ordinal)) return NotFound();
        // Help is read when nothing else works.
        try { Here = Me.From(User) is { } me ? Said(me, await places.GetAsync(ct)) : []; }
        catch (Exception error) when (error is AvvikProblemException or AvvikUnavailableException) { Here = []; }
        return Page();
    }

    private IReadOnlyList<string> Said(Me me, PlaceNames names) => names.CommunityOf(me.Organization) is not { } community ? [] :
    [
        text["help.here.party", names.Party(me.Organization), community.Name],
        text["help.here.agreements", string.Join(", ", community.Agreements
            .Where(a => a.ValidFrom <= text.Today && (a.ValidTo is null || a.ValidTo >= text.Today)).Select(a => a.Name))],
        text["help.here.units", string.Join(", ", names.OpenUnits(me.Organization, text).Select(u => u.Name))],
        text["help.here.address", new Uri(new Uri(signIn.Value.PublicUrl), "report").AbsoluteUri],
    ];
}
