using Avvik.Workbench.Gateway;
using Avvik.Workbench.Persistence;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.SignIn;

/// <summary>After signing in again: what was sent when the token had run out, to be sent once more.</summary>
internal sealed class ResumeModel(IServiceProvider services) : PageModel
{
    public PostedForm Form { get; private set; } = null!;

    /// <summary>What was written, as opposed to chosen.</summary>
    public IEnumerable<string> Texts => Form.Fields.Select(f => f.Value).Where(v => v.Trim().Contains(' ', StringComparison.Ordinal));

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (User.Identity?.IsAuthenticated != true) return Redirect("/signin");
        if (await services.GetRequiredService<Drafts>().FindAsync<PostedForm>(PostedForm.DraftName, ct) is not var (form, _)) return Redirect("/");
        Form = form;
        return Page();
    }
}
