using System.Net;
using Avvik.Contracts;
using Avvik.Messaging.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.CareDirectory;

public sealed class Directory_tests
{
    [Fact]
    public async Task Everyone_who_is_somebody_may_read_the_communities_their_parties_and_their_units()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.CreateClient().GetAsync("/api/v1/directory")).StatusCode);
        var directory = await service.ClientAs(Given.Hamar, Roles.Auditor).GetDirectoryAsync();

        Assert.Equal(["innlandet", "lofoten-vesteralen-salten"], directory.Communities.Select(c => c.Code).Order(StringComparer.Ordinal));
        var regions = directory.Communities.SelectMany(c => c.Regions).ToList();
        var municipalities = regions.SelectMany(r => r.Municipalities).ToList();
        Assert.Equal((10, 62), (regions.Count, municipalities.Count));
        Assert.Equal([42, 20], directory.Communities.OrderBy(c => c.Code, StringComparer.Ordinal).Select(c => c.Regions.Sum(r => r.Municipalities.Count)));
        // By the table and not by the county: Lunner belongs, though its county is another.
        Assert.Contains(directory.Communities.Single(c => c.Code == "innlandet").Regions.SelectMany(r => r.Municipalities), m => m.Name == "Lunner");
        var parties = municipalities.Concat(directory.Communities.Select(c => c.Trust)).ToList();
        Assert.All(parties, p => Assert.Contains(p.Units, u => u.Code == p.FallbackUnit));
        Assert.Equal(64, parties.Select(p => p.OrganizationNumber).Distinct().Count());
        Assert.Equal(parties.Sum(p => p.Units.Count), parties.SelectMany(p => p.Units).Select(u => u.Code).Distinct().Count());
        Assert.Equal((new(2024, 2, 29), new DateOnly(2024, 3, 1)), directory.Communities.Single(c => c.Code == "innlandet").Agreements is var a ? (a[0].ValidTo!.Value, a[1].ValidFrom) : default);
    }
}
