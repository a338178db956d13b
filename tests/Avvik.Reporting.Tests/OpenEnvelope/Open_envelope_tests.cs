using System.Net;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.EraseEnvelopes;
using Avvik.Reporting.OpenEnvelope;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Reporting.Tests.OpenEnvelope;

public sealed class Open_envelope_tests
{
    private const string Unit = "si-elverum-hamar", Purpose = "handleCase";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static Submission WithPatient => Given.Submission with { Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber } };

    private static async Task<(HttpStatusCode Status, string? Type)> RefusedAsync(IAvvikClient client, Guid id, string? purpose = Purpose)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => client.OpenEnvelopeAsync(id, purpose!));
        Assert.DoesNotContain(Given.SyntheticNumber, refused.Problem.GetRawText(), StringComparison.Ordinal);
        return (refused.Status, refused.Problem.GetProperty("type").GetString());
    }

    // The unit of whoever reported, and another person who asks.
    private const string OwnUnit = "hamar-hjemmetjeneste", Other = "another-person";

    private static Task<Deviation> SubmitAsync(ServiceUnderTest<Program> service) => service.ClientAs(Given.Hamar, Roles.Reporter, OwnUnit)
        .SubmitAsync(WithPatient);

    [Theory, MemberData(nameof(Engines))]
    public async Task Envelope_opens_for_those_who_need_the_patient_and_each_opening_is_logged(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await SubmitAsync(service);
        async Task OpensAsync(string organization, string role, string? unit, string subject, string purpose)
        {
            var patient = await service.ClientAs(organization, role, unit, subject).OpenEnvelopeAsync(deviation.Id, purpose);
            Assert.Equal(("dnr", Given.SyntheticNumber), (patient.IdentifierType, patient.Identifier));
        }
        // Before it has a unit, the respondent's coordinator handles it.
        await OpensAsync(Given.SykehusetInnlandet, Roles.Coordinator, null, Other, Purpose);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        await OpensAsync(Given.Hamar, Roles.Reporter, null, "test-person", "verifyIdentity");
        await OpensAsync(Given.Hamar, Roles.UnitLeader, OwnUnit, Other, "correctRecord");
        await OpensAsync(Given.SykehusetInnlandet, Roles.Handler, Unit, Other, Purpose);
        await OpensAsync(Given.SykehusetInnlandet, Roles.UnitLeader, Unit, Other, "contactPatient");
        // When the parties disagree, both coordinators decide.
        await service.ReceiveAsync(deviation.Changed(4, "disputed", CaseStates.Disputed));
        await OpensAsync(Given.Hamar, Roles.Coordinator, null, Other, Purpose);
        await OpensAsync(Given.SykehusetInnlandet, Roles.Coordinator, null, Other, "notifyAuthority");
        Assert.Equal(7, await database.CountAsync("select count(*) from access_log where action = 'envelopeOpened' and purpose is not null"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Envelope_opens_for_the_unit_that_serves_the_respondent_municipality(DatabaseProvider provider)
    {
        const string Elverum = "952857991", Aamot = "940152496", Shared = "sor-osterdal-legevakt";
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        service.Services.GetRequiredService<CurrentDirectory>().Replace(ChangedDirectory.Of(c => c.Code != "innlandet" ? c : c with
        {
            SharedUnits =
            [
                new() { Code = Shared, Name = "Legevakt", Service = "legevakt", Host = Elverum, ValidFrom = new(2026, 1, 1), Serves = [Aamot] },
            ],
        }));
        var deviation = await service.ClientAs(Given.SykehusetInnlandet, Roles.Reporter, Unit)
            .SubmitAsync(WithPatient with { Respondent = new() { OrganizationNumber = Aamot } });
        var routed = deviation.Changed(3, "routed", CaseStates.Routed, Aamot);
        await service.ReceiveAsync(routed with { Unit = Shared });
        var patient = await service.ClientAs(Elverum, Roles.Handler, Shared, Other).OpenEnvelopeAsync(deviation.Id, Purpose);
        Assert.Equal(Given.SyntheticNumber, patient.Identifier);
        // Nobody else of the municipality that runs it.
        foreach (var (role, unit) in new[] { (Roles.Handler, (string?)"3420-tildeling"), (Roles.Coordinator, null) })
            Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.ClientAs(Elverum, role, unit, Other), deviation.Id)).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Envelope_is_404_for_anyone_else_and_each_attempt_is_logged(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await SubmitAsync(service);
        // Not routed yet: no unit has it.
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit, Other), deviation.Id))
            .Status);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        (string Organization, string Role, string? Unit)[] strangers =
        [
            (Given.SykehusetInnlandet, Roles.Handler, "si-tynset"), (Given.SykehusetInnlandet, Roles.Handler, null),
                (Given.SykehusetInnlandet, Roles.Reporter, Unit),
            (Given.SykehusetInnlandet, Roles.Client, Unit), (Given.SykehusetInnlandet, Roles.Coordinator, null),
            // Of the reporter's party: not its other people, not other people of the unit, not the leader of another unit.
            (Given.Hamar, Roles.Reporter, null), (Given.Hamar, Roles.Reporter, OwnUnit), (Given.Hamar, Roles.Handler, OwnUnit),
                (Given.Hamar, Roles.Coordinator, null),
            (Given.Hamar, Roles.UnitLeader, null), (Given.Hamar, Roles.UnitLeader, "hamar-legevakt"), (Given.Hamar, Roles.Client, null),
            (Given.Ringsaker, Roles.Coordinator, null), (Given.Ringsaker, Roles.Handler, Unit), (Given.Nordlandssykehuset, Roles.Coordinator, null),
        ];
        foreach (var (organization, role, unit) in strangers)
            Assert.Equal((HttpStatusCode.NotFound, "urn:avvik:problem:notFound"),
                await RefusedAsync(service.ClientAs(organization, role, unit, Other), deviation.Id));
        foreach (var role in new[] { Roles.Admin, Roles.Auditor, Roles.Ssu, Roles.LearningEditor })
            Assert.Equal(HttpStatusCode.Forbidden, (await RefusedAsync(service.ClientAs(Given.Hamar, role), deviation.Id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.Reporter(), Guid.CreateVersion7(), "verifyIdentity")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (
            await RefusedAsync(service.Reporter(), (await service.Reporter().SubmitAsync(Given.Submission)).Id, "verifyIdentity")).Status);
        // handleCase is no purpose of the reporter's.
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await RefusedAsync(service.Reporter(), deviation.Id, Purpose)).Status);
        Assert.Equal(strangers.Length + 4, await database.CountAsync("select count(*) from access_log where action = 'envelopeRefused'"));
        Assert.Equal(HttpStatusCode.BadRequest, (await RefusedAsync(service.Reporter(), deviation.Id, null)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await RefusedAsync(service.Reporter(), deviation.Id, "curiosity")).Status);
        // Transferred: the first unit no longer has the case.
        await service.ReceiveAsync(deviation.Changed(4, "returned", CaseStates.Routed) with { Unit = "si-tynset" });
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit, Other), deviation.Id))
            .Status);
        Assert.Equal(0, await database.CountAsync("select count(*) from access_log where action = 'envelopeOpened'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Unit_that_gave_a_case_away_may_not_open_before_the_event_arrives(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await SubmitAsync(service);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        var handler = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit, Other);

        // Reporting has not heard of it.
        RoutingStandIn.Tell(deviation.Id, new(Given.SykehusetInnlandet, CaseStates.Routed, "si-tynset"));
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(handler, deviation.Id)).Status);
        // Handed over to another party, whose unit has the same code.
        RoutingStandIn.Tell(deviation.Id, new(Given.Ringsaker, CaseStates.Routed, Unit));
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(handler, deviation.Id)).Status);
        // Nor is anything opened on what may be old; those who reported it need nobody's answer.
        RoutingStandIn.Tell(deviation.Id, null);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "urn:avvik:problem:unavailable"), await RefusedAsync(handler, deviation.Id));
        await service.Reporter().OpenEnvelopeAsync(deviation.Id, "verifyIdentity");

        RoutingStandIn.Tell(deviation.Id, new(Given.SykehusetInnlandet, CaseStates.InProgress, Unit));
        Assert.Equal(Given.SyntheticNumber, (await handler.OpenEnvelopeAsync(deviation.Id, Purpose)).Identifier);
        Assert.Equal(2, await database.CountAsync("select count(*) from access_log where action = 'envelopeRefused'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Envelopes_beyond_the_hourly_limit_are_refused_until_the_next_hour(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, ("Envelopes:OpeningsPerHour", "3"));
        var deviation = await SubmitAsync(service);
        for (var i = 0; i < 3; i++) await service.Reporter().OpenEnvelopeAsync(deviation.Id, "verifyIdentity");
        using (var response = await service.As(Given.Hamar, Roles.Reporter).PostAsync($"/api/v1/deviations/{deviation.Id}/patient/open",
            new StringContent("""{"purpose":"verifyIdentity"}""", System.Text.Encoding.UTF8, "application/json")))
            Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(30)), (response.StatusCode, response.Headers.RetryAfter!.Delta));
        // The limit is for each person.
        await service.ClientAs(Given.Hamar, Roles.UnitLeader, OwnUnit, Other).OpenEnvelopeAsync(deviation.Id, "verifyIdentity");
        Assert.Equal(1, await database.CountAsync("select count(*) from access_log where action = 'envelopeRefused'"));
        clock.Advance(TimeSpan.FromMinutes(31));
        await AvvikClient.For(service.As(Given.Hamar, Roles.Reporter)).OpenEnvelopeAsync(deviation.Id, "verifyIdentity");
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Auditors_of_both_parties_see_the_openings_of_a_shared_case(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await SubmitAsync(service);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        await service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit, Other).OpenEnvelopeAsync(deviation.Id, Purpose);
        await service.Reporter().OpenEnvelopeAsync(deviation.Id, "verifyIdentity");
        await RefusedAsync(service.ClientAs(Given.Ringsaker, Roles.Coordinator, null, Other), deviation.Id);
        foreach (var party in new[] { Given.Hamar, Given.SykehusetInnlandet })
        {
            var lines = (await AvvikClient.For(service.As(party, Roles.Auditor)).ListAccessLogAsync("reporting")).Items.Where(l => l.Action != "deviationRead");
            Assert.Equal([("envelopeRefused", Given.Ringsaker), ("envelopeOpened", Given.Hamar), ("envelopeOpened", Given.SykehusetInnlandet)],
                lines.Select(l => (l.Action, l.Organization)));
        }
        Assert.Equal(["envelopeRefused"], (await AvvikClient.For(service.As(Given.Ringsaker, Roles.Auditor)).ListAccessLogAsync("reporting"))
            .Items.Select(l => l.Action));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Envelope_whose_key_is_gone_is_410(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await SubmitAsync(service);
        await database.ExecuteAsync("update envelopes set sealed = 'lost' || substr(sealed, 3)");
        Assert.Equal((HttpStatusCode.Gone, "urn:avvik:problem:envelopeUnreadable"), await RefusedAsync(service.Reporter(), deviation.Id, "verifyIdentity"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Envelope_stays_closed_when_the_opening_cannot_be_logged(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(WithPatient);
        await database.ExecuteAsync("drop table access_log");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await RefusedAsync(service.Reporter(), deviation.Id, "verifyIdentity")).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Erased_envelope_is_410_for_those_who_could_have_opened_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var deviation = await service.Reporter().SubmitAsync(WithPatient);
        await service.ReceiveAsync(deviation.Changed(3, "closed", CaseStates.Closed, at: Given.Now));
        await service.Reporter().OpenEnvelopeAsync(deviation.Id, "verifyIdentity");
        clock.Advance(TimeSpan.FromDays(92));
        await service.Services.GetServices<IHostedService>().OfType<EnvelopeEraser>().Single().EraseAsync(CancellationToken.None);
        Assert.Equal((HttpStatusCode.Gone, "urn:avvik:problem:envelopeErased"), await RefusedAsync(service.Reporter(), deviation.Id, "verifyIdentity"));
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.ClientAs(Given.Ringsaker, Roles.Coordinator), deviation.Id)).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Envelopes_are_resealed_with_a_new_active_key(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var ids = new List<Guid>();
        await using (var before = new ServiceUnderTest<Program>(database))
            for (var i = 0; i < 3; i++) ids.Add((await before.Reporter().SubmitAsync(WithPatient)).Id);
        // One that no key of the ring opens is left unchanged, and the others are resealed.
        await database.ExecuteAsync($"insert into envelopes (deviation_id, sealed) values ('{Guid.Empty.ToString().Replace('0', 'F')}', 'k0.AAAA')");

        var newKey = TestKeys.Of("the new key");
        await using var rotated = new ServiceUnderTest<Program>(database);
        await using var service = rotated.WithWebHostBuilder(
            host => host.UseSetting("EnvelopeProtection:ActiveKey", "k2").UseSetting("EnvelopeProtection:Keys:k2", newKey)
            .UseSetting("EnvelopeProtection:PrintKey", TestKeys.Of("EnvelopeProtection")));
        using var _ = service.CreateClient();
        await Eventually.IsTrue(
            async () => await database.CountAsync("select count(*) from envelopes where sealed like 'k2.%'") == 3, TimeSpan.FromSeconds(30));
        Assert.Equal(1, await database.CountAsync("select count(*) from envelopes where sealed = 'k0.AAAA'"));

        // The old key is no longer needed.
        var ring = new KeyRing(new KeyRingOptions { ActiveKey = "k2", Keys = { ["k2"] = newKey } });
        foreach (var id in ids)
        {
            var envelope = (await database.QueryAsync(
                $"select sealed from envelopes where upper(cast(deviation_id as text)) = '{id.ToString().ToUpperInvariant()}'", r => r.GetString(0))).Single();
            var opened = global::System.Text.Encoding.UTF8.GetString(ring.Open(envelope, id.ToByteArray()));
            Assert.Contains(Given.SyntheticNumber, opened, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Envelope_stays_closed_for_every_role_of_a_third_party()
    {
        foreach (var status in Vocabulary.CaseStates.Keys)
        {
            var of = new EnvelopeAccess.Case(new(Given.Hamar, "s", Unit), Given.SykehusetInnlandet, status, Unit, new(), new(2026, 8, 20));
            foreach (var role in Vocabulary.Roles.Keys.Append(Roles.Client))
                Assert.Empty(EnvelopeAccess.PurposesOf(new(Given.Ringsaker, Unit, "c", "s", new HashSet<string>([role])), of));
        }
    }
}
