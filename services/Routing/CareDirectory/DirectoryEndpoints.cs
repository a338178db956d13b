using Avvik.Client;
using Avvik.Contracts;
using Directory = Avvik.Client.Directory;

namespace Avvik.Routing.CareDirectory;

internal static class DirectoryEndpoints
{
    private static readonly Directory Current = new(1, [.. HealthCommunities.All.Select(c => new DirectoryCommunity(c.Code, c.Name, View(c.Trust),
        [.. c.Regions.Select(r => new DirectoryRegion(r.Code, r.Name, [.. r.Municipalities.Select(View)]))],
        [.. c.Agreements.Select(a => new DirectoryAgreement(a.Code, a.Name, a.ValidFrom, a.ValidTo))]))]);

    public static RouteGroupBuilder MapDirectory(this RouteGroupBuilder directory)
    {
        directory.MapGet("", () => Results.Json(Current, ClientJson.Default.Directory)).WithName("GetDirectory").WithSummary("Health communities, parties, units and agreements").Produces<Directory>();
        return directory;
    }

    private static DirectoryParty View(Party party) => new(party.OrganizationNumber, party.Name, party.MunicipalityNumber, party.FallbackUnit.Code,
        [.. party.Units.Select(u => new DirectoryUnit(u.Code, u.Name, u.Sites))]);
}
