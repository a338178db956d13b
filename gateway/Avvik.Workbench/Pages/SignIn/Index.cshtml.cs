using Avvik.Workbench.Access;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.SignIn;

/// <summary>Sends the browser to the issuer; shows a page only when that went wrong.</summary>
internal sealed class IndexModel : PageModel
{
    public IActionResult OnGet(string? returnTo, string? reason)
    {
        if (reason is not null) return Page();
        // As the same as before, in this window or in one beside it.
        return Challenge(
            Access.SignIn.To(Url.IsLocalUrl(returnTo) ? returnTo : "/", LastSession.Read(HttpContext)?.Choice), OpenIdConnectDefaults.AuthenticationScheme);
    }
}
