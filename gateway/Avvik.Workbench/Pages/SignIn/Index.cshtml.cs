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
        return Challenge(Access.SignIn.To(Url.IsLocalUrl(returnTo) ? returnTo : "/"), OpenIdConnectDefaults.AuthenticationScheme);
    }
}
