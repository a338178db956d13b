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
    public async Task A_caller_sees_the_figures_of_the_own_community_only()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync([.. Given.Cases(3), .. Given.Cases(2, f => f with { Community = Other.Code })]);

        Assert.Equal(3, (await service.AskAsync("")).Total.Count.Value);
        Assert.Equal(3, (await service.AskAsync("community=innlandet")).Total.Count.Value);
        Assert.Equal(2, (await service.AskAsync("", Other.Trust.OrganizationNumber)).Total.Count.Value);
    }

    [Theory]
    [InlineData("?community=lofoten-vesteralen-salten")]
    [InlineData("?community=nowhere")]
    [InlineData("?community=")]
    public async Task Another_community_does_not_exist_for_the_caller(string query)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        await RefusedAsync(HttpStatusCode.NotFound, "notFound", await service.As(StatisticsService.Hamar, Roles.Coordinator).GetAsync("/api/v1/statistics" + query));
    }

    [Fact]
    public async Task An_organisation_of_no_community_has_no_figures()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        await RefusedAsync(HttpStatusCode.NotFound, "notFound", await service.As("999999999", Roles.Coordinator).GetAsync("/api/v1/statistics"));
    }

    [Theory]
    [InlineData(Roles.Reporter)]
    [InlineData(Roles.Admin)]
    [InlineData(Roles.Auditor)]
    public async Task A_role_without_access_is_refused(string role)
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
    public async Task A_role_with_access_gets_an_answer(string role) =>
        Assert.Equal(0, (await (await services.EmptyAsync(DatabaseProvider.Sqlite)).AskAsync("", role: role)).Total.Count.Value);

    [Fact]
    public async Task Without_a_token_that_the_gateway_signed_nobody_is_let_in()
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
    public async Task Parked_messages_are_the_administrators()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);

        Assert.Equal(HttpStatusCode.OK, (await service.As(StatisticsService.Hamar, Roles.Admin).GetAsync("/ops/statistics/parked")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.As(StatisticsService.Hamar, Roles.Coordinator).GetAsync("/ops/statistics/parked")).StatusCode);
    }

    [Fact]
    public async Task The_service_is_ready_without_a_broker()
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
