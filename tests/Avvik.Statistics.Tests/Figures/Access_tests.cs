using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Figures;

[Collection(nameof(StatisticsServices))]
public sealed class Access_tests(StatisticsServices services)
{
    private static readonly HealthCommunity Other = HealthCommunities.All.First(c => c.Code != "innlandet");

    [Fact]
    public async Task Caller_sees_figures_of_own_community_only()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync([.. Given.Cases(3), .. Given.Cases(2, f => f with { Community = Other.Code,
            RespondentOrganization = Other.Trust.OrganizationNumber })]);

        Assert.Equal(3, (await service.AskAsync("")).Total.Count.Value);
        Assert.Equal(3, (await service.AskAsync("community=innlandet")).Total.Count.Value);
        Assert.Equal(2, (await service.AskAsync("", Other.Trust.OrganizationNumber)).Total.Count.Value);
    }

    [Theory]
    [InlineData("?community=lofoten-vesteralen-salten")]
    [InlineData("?community=nowhere")]
    [InlineData("?community=")]
    public async Task Other_community_is_not_found(string query)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        await RefusedAsync(HttpStatusCode.NotFound, "notFound", await service.As(StatisticsService.Hamar, Roles.Coordinator)
            .GetAsync("/api/v1/statistics" + query));
    }

    [Fact]
    public async Task Organization_without_community_has_no_figures()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        await RefusedAsync(HttpStatusCode.NotFound, "notFound", await service.As("999999999", Roles.Coordinator).GetAsync("/api/v1/statistics"));
    }

    [Theory]
    [InlineData(Roles.Reporter)]
    [InlineData(Roles.Admin)]
    [InlineData(Roles.Auditor)]
    public async Task Role_without_access_is_refused(string role)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        await RefusedAsync(HttpStatusCode.Forbidden, "forbidden", await service.As(StatisticsService.Hamar, role).GetAsync("/api/v1/statistics"));
    }

    [Theory]
    [InlineData(Roles.Ssu)]
    [InlineData(Roles.Secretariat)]
    [InlineData(Roles.Coordinator)]
    [InlineData(Roles.Handler)]
    [InlineData(Roles.UnitLeader)]
    [InlineData(Roles.LearningEditor)]
    [InlineData(Roles.Client)]
    public async Task Role_with_access_is_let_in(string role) =>
        Assert.NotEqual(HttpStatusCode.Forbidden, (await (await services.EmptyAsync(DatabaseProvider.Sqlite)).As(StatisticsService.Hamar, role)
            .GetAsync("/api/v1/statistics")).StatusCode);

    [Fact]
    public async Task Token_not_signed_by_the_gateway_is_refused()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await using var stranger = new StatisticsService(await Databases.CreateAsync(DatabaseProvider.Sqlite));
        var forged = stranger.As(StatisticsService.Hamar, Roles.Coordinator).DefaultRequestHeaders.Authorization;
        var client = service.CreateClient();

        await RefusedAsync(HttpStatusCode.Unauthorized, "unauthorized", await client.GetAsync("/api/v1/statistics"));
        client.DefaultRequestHeaders.Authorization = forged;
        await RefusedAsync(HttpStatusCode.Unauthorized, "unauthorized", await client.GetAsync("/api/v1/statistics"));
    }

    [Fact]
    public async Task Parked_messages_are_for_administrators()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        Assert.Equal(HttpStatusCode.OK, (await service.As(StatisticsService.Hamar, Roles.Admin).GetAsync("/ops/statistics/parked")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.As(StatisticsService.Hamar, Roles.Coordinator).GetAsync("/ops/statistics/parked")).StatusCode);
    }

    [Fact]
    public async Task Service_is_ready_without_a_broker()
    {
        var client = (await services.EmptyAsync(DatabaseProvider.Postgres)).CreateClient();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/ready")).StatusCode);
    }

    private static async Task RefusedAsync(HttpStatusCode status, string code, HttpResponseMessage response)
    {
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal($"urn:avvik:problem:{code}", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
    }
}
