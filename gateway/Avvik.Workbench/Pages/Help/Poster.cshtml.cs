using Avvik.Workbench.Access;
using Avvik.Workbench.Gateway;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Avvik.Workbench.Pages.Help;

/// <summary>A sheet for the notice board of the own party, made from the directory.</summary>
internal sealed class PosterModel(Places places, Me me, IOptions<SignInOptions> signIn) : PageModel
{
    public string Party { get; private set; } = "";
    /// <summary>The trust, for a municipality's people; null for a trust's, who work with many.</summary>
    public string? Other { get; private set; }
    public string Address => new Uri(new Uri(signIn.Value.PublicUrl), "report").AbsoluteUri;

    public async Task OnGetAsync(CancellationToken ct)
    {
        var names = await places.GetAsync(ct);
        Party = names.Party(me.Organization);
        Other = names.CommunityOf(me.Organization)?.Trust is { } trust && trust.OrganizationNumber != me.Organization ? trust.Name : null;
    }
}
