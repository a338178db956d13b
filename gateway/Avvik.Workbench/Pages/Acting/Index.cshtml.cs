using Avvik.Workbench.Access;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Acting;

/// <summary>Chooses what to act as. The issuer gives a token for it, so the services see the same as the page shows.</summary>
internal sealed class IndexModel(Me me) : PageModel
{
    public Me Me => me;

    public IActionResult OnPost(int number) => number >= 0 && number < me.Choices.Count
        ? Challenge(Access.SignIn.To("/", me.Choices[number]), OpenIdConnectDefaults.AuthenticationScheme)
        : RedirectToPage();
}
