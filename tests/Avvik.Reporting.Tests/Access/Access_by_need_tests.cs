using System.Net;
using System.Text;
using System.Text.Json;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

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

    [Theory]
    [InlineData(Given.Hamar, "3403-tildeling")]
    [InlineData(Given.SykehusetInnlandet, "si-habilitering")]
    public async Task Deviation_of_other_units_is_404_for_every_role_and_call(string organization, string unit)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.ClientAs(Given.Hamar, Roles.Reporter, "3403-sykepleie", "anne").SubmitAsync(Given.Submission with
        {
            Narrative = "Epikrisen for kontrolltimen kvasteved kom ikke.",
            Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber },
        });
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        var (asked, learnt) = await OtherParties.LearnAsUnitAsync(service, organization, unit, deviation.Id, "kvasteved", deviation.Reference,
            Given.SyntheticNumber);
        Assert.Empty(learnt);
        Assert.True(asked >= 50, $"{asked} questions");
    }

    [Fact]
    public async Task Confidential_name_is_for_the_reporter_and_a_coordinator_with_a_purpose()
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
        var hidden = person with { Name = null, HprNumber = null };
        foreach (var role in new[] { Roles.Reporter, Roles.Handler, Roles.UnitLeader, Roles.Client, Roles.Coordinator })
        {
            Assert.Equal(hidden, await ReadAsync(role, "other"));
            Assert.Equal(hidden, await ListedAsync(role, "other"));
        }

        var eva = service.ClientAs(Given.Hamar, Roles.Coordinator, subject: "eva");
        Assert.Equal(person, await eva.OpenReporterAsync(deviation.Id, new() { Purpose = "contactReporter" }));
        Assert.Equal(["eva contactReporter"],
            await database.QueryAsync("select subject || ' ' || purpose from access_log where action = 'reporterOpened'", r => r.GetString(0)));
        foreach (var (client, purpose, status) in new[]
        {
            (eva, "handleCase", HttpStatusCode.UnprocessableEntity),
            (service.ClientAs(Given.Hamar, Roles.UnitLeader, "hamar-legevakt"), "contactReporter", HttpStatusCode.Forbidden),
            (service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator), "contactReporter", HttpStatusCode.NotFound),
        })
            Assert.Equal(status, (await Assert.ThrowsAsync<AvvikProblemException>(
                () => client.OpenReporterAsync(deviation.Id, new() { Purpose = purpose }))).Status);
        Assert.Equal(1, await database.CountAsync("select count(*) from access_log where action = 'reporterOpened'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Anonymous_report_keeps_nothing_of_who_wrote_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var kari = service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-legevakt", "kari-sub-4711");
        foreach (var named in new Client.Reporter[] { new() { Anonymous = true, Name = "Kari" }, new() { Anonymous = true, HprNumber = "1234567" } })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Assert.ThrowsAsync<AvvikProblemException>(
                () => kari.SubmitAsync(Given.Submission with { Reporter = named }))).Status);
        var submission = Given.Submission with { Reporter = new() { Anonymous = true, Profession = "nurse" } };
        var receipt = await kari.SubmitAsync(submission);
        foreach (var trace in new[] { "kari-sub-4711", "hamar-legevakt" }) Assert.Empty(await database.HoldingAsync(trace, t => t));
        // Not even for whoever wrote it; the coordinator has it.
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => kari.GetDeviationAsync(receipt.Id))).Status);
        Assert.Equal(receipt.Id, (await service.ClientAs(Given.Hamar, Roles.Coordinator).GetDeviationAsync(receipt.Id)).Id);
        // The same receipt for the same submission.
        Assert.Equal(receipt.Id, (await kari.SubmitAsync(submission)).Id);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Submitter_is_published_as_a_print_unless_confidential_or_anonymous(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var anne = service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-legevakt", "anne");
        var open = await anne.SubmitAsync(Given.Submission);
        await anne.SubmitAsync(Given.Submission with { Reporter = new() { Confidential = true } });
        await anne.SubmitAsync(Given.Submission with { Reporter = new() { Anonymous = true } });
        await service.ClientAs(Given.Hamar, Roles.Client, subject: "epj").SubmitAsync(Given.Submission);
        var told = Assert.Single(await database.QueryAsync(
            "select body from outbox_message where type = 'avvik.reporting.submitter-recorded.v1'", r => r.GetFieldValue<byte[]>(0)));
        var submitter = JsonSerializer.Deserialize(told, ContractJson.Default.SubmitterRecorded)!;
        Assert.Equal((open.Id, Given.Hamar, SubmitterRecorded.PrintOf(Given.Hamar, "anne")), (submitter.DeviationId, submitter.Organization, submitter.Print));
        Assert.DoesNotContain("anne", Encoding.UTF8.GetString(told), StringComparison.Ordinal);
        // The same receipt again is no new report.
        await anne.SubmitAsync(Given.Submission with { ClientReference = "again" });
        await anne.SubmitAsync(Given.Submission with { ClientReference = "again" });
        Assert.Equal(2, await database.CountAsync("select count(*) from outbox_message where type = 'avvik.reporting.submitter-recorded.v1'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Merged_municipality_sees_what_was_reported_under_its_old_number(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        const string Flakstad = "863320852", Vestvågøy = "942570619";
        var submission = Given.Submission with
        {
            Respondent = new() { OrganizationNumber = Given.Nordlandssykehuset },
            Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber },
        };
        var before = await service.ClientAs(Flakstad, Roles.Reporter, subject: "anne").SubmitAsync(submission);
        await service.ReceiveAsync(before.Changed(2, "routed", CaseStates.Routed));
        var (coordinator, anne) = (service.ClientAs(Vestvågøy, Roles.Coordinator), service.ClientAs(Vestvågøy, Roles.Reporter, subject: "anne"));
        Assert.Empty((await coordinator.ListDeviationsAsync()).Items);
        Task[] tooEarly = [anne.GetDeviationAsync(before.Id), anne.OpenEnvelopeAsync(before.Id, "verifyIdentity"),
            coordinator.OpenEnvelopeAsync(before.Id, "verifyIdentity"), coordinator.RedactAsync(before.Id, new() { Passage = "Epikrisen", Reason = "Prøve." })];
        foreach (var call in tooEarly) Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => call)).Status);
        var answered = await service.Reporter(Given.Nordlandssykehuset).SubmitAsync(submission with { Respondent = new() { OrganizationNumber = Flakstad } });
        await service.ReceiveAsync(answered.Changed(2, "routed", CaseStates.Routed));

        // Flakstad becomes a part of Vestvågøy.
        service.Services.GetRequiredService<CurrentDirectory>().Replace(ChangedDirectory.Of(c => c with
        {
            Regions = [.. c.Regions.Select(r => r with
            {
                Municipalities = [.. r.Municipalities.Select(m =>
                    m.OrganizationNumber == Flakstad ? m with { EndedOn = new(2026, 1, 1), Successor = Vestvågøy } : m)],
            })],
        }));
        Assert.Equal(before.Id, Assert.Single((await coordinator.ListDeviationsAsync()).Items).Id);
        Assert.Equal([before.Id, answered.Id], (await coordinator.ListChangesAsync()).Items.Select(c => c.Id));
        Assert.Equal(before.Id, (await anne.GetDeviationAsync(before.Id)).Id);
        Assert.Contains((await anne.WriteMessageAsync(before.Id, "Det skjedde igjen.")).Timeline, e => e.Event == "reporterMessage");
        // The patient's envelope: whoever reported it, and the coordinator for units that are no more, of what it reported and of what it is to answer.
        Assert.Equal(Given.SyntheticNumber, (await anne.OpenEnvelopeAsync(before.Id, "verifyIdentity")).Identifier);
        Assert.Equal(Given.SyntheticNumber, (await coordinator.OpenEnvelopeAsync(before.Id, "contactPatient")).Identifier);
        Assert.Equal(Given.SyntheticNumber, (await coordinator.OpenEnvelopeAsync(answered.Id, "handleCase")).Identifier);
        foreach (var stranger in new[] { service.ClientAs(Vestvågøy, Roles.Reporter, subject: "per"), service.ClientAs(Given.Hamar, Roles.Coordinator) })
            Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(
                () => stranger.OpenEnvelopeAsync(before.Id, "contactPatient"))).Status);
        // What should not have been written is struck by whoever has taken over, and listed for them.
        Assert.Equal(Vestvågøy, (await coordinator.RedactAsync(before.Id, new() { Passage = "ni dager", Reason = "Sto feil." })).Organization);
        Assert.Equal("Epikrisen kom [strøket] etter utskrivning.", (await anne.GetDeviationAsync(before.Id)).Submission.Narrative);
        Assert.Equal(before.Id, Assert.Single((await service.ClientAs(Vestvågøy, Roles.Auditor).ListRedactionsAsync()).Items).Id);
        // Nobody else's, and not the other way round.
        Assert.Empty((await service.ClientAs(Given.Hamar, Roles.Coordinator).ListDeviationsAsync()).Items);
        var after = await anne.SubmitAsync(submission);
        Assert.DoesNotContain((await service.ClientAs(Flakstad, Roles.Coordinator).ListDeviationsAsync()).Items, d => d.Id == after.Id);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reports_of_a_restricted_unit_are_for_its_own_people_until_disputed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        service.Services.GetRequiredService<CurrentDirectory>().Replace(new DirectoryPublished
        {
            Version = 2,
            OccurredAt = Given.Now,
            Units = [new() { OrganizationNumber = Given.Hamar, Code = "hamar-rus", Label = "Rusteamet", Sites = [], Restricted = true }],
        });
        var mine = await service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-rus", "anne").SubmitAsync(Given.Submission);
        foreach (var role in new[] { Roles.Coordinator, Roles.Client })
        {
            Assert.Empty((await service.ClientAs(Given.Hamar, role, subject: "eva").ListDeviationsAsync()).Items);
            Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(
                () => service.ClientAs(Given.Hamar, role, subject: "eva").WriteMessageAsync(mine.Id, "Gjelder oss."))).Status);
        }
        Assert.Equal(mine.Id, Assert.Single((await service.ClientAs(Given.Hamar, Roles.UnitLeader, "hamar-rus", "bjarne").ListDeviationsAsync()).Items).Id);
        Assert.Equal(mine.Id, Assert.Single((await service.ClientAs(Given.Hamar, Roles.Reporter, subject: "anne").ListDeviationsAsync()).Items).Id);
        await service.ReceiveAsync(mine.Changed(2, "acknowledged", "acknowledged"));
        Assert.Empty((await service.ClientAs(Given.Hamar, Roles.Client).ListChangesAsync()).Items);
        Assert.Single((await service.ClientAs(Given.Hamar, Roles.UnitLeader, "hamar-rus", "bjarne").ListChangesAsync()).Items);
        Assert.Empty((await service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset").ListChangesAsync()).Items);
        Assert.Single((await service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-elverum-hamar").ListChangesAsync()).Items);
        await service.ReceiveAsync(mine.Changed(3, "disputed", "disputed"));
        Assert.Single((await service.ClientAs(Given.Hamar, Roles.Coordinator, subject: "eva").ListDeviationsAsync()).Items);
    }

    [Fact]
    public async Task Texts_of_what_was_entered_in_error_are_closed_to_all_but_auditors()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission with { Narrative = "Om kvasteved." });
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(
            () => service.ClientAs(Given.Hamar, Roles.Auditor).GetDeviationAsync(deviation.Id))).Status);
        await service.ReceiveAsync(deviation.Changed(2, "enteredInError", "enteredInError"), service.Informed(deviation, 2, "Gjaldt en ansatt."));
        var seen = await service.ClientAs(Given.Hamar, Roles.Coordinator).GetDeviationAsync(deviation.Id);
        Assert.DoesNotContain("kvasteved", System.Text.Json.JsonSerializer.Serialize(seen), StringComparison.Ordinal);
        Assert.Equal("Gjaldt en ansatt.", seen.Timeline[^1].Text);
        foreach (var organization in new[] { Given.Hamar, Given.SykehusetInnlandet })
            Assert.Equal("Om kvasteved.", (await service.ClientAs(organization, Roles.Auditor).GetDeviationAsync(deviation.Id)).Submission.Narrative);
    }
}
