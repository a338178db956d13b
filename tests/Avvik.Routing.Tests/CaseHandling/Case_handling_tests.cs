using System.Net;
using System.Net.Http.Json;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.CaseHandling;

public sealed class Case_handling_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Handling_is_told_also_of_a_case_that_is_no_longer_the_callers(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = service.Triaged();
        await service.ReceiveAsync(triaged);
        // A party that gave it away is as any other: it must be told apart from a case that is not routed yet.
        var other = service.As("864950582", Roles.Handler, "3411-tildeling");

        Assert.Equal(new(Given.SykehusetInnlandet, CaseStates.Routed, "si-tynset"),
            await other.GetFromJsonAsync<Contracts.Routing.CaseHandling>($"/internal/cases/{triaged.DeviationId}/handling"));
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"/internal/cases/{Guid.CreateVersion7()}/handling")).StatusCode);
    }
}
