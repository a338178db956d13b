using System.Net;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.HandleCase;

/// <summary>A respondent that does not use Avvik is sent a letter by the coordinator of whoever reports, who enters what it answers.</summary>
public sealed class Letter_tests
{
    private const string Ous = "993467049";
    private static readonly DateTimeOffset Start = Given.ReceivedAt.AddMinutes(1);
    private static readonly CaseAction Letter = new() { SentOn = "2026-08-20", Channel = "svarUt" };
    private static readonly CaseAction Answer = new() { Text = "Rutinen er endret.", ContributingFactors = ["communication"], NoMeasuresReason = "Endret." };

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static CommunityDocument Oslo => JsonSerializer.Deserialize(
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "compose", "communities", "oslo.json")), ContractJson.Default.CommunityDocumentArray)![0];

    private static IAvvikClient Coordinator(ServiceUnderTest<Program> service, string organization) => service.ClientAs(organization, Roles.Coordinator);

    private static async Task ImportAsync(ServiceUnderTest<Program> service, CommunityDocument community)
    {
        var admin = service.ClientAs(Given.SykehusetInnlandet, Roles.Admin);
        await admin.ImportDirectoryAsync(new() { Communities = [community], Reason = "Bruker ikke Avvik." }, (await admin.GetDirectoryAsync()).Version);
    }

    private static async Task<string> RefusalAsync(Task call)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => call);
        return refused.Errors.Count == 0 ? $"{refused.Code}" : string.Join(' ', refused.Errors.Select(e => $"{e.Pointer}:{e.Code}"));
    }

    private static async Task<Guid> ReportedAsync(ServiceUnderTest<Program> service, Func<DeviationFacts, DeviationFacts>? facts = null) =>
        (await service.ReceivedAsync(service.Triaged(f =>
        {
            f = f with { RespondentOrganization = Ous, RespondentSite = "Ullevål", Agreement = null, Clause = null, ReporterUnit = "3403-sykepleie" };
            return facts?.Invoke(f) ?? f;
        }))).DeviationId;

    [Theory, MemberData(nameof(Engines))]
    public async Task Letter_is_recorded_and_its_answer_entered_by_the_reporters_coordinator(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Start);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        await ImportAsync(service, Oslo with { WithoutAvvik = new(new(2012, 1, 1)) });
        var (id, coordinator) = (await ReportedAsync(service), Coordinator(service, Given.Hamar));
        var waiting = await coordinator.GetCaseAsync(id);
        // As if it were sent today.
        Assert.Equal((CaseStates.Routed, new DateOnly(2026, 9, 10), 0), (waiting.Case.State, waiting.Letter!.AnswerBy, waiting.Letter.Sent.Count));
        Assert.Equal(["reclassify", "enter-in-error", "hand-over", "reject", "merge", "link", "record-patient-information", "record-letter"],
            waiting.AllowedActions);

        // Nobody of the party reads anything here, whatever a token says, and nobody else of the reporter's party writes for it.
        foreach (var role in new[] { Roles.Coordinator, Roles.Handler, Roles.UnitLeader, Roles.Client, Roles.Reporter })
            foreach (var unit in new[] { null, waiting.Case.Unit })
            {
                var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.ClientAs(Ous, role, unit).GetCaseAsync(id));
                Assert.Contains(refused.Status, new[] { HttpStatusCode.Forbidden, HttpStatusCode.NotFound });
                Assert.Equal(HttpStatusCode.Forbidden,
                    (await Assert.ThrowsAsync<AvvikProblemException>(() => service.ClientAs(Ous, role, unit).ListCasesAsync())).Status);
            }
        Assert.Equal("actionNotAllowed",
            await RefusalAsync(service.ClientAs(Given.Hamar, Roles.Handler, "3403-sykepleie").ActAsync(id, 3, "record-letter", Letter)));

        Assert.Equal("/sentOn:required /channel:required", await RefusalAsync(coordinator.ActAsync(id, 3, "record-letter")));
        Assert.Equal("/sentOn:inFuture /channel:unknownCode",
            await RefusalAsync(coordinator.ActAsync(id, 3, "record-letter", new() { SentOn = "2026-08-21", Channel = "due" })));
        Assert.Equal("/sentOn:beforeOccurred", await RefusalAsync(coordinator.ActAsync(id, 3, "record-letter", Letter with { SentOn = "2026-08-19" })));

        // Sent five days later: the other party's time begins then, and a second letter only reminds.
        clock.Advance(TimeSpan.FromDays(5));
        var sent = await coordinator.ActNowAsync(id, "record-letter", Letter with { SentOn = "2026-08-25" });
        Assert.Equal((CaseStates.InProgress, "letterSent", "Brev sendt 25.08.2026 (SvarUt). Svarfrist 15.09.2026.", new DateOnly(2026, 9, 15)),
            (sent.Case.State, sent.Timeline[^1].Action, sent.Timeline[^1].Text, sent.Letter!.AnswerBy));
        clock.Advance(TimeSpan.FromDays(14));
        var reminded = await coordinator.ActNowAsync(id, "record-letter", Letter with { SentOn = "2026-09-08", Channel = "post" });
        Assert.Equal((sent.Case.DueAt, "svarUt 25.08, post 08.09"), (reminded.Case.DueAt,
            string.Join(", ", reminded.Letter!.Sent.Select(l => $"{l.Channel} {l.SentOn:dd.MM}"))));

        var answered = await coordinator.ActNowAsync(id, "answer", Answer);
        Assert.Equal((CaseStates.Answered, "Rutinen er endret.", Given.Hamar, "På vegne av Oslo universitetssykehus HF: Rutinen er endret."),
            (answered.Case.State, answered.Answer!.Text, answered.Timeline[^1].Organization, answered.Timeline[^1].Text));
        Assert.Equal(answered.Timeline[^1].Text, service.Reveal((await database.SentAsync()).OfType<ReporterInformed>().Last().Text));
        var closed = await service.ClientAs(Given.Hamar, Roles.Reporter, "3403-sykepleie").ActNowAsync(id, "accept");
        Assert.Equal(CaseStates.Closed, closed.Case.State);
        var changed = (await database.SentAsync()).OfType<CaseChanged>().Last();
        Assert.Equal((Ous, null, "ous-somatikk"), (changed.Facts.RespondentOrganization, changed.Facts.Agreement, changed.Unit));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Party_that_begins_to_use_Avvik_takes_over_its_cases(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Start);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        await ImportAsync(service, Oslo with { WithoutAvvik = new(new(2012, 1, 1), new(2026, 8, 31)) });
        var id = await ReportedAsync(service);
        var letter = await Coordinator(service, Given.Hamar).ActNowAsync(id, "record-letter", Letter);
        Assert.Contains("answer", letter.AllowedActions);
        Assert.Equal("forbidden", await RefusalAsync(Coordinator(service, Ous).GetCaseAsync(id)));

        clock.Advance(TimeSpan.FromDays(14));
        Assert.DoesNotContain("answer", (await Coordinator(service, Given.Hamar).GetCaseAsync(id)).AllowedActions);
        Assert.Equal("actionNotAllowed", await RefusalAsync(Coordinator(service, Given.Hamar).ActNowAsync(id, "record-letter", Letter)));
        var answered = await Coordinator(service, Ous).ActNowAsync(id, "answer", Answer);
        Assert.Equal((Ous, "Rutinen er endret.", 1), (answered.Timeline[^1].Organization, answered.Timeline[^1].Text, answered.Letter!.Sent.Count));
    }

    [Fact]
    public async Task Serious_event_by_letter_closes_with_what_the_coordinator_says_for_the_party()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Start));
        await ImportAsync(service, Oslo with { WithoutAvvik = new(new(2012, 1, 1)) });
        var (id, coordinator) = (await ReportedAsync(service, f => f with { ActualHarm = "severe" }), Coordinator(service, Given.Hamar));
        await coordinator.ActNowAsync(id, "record-letter", Letter);
        await coordinator.ActNowAsync(id, "answer", Answer);
        Assert.Equal("seriousIncidentNoticeRequired", await RefusalAsync(coordinator.ActNowAsync(id, "close")));
        var closed = await coordinator.ActNowAsync(id, "close",
            new() { SeriousIncidentNotice = new() { Notified = "no", Reason = "Sykehuset har ikke svart på det." } });
        Assert.Equal((CaseStates.Closed, Ous, "no"),
            (closed.Case.State, Assert.Single(closed.SeriousIncident!.Notices).Organization, closed.SeriousIncident.Notice!.Notified));
    }

    /// <summary>The coordinator does not see what a restricted unit reports, so its leader writes.</summary>
    [Fact]
    public async Task Leader_of_a_restricted_unit_sends_its_letters()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Start));
        await ImportAsync(service, Oslo with { WithoutAvvik = new(new(2012, 1, 1)) });
        var coordinator = Coordinator(service, Given.Hamar);
        await coordinator.ChangeUnitNowAsync("3403-psykisk-helse-rus", new() { Name = "Psykisk helse og rus", Restricted = true, Reason = "Skjermes." });
        var id = await ReportedAsync(service, f => f with { ReporterUnit = "3403-psykisk-helse-rus" });
        Assert.Equal("notFound", await RefusalAsync(coordinator.GetCaseAsync(id)));
        var leader = service.ClientAs(Given.Hamar, Roles.UnitLeader, "3403-psykisk-helse-rus");
        Assert.Equal(CaseStates.InProgress, (await leader.ActNowAsync(id, "record-letter", Letter)).Case.State);
        Assert.Equal(CaseStates.Answered, (await leader.ActNowAsync(id, "answer", Answer)).Case.State);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Case_is_handed_over_to_an_organisation_outside_every_community(DatabaseProvider provider)
    {
        const string Sunnaas = "883971752";
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Start));
        var admin = service.ClientAs(Given.SykehusetInnlandet, Roles.Admin);
        var innlandet = HealthCommunities.Shipped.Single(c => c.Code == "innlandet");
        ProviderDocument sunnaas = new() { OrganizationNumber = Sunnaas, Name = "Sunnaas sykehus HF", Kind = PartyKinds.Trust };
        Task<DirectoryImportAnswer> AddAsync(ProviderDocument provider) => admin.ImportDirectoryAsync(
            new() { Communities = [innlandet with { Providers = [provider] }], Reason = "Rehabilitering." }, 1);
        Assert.Equal("/communities/0/providers/0/kind:unknownCode /communities/0/providers/0/withoutAvvik/validTo:endsBeforeItBegins",
            await RefusalAsync(AddAsync(sunnaas with { Kind = PartyKinds.Gp, WithoutAvvik = new(new(2026, 1, 2), new(2026, 1, 1)) })));
        await AddAsync(sunnaas);
        var party = Assert.Single((await admin.GetDirectoryAsync()).Communities.Single(c => c.Code == "innlandet").Providers);
        Assert.True(party.WithoutAvvik!.Covers(new(2026, 8, 20)));

        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        await Coordinator(service, Given.SykehusetInnlandet).HandOverAsync(id, 3, new() { Organization = Sunnaas, Reason = "Pasienten var på Sunnaas." });
        Assert.Equal("notFound", await RefusalAsync(Coordinator(service, Given.SykehusetInnlandet).GetCaseAsync(id)));
        var letter = await Coordinator(service, Given.Hamar).ActNowAsync(id, "record-letter", Letter);
        Assert.Equal((Sunnaas, null, null, 1),
            (letter.Case.RespondentOrganization, letter.Agreement, letter.Case.Clause, letter.Letter!.Sent.Count));
    }
}
