using System.Net;
using System.Net.Http.Headers;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.AssignRoles;

public sealed class Assign_roles_tests
{
    private const string Person = "kari-8f21";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    /// <summary>Somebody of whom the token says no more than who it is.</summary>
    private static IAvvikClient As(ServiceUnderTest<Program> service, string organization, params string[] scopes)
    {
        var http = service.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", service.TokenOf(organization, [Roles.Reporter], Person, scopes));
        return AvvikClient.For(http);
    }

    private static async Task<HttpStatusCode> StatusAsync(Func<Task> call)
    {
        try { await call(); }
        catch (AvvikProblemException refused) { return refused.Status; }
        return HttpStatusCode.OK;
    }

    private static async Task<(string Code, string[] Errors)> RefusalAsync(Task call)
    {
        var problem = (await Assert.ThrowsAsync<AvvikProblemException>(() => call)).Problem;
        return (problem.GetProperty("type").GetString()!.Split(':')[^1], !problem.TryGetProperty("errors", out var errors) ? []
            : [.. errors.EnumerateArray().Select(e => $"{e.GetProperty("pointer").GetString()} {e.GetProperty("code").GetString()}")]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Assigned_role_counts_until_it_ends_and_is_published(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var (she, elsewhere, inARecord) = (As(service, Given.SykehusetInnlandet, Scopes.Coordinate), As(service, Given.Hamar, Scopes.Coordinate),
            As(service, Given.SykehusetInnlandet, Scopes.Case));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => she.GetRoutingRulesAsync()));

        var given = await coordinator.AssignAsync(new() { Subject = Person, Name = "Kari", Role = Roles.Coordinator, Reason = "Vikar." });
        Assert.Equal((Given.SykehusetInnlandet, true, "test-person@983971709"), (given.OrganizationNumber, given.Active, given.AssignedBy));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(() => she.GetRoutingRulesAsync()));
        // Here and not elsewhere, and not in a client that was not given that power.
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => elsewhere.GetRoutingRulesAsync()));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => inARecord.GetRoutingRulesAsync()));

        var ended = await coordinator.EndAssignmentAsync(given.Id, new() { Reason = "Tilbake." });
        Assert.Equal((false, "Tilbake."), (ended.Active, ended.EndReason));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => she.GetRoutingRulesAsync()));
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(() => coordinator.EndAssignmentAsync(given.Id, new() { Reason = "Igjen." })));

        // What was is kept, with who and why; and each change is one event about one person.
        Assert.Equal([given.Id], (await coordinator.ListAssignmentsAsync(new() { Active = false })).Items.Select(a => a.Id));
        Assert.Empty((await coordinator.ListAssignmentsAsync(new() { Active = true })).Items);
        var sent = (await database.SentAsync()).OfType<RoleAssignmentChanged>().ToList();
        Assert.Equal([(given.Id, 1, Person, false), (given.Id, 2, Person, true)],
            sent.Select(e => (e.AggregateId, e.Version, e.Assignment.Subject, e.Assignment.Until is not null)));
        Assert.Empty((await database.SentAsync()).OfType<DirectoryPublished>());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Concurrent_role_assignments_all_count_with_one_unit_each(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            coordinator.AssignAsync(new() { Subject = $"{Person}-{i}", Role = Roles.Coordinator, Reason = "Ansatt." })));
        Assert.Equal(40, (await database.SentAsync()).OfType<RoleAssignmentChanged>().Select(e => e.Assignment.Subject).Distinct().Count());

        var two = await Task.WhenAll(new[] { "si-tynset", "si-habilitering" }.Select(unit =>
            StatusAsync(() => coordinator.AssignAsync(new() { Subject = Person, Role = Roles.Handler, Unit = unit, Reason = "Ansatt." }))));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.UnprocessableEntity], two.Order());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Role_days_are_Norwegian_and_its_unit_is_claimed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.ReceivedAt);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        var she = As(service, Given.SykehusetInnlandet, Scopes.Case);
        await coordinator.AssignAsync(
            new() { Subject = Person, Role = Roles.Handler, Unit = "si-tynset", From = "2026-08-21", To = "2026-08-22", Reason = "Helgevakt." });
        Assert.DoesNotContain("acknowledge", (await she.GetCaseAsync(id)).AllowedActions);
        // Midnight in Norway is ten in the evening in UTC.
        clock.Advance(new DateTimeOffset(2026, 8, 20, 22, 0, 0, TimeSpan.Zero) - clock.GetUtcNow());
        Assert.Contains("acknowledge", (await she.GetCaseAsync(id)).AllowedActions);
        clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromMilliseconds(1));
        Assert.Contains("acknowledge", (await she.GetCaseAsync(id)).AllowedActions);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain("acknowledge", (await she.GetCaseAsync(id)).AllowedActions);
    }

    [Fact]
    public async Task Decision_needs_a_coordinator_of_the_respondent()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var (coordinator, admin) = (service.ClientAs(Given.Hamar, Roles.Coordinator), service.ClientAs(Given.Hamar, Roles.Admin));
        Task<Assignment> Assign(IAvvikClient by, string? organization, string role, string? unit = null) =>
            by.AssignAsync(new() { OrganizationNumber = organization, Subject = Person, Role = role, Unit = unit, Reason = "Ansatt." });
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() =>
            Assign(service.ClientAs(Given.Hamar, Roles.Handler, "3403-tildeling"), null, Roles.Handler, "3403-tildeling")));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => Assign(coordinator, Given.SykehusetInnlandet, Roles.Coordinator)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => coordinator.ListAssignmentsAsync(new() { Organization = Given.SykehusetInnlandet })));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(() => Assign(coordinator, null, Roles.Admin)));
        var auditor = await Assign(admin, null, Roles.Auditor);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => coordinator.EndAssignmentAsync(auditor.Id, new() { Reason = "Nei." })));
        await admin.EndAssignmentAsync(auditor.Id, new() { Reason = "Ferdig." });
    }

    [Theory]
    [InlineData(Roles.Coordinator, Roles.Secretariat)]
    [InlineData(Roles.Coordinator, Roles.Handler)]
    [InlineData(Roles.Admin, Roles.Auditor)]
    [InlineData(Roles.Admin, Roles.Coordinator)]
    public async Task Nobody_gives_themselves_a_role(string has, string wants)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var caller = service.ClientAs(Given.SykehusetInnlandet, has, subject: Person);
        Assert.Equal(["/subject ownRole"], (await RefusalAsync(caller.AssignAsync(
            new() { Subject = Person, Role = wants, Unit = wants == Roles.Handler ? "si-tynset" : null, Reason = "Trenger det." }))).Errors);
    }

    /// <summary>The matrix: whoever may give roles, and each role there is.</summary>
    [Fact]
    public async Task No_role_is_gained_by_assigning_it_to_oneself()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        foreach (var has in new[] { Roles.Coordinator, Roles.Admin })
            foreach (var wants in Vocabulary.Roles.Keys)
                foreach (var unit in new[] { null, "si-tynset" })
                    Assert.InRange((int)await StatusAsync(() => service.ClientAs(Given.SykehusetInnlandet, has, subject: Person).AssignAsync(
                        new() { Subject = Person, Role = wants, Unit = unit, Reason = "Trenger det." })), 400, 499);
        Assert.Equal(0, await database.CountAsync("select count(*) from role_assignments"));
    }

    [Fact]
    public async Task Administrator_has_no_power_over_another_party()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var admin = service.ClientAs(Given.SykehusetInnlandet, Roles.Admin);
        var given = await service.ClientAs(Given.Hamar, Roles.Coordinator).AssignAsync(new() { Subject = Person, Role = Roles.Coordinator, Reason = "Ny." });
        foreach (var role in new[] { Roles.Admin, Roles.Coordinator, Roles.Ssu })
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() =>
                admin.AssignAsync(new() { OrganizationNumber = Given.Hamar, Subject = Person, Role = role, Reason = "Ny." })));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => admin.EndAssignmentAsync(given.Id, new() { Reason = "Nei." })));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => admin.ConfirmAssignmentAsync(given.Id)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(() => admin.ListAssignmentsAsync(new() { Organization = Given.Hamar })));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Administrator_or_auditor_counts_when_a_second_one_has_confirmed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        Guid id;
        await using (var service = new ServiceUnderTest<Program>(database))
        {
            var (one, other) = (service.ClientAs(Given.Hamar, Roles.Admin, subject: "en"), service.ClientAs(Given.Hamar, Roles.Admin, subject: "to"));
            var she = As(service, Given.Hamar, Scopes.Admin);
            var pending = await one.AssignAsync(new() { Subject = Person, Role = Roles.Admin, Reason = "Ny i stillingen." });
            Assert.Equal((true, false, null), (pending.Pending, pending.Active, pending.ConfirmedBy));
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => she.ListAssignmentsAsync()));
            Assert.Empty((await database.SentAsync()).OfType<RoleAssignmentChanged>());
            Assert.True(Assert.Single((await other.ListAssignmentsAsync(new() { Active = true })).Items).Pending);
            Assert.Equal("otherAdministratorNeeded", (await RefusalAsync(one.ConfirmAssignmentAsync(pending.Id))).Code);
            var recipient = service.ClientAs(Given.Hamar, Roles.Admin, subject: Person);
            Assert.Equal("otherAdministratorNeeded", (await RefusalAsync(recipient.ConfirmAssignmentAsync(pending.Id))).Code);
            Assert.Equal(HttpStatusCode.Forbidden,
                await StatusAsync(() => service.ClientAs(Given.Hamar, Roles.Coordinator, subject: "tre").ConfirmAssignmentAsync(pending.Id)));

            var confirmed = await other.ConfirmAssignmentAsync(pending.Id);
            Assert.Equal((false, true, $"to@{Given.Hamar}"), (confirmed.Pending, confirmed.Active, confirmed.ConfirmedBy));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(() => she.ListAssignmentsAsync()));
            Assert.Equal("assignmentNotPending", (await RefusalAsync(other.ConfirmAssignmentAsync(pending.Id))).Code);

            id = (await one.AssignAsync(new() { Subject = "revisor", Role = Roles.Auditor, Reason = "Ny." })).Id;
        }
        // Not by a restart either; and one that is ended before it was confirmed never counts.
        await using var again = new ServiceUnderTest<Program>(database);
        var second = again.ClientAs(Given.Hamar, Roles.Admin, subject: "to");
        await Eventually.IsTrue(async () => (await database.SentAsync()).OfType<RoleAssignmentChanged>().Count() == 2, TimeSpan.FromSeconds(30));
        await second.EndAssignmentAsync(id, new() { Reason = "Feil person." });
        Assert.Equal("assignmentIsOver", (await RefusalAsync(second.ConfirmAssignmentAsync(id))).Code);
        Assert.All((await database.SentAsync()).OfType<RoleAssignmentChanged>(), e => Assert.Equal(Person, e.Assignment.Subject));
    }

    [Theory]
    [InlineData(Roles.Coordinator, Roles.Coordinator, "/role alreadyAssigned")]
    [InlineData(Roles.Admin, Roles.Admin, "/role alreadyAssigned")]
    [InlineData(Roles.Auditor, Roles.Coordinator, "/role excludedByRole")]
    [InlineData(Roles.Auditor, Roles.Admin, "/role excludedByRole")]
    [InlineData(Roles.Coordinator, Roles.Auditor, "/role excludedByRole")]
    [InlineData(Roles.Admin, Roles.Auditor, "/role excludedByRole")]
    public async Task Role_is_refused_beside_the_same_or_one_that_excludes_it(string first, string second, string expected)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var admin = service.ClientAs(Given.Hamar, Roles.Admin);
        var given = await admin.AssignAsync(new() { Subject = Person, Role = first, Reason = "Ny." });
        Assert.Equal([expected], (await RefusalAsync(admin.AssignAsync(new() { Subject = Person, Role = second, Reason = "Ny." }))).Errors);
        await admin.EndAssignmentAsync(given.Id, new() { Reason = "Over." });
        await admin.AssignAsync(new() { Subject = Person, Role = second, Reason = "Ny." });
    }

    [Fact]
    public async Task Assigned_role_that_the_tokens_role_excludes_does_not_count()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        await service.ClientAs(Given.Hamar, Roles.Coordinator).AssignAsync(new() { Subject = Person, Role = Roles.Coordinator, Reason = "Ny." });
        var auditor = service.ClientAs(Given.Hamar, Roles.Auditor, subject: Person);
        Assert.Equal([Roles.Auditor], (await auditor.GetEffectiveRolesAsync()).Roles);
    }

    [Theory]
    [InlineData("subject", "/subject required")]
    [InlineData("identity", "/subject identityInText")]
    [InlineData("role", "/role unknownCode")]
    [InlineData("noUnit", "/unit required")]
    [InlineData("unit", "/unit unknownUnit")]
    [InlineData("otherUnit", "/unit hasOtherUnit")]
    [InlineData("day", "/from invalidDate")]
    [InlineData("order", "/to endsBeforeItBegins")]
    [InlineData("reason", "/reason required")]
    public async Task Invalid_worklist_query_is_refused_with_the_reason(string what, string expected)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var good = new NewAssignment { Subject = Person, Role = Roles.Handler, Unit = "si-tynset", Reason = "Ansatt." };
        await coordinator.AssignAsync(good);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => coordinator.AssignAsync(what switch
        {
            "subject" => good with { Subject = null },
            "identity" => good with { Subject = "41814061033" },
            "role" => good with { Role = "king" },
            "noUnit" => good with { Unit = null },
            "unit" => good with { Unit = "3403-tildeling" },
            "otherUnit" => good with { Unit = "si-habilitering" },
            "day" => good with { From = "1. mai" },
            "order" => good with { From = "2030-01-02", To = "2030-01-01" },
            _ => good with { Reason = null },
        }));
        var error = Assert.Single(refused.Problem.GetProperty("errors").EnumerateArray());
        Assert.Equal((expected.EndsWith(" required", StringComparison.Ordinal) ? HttpStatusCode.BadRequest : HttpStatusCode.UnprocessableEntity, expected),
            (refused.Status, $"{error.GetProperty("pointer").GetString()} {error.GetProperty("code").GetString()}"));
        Assert.Single((await coordinator.ListAssignmentsAsync()).Items);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task First_administrator_comes_from_configuration_once(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var administrator = ("Assignments:Administrators:0", $"{Given.SykehusetInnlandet}/{Person}");
        Guid id;
        await using (var service = new ServiceUnderTest<Program>(database, null, administrator))
        {
            var she = As(service, Given.SykehusetInnlandet, Scopes.Admin);
            await Eventually.IsTrue(async () => await StatusAsync(() => she.ListAssignmentsAsync()) == HttpStatusCode.OK, TimeSpan.FromSeconds(30));
            id = Assert.Single((await she.ListAssignmentsAsync()).Items).Id;
            await she.EndAssignmentAsync(id, new() { Reason = "Sluttet." });
        }
        await using var again = new ServiceUnderTest<Program>(database, null, administrator);
        using var _ = again.CreateClient();
        await Eventually.IsTrue(async () => (await database.SentAsync()).OfType<RoleAssignmentChanged>().Count() == 3, TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(() => As(again, Given.SykehusetInnlandet, Scopes.Admin).ListAssignmentsAsync()));
    }

    /// <summary>0.1 listed the roles in the directory, which it wrote under another id.</summary>
    [Theory, MemberData(nameof(Engines))]
    public async Task Roles_in_a_directory_of_0_1_are_published_one_by_one(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using (var before = new ServiceUnderTest<Program>(database))
            await before.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator)
                .AssignAsync(new() { Subject = Person, Role = Roles.Coordinator, Reason = "Vikar." });
        await database.ExecuteAsync("delete from outbox_message");
        await database.ExecuteAsync("delete from assigned_role");
        await database.ExecuteAsync($$"""
            insert into care_directory (id, version, body) values (1, 7, '{"deviationId":"{{DirectoryPublished.DirectoryId}}","version":7,
            "occurredAt":"2026-09-14T10:00:00+02:00","units":[],"assignments":[{"organizationNumber":"{{Given.SykehusetInnlandet}}","subject":"{{Person}}",
            "role":"coordinator","from":"2026-08-01T00:00:00+02:00"}]}')
            """);

        await using var service = new ServiceUnderTest<Program>(database);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(() => As(service, Given.SykehusetInnlandet, Scopes.Coordinate).GetRoutingRulesAsync()));
        await Eventually.IsTrue(async () => (await database.SentAsync()).Count == 2, TimeSpan.FromSeconds(30));
        var sent = await database.SentAsync();
        Assert.Equal(Person, Assert.Single(sent.OfType<RoleAssignmentChanged>()).Assignment.Subject);
        var directory = Assert.Single(sent.OfType<DirectoryPublished>());
        Assert.Equal((8, null, DirectoryPublished.DirectoryId), (directory.Version, directory.Assignments, directory.AggregateId));
    }
}
