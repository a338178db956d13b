using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Choices;

/// <summary>Takes the choice of language, and of light or dark, and goes back.</summary>
[AllowAnonymous]
internal sealed class IndexModel(Browser.Choices choices) : PageModel
{
    public IActionResult OnGet() => Redirect("/");

    public IActionResult OnPost(string? language, string? scheme, string? returnTo)
    {
        choices.Write(Response, language, scheme);
        return Redirect(Url.IsLocalUrl(returnTo) ? returnTo : "/");
    }
}
