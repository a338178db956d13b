using Avvik.Contracts;
using Avvik.Workbench.Access;

namespace Avvik.Workbench.Pages.Administration;

/// <summary>The pages of administration, for those who have use for each.</summary>
internal static class Menu
{
    public static IEnumerable<(string Path, string Label)> For(Me me)
    {
        yield return ("/administration", "administration.directory");
        if (me.Is(Roles.Coordinator)) yield return ("/administration/rules", "administration.rules");
        if (me.Is(Roles.Coordinator, Roles.Admin)) yield return ("/administration/roles", "administration.roles");
        if (me.Is(Roles.Auditor)) yield return ("/administration/access", "administration.access");
        if (me.Is(Roles.Admin)) yield return ("/administration/parked", "administration.parked");
        if (me.Is(Roles.Coordinator, Roles.Admin)) yield return ("/administration/clients", "administration.clients");
    }
}
