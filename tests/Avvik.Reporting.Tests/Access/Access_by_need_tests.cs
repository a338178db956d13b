using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.Access;

/// <summary>Who inside a party sees a deviation: whoever reported it, their unit, coordinators and machines.</summary>
public sealed class Access_by_need_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Reporter_sees_own_and_own_units_deviations_only(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var mine = await service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-legevakt", "anne").SubmitAsync(Given.Submission);
        var others = await service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-hjemmetjeneste", "bjarne").SubmitAsync(Given.Submission);
        var machines = await service.ClientAs(Given.Hamar, Roles.Client, subject: "epj").SubmitAsync(Given.Submission);
        async Task<Guid[]> SeenAsync(IAvvikClient client) => [.. (await client.ListDeviationsAsync()).Items.Select(d => d.Id).Order()];

        Assert.Equal([mine.Id], await SeenAsync(service.ClientAs(Given.Hamar, Roles.Reporter, subject: "anne")));
        Assert.Equal([others.Id], await SeenAsync(service.ClientAs(Given.Hamar, Roles.UnitLeader, "hamar-hjemmetjeneste", "cecilie")));
        Assert.Empty(await SeenAsync(service.ClientAs(Given.Hamar, Roles.Handler, "hamar-tildeling", "david")));
        foreach (var role in new[] { Roles.Coordinator, Roles.Client })
            Assert.Equal(new[] { mine.Id, others.Id, machines.Id }.Order(), await SeenAsync(service.ClientAs(Given.Hamar, role, subject: "eva")));
        // A deviation that is not visible cannot be read, written to or withdrawn.
        var anne = service.ClientAs(Given.Hamar, Roles.Reporter, subject: "anne");
        foreach (var call in new Func<Task>[] { () => anne.GetDeviationAsync(others.Id), () => anne.WriteMessageAsync(others.Id, "Gjelder oss."), () =>
            anne.WithdrawAsync(others.Id, "Gjelder ikke oss.") })
            Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(call)).Status);
        Assert.Equal("withdrawn", (await anne.WithdrawAsync(mine.Id, "Meldt to ganger.")).State);
        Assert.Equal(["anne|anne"], await database.QueryAsync(
            "select submitted_by || '|' || withdrawn_by from deviations where status = 'withdrawn'", r => r.GetString(0)));
    }

    [Fact]
    public async Task Confidential_name_is_for_the_reporter_and_an_asking_coordinator()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var person = new Client.Reporter { Name = "Ragnhild Kvasteved", Profession = "nurse", HprNumber = "1234567", Confidential = true };
        var deviation = await service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-legevakt", "ragnhild")
            .SubmitAsync(Given.Submission with { Reporter = person });
        async Task<Client.Reporter> ReadAsync(string role, string subject) =>
            (await service.ClientAs(Given.Hamar, role, "hamar-legevakt", subject).GetDeviationAsync(deviation.Id)).Submission.Reporter!;
        async Task<Client.Reporter> ListedAsync(string role, string subject) =>
            (await service.ClientAs(Given.Hamar, role, "hamar-legevakt", subject).ListDeviationsAsync()).Items.Single().Submission.Reporter!;

        Assert.Equal(person, await ReadAsync(Roles.Reporter, "ragnhild"));
        Assert.Equal(person, await ListedAsync(Roles.Reporter, "ragnhild"));
        Assert.Equal(person, await ReadAsync(Roles.Coordinator, "eva"));
        var hidden = person with { Name = null, HprNumber = null };
        Assert.Equal(hidden, await ListedAsync(Roles.Coordinator, "eva"));
        foreach (var role in new[] { Roles.Reporter, Roles.Handler, Roles.UnitLeader, Roles.Client })
        {
            Assert.Equal(hidden, await ReadAsync(role, "other"));
            Assert.Equal(hidden, await ListedAsync(role, "other"));
        }
    }
}
