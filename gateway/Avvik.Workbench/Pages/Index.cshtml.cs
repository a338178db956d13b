using Avvik.Workbench.Access;
using Avvik.Workbench.Browser;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages;

/// <summary>The address people know: sends each to where their work is.</summary>
internal sealed class IndexModel(Me me) : PageModel
{
    public RedirectResult OnGet() => Redirect(Navigation.StartFor(me));
}
