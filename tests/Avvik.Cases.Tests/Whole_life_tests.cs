using System.Net;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Cases.Tests;

/// <summary>
/// Whole lives of cases, from the report to the figure, through every service that has a part in them. Each ends with what every person sees: the reporter, the
/// unit, both coordinators, the feed of either party, and the figures.
/// </summary>
[Collection(nameof(AllServicesOnBothEngines))]
public sealed class Whole_life_tests(AllServicesOnBothEngines engines)
{
    private const string Hamar = "970540008", Gjøvik = "940155223", Elverum = "952857991", Åmot = "940152496", Trust = "983971709";
    private const string Unit = "si-elverum-hamar", OtherUnit = "si-tynset";
    // Synthetic: the month is 85.
    private static readonly Patient Patient = new() { IdentifierType = "fnr", Identifier = "13857510059" };
    private static readonly Person Nurse = new(Hamar, Roles.Reporter, "3403-sykepleie"), Handler = new(Trust, Roles.Handler, Unit),
        TheirCoordinator = new(Trust, Roles.Coordinator), OurCoordinator = new(Hamar, Roles.Coordinator);
    private static readonly CaseAction Answer = new()
    {
        Text = "Rutinen er endret.",
        ContributingFactors = ["communication"],
        NoMeasuresReason = "Rutinen er alt endret.",
    };

    public static TheoryData<DatabaseProvider> Engines => [DatabaseProvider.Sqlite, DatabaseProvider.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Discharge_on_a_Friday_without_notice(DatabaseProvider engine)
    {
        var life = await BeginAsync(engine, DayOfWeek.Friday);
        var friday = life.Day;
        // The home nurse finds out on Sunday, and it is answered to by the end of a working day three weeks later.
        await life.PassAsync(TimeSpan.FromDays(2));
        await life.SubmitAsync(Nurse, Report("discharge", friday) with
        {
            OccurredAt = $"{friday:yyyy-MM-dd}T05:45:00Z",
            MessageId = "MSG-20261120-77",
            PotentialHarm = "moderate",
            Likelihood = "possible",
            Reporter = new() { Name = "Kari Nordmann", Profession = "nurse", Confidential = true },
            DiscoveredAt = $"{life.Now:yyyy-MM-ddTHH:mm:sszzz}",
            AffectedMessage = "dischargeSummary",
            Difference = "omitted",
            ReportingUnit = "3403-sykepleie",
            PatientMunicipality = "3403",
            Patient = Patient,
        });
        var @case = await life.CaseAsync(Handler);
        // All that was reported and may be shown reaches the unit that answers.
        Assert.Equal((CaseStates.Routed, Unit, "dischargeSummary", "omitted", "MSG-20261120-77", "moderate", "possible"), (@case.Case.State, @case.Case.Unit,
            @case.AffectedMessage, @case.Difference, @case.MessageId, @case.PotentialHarm, @case.Likelihood));
        Assert.Equal(("3403-sykepleie", "3403", "SI Hamar", "nurse", true, life.Now),
            (@case.ReportingUnit, @case.PatientMunicipality, @case.Site, @case.ReporterProfession, @case.HasPatient, @case.DiscoveredAt));
        Assert.Equal(friday.ToDateTime(new(5, 45)), @case.OccurredAt!.Value.UtcDateTime);
        AssertDue(@case, life.Day);
        await life.ActAsync(Handler, "acknowledge");
        await life.ActAsync(Handler, "start");
        await life.ActAsync(Handler, "answer", Answer with
        {
            NoMeasuresReason = null,
            Measures = [new() { Description = "Fast vakttelefon i helgen", Owner = Unit, DueDate = $"{life.Day.AddDays(30):yyyy-MM-dd}" }],
        });
        await life.ActAsync(Nurse, "accept");

        await life.AssertSeenAsync(CaseStates.Closed, [Nurse, Handler, TheirCoordinator, OurCoordinator],
            ["routed", "acknowledged", "started", "answered", "accepted"]);
        Assert.Equal("planned", (await life.As(Handler).ListMeasuresAsync(new() { Unit = Unit })).Items.Single(m => m.CaseId == life.Id).Measure.State);
        Assert.Equal((1, 0, null, 0), await life.FiguresAsync(TheirCoordinator));
        // In time is a share of what was due.
        await life.PassAsync(TimeSpan.FromDays(28));
        Assert.Equal((1, 0, 100, 0), await life.FiguresAsync(TheirCoordinator));
        Assert.Equal((1, 0, 100, 0), await life.FiguresAsync(OurCoordinator));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Wrong_recipient_twice(DatabaseProvider engine)
    {
        var life = await BeginAsync(engine);
        await life.SubmitAsync(Nurse, Report("medication", life.Day));
        var first = await life.CaseAsync(Handler);
        await life.GiveAwayAsync(Handler, "return", new() { Reason = "Feil enhet.", SuggestedUnit = OtherUnit });
        var tynset = Handler with { Unit = OtherUnit };
        await life.GiveAwayAsync(tynset, "return", new() { Reason = "Hører til Hamar.", SuggestedUnit = Unit });
        var again = await life.CaseAsync(Handler);
        Assert.Equal((CaseStates.Routed, 2, first.Case.DueAt), (again.Case.State, again.Case.Hops, again.Case.DueAt));
        await life.AnswerAsync(Handler);
        await life.ActAsync(Nurse, "accept");

        await life.AssertSeenAsync(CaseStates.Closed, [Nurse, Handler, TheirCoordinator, OurCoordinator],
            ["routed", "returned", "returned", "acknowledged", "started", "answered", "accepted"]);
        // The reporter is told why each time.
        Assert.Equal(["Feil enhet.", "Hører til Hamar."],
            (await life.DeviationAsync(Nurse)).Timeline.Where(e => e.Event == "returned").Select(e => e.Text!));
        Assert.Equal((1, 0, null, 2), await life.FiguresAsync(TheirCoordinator));
        Assert.Equal([$"{Unit}>{OtherUnit}", $"{OtherUnit}>{Unit}"], (await life.As(TheirCoordinator).GetStatisticsAsync(
            new() { From = life.ReceivedOn, To = life.ReceivedOn, By = ["hopPair"] })).Rows.Select(r => r.Dimensions!["hopPair"].GetString()!).Order());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Wrong_party(DatabaseProvider engine)
    {
        var life = await BeginAsync(engine);
        var (doctor, elverum, åmot) = (new Person(Gjøvik, Roles.Reporter, "3407-lege"), new Person(Elverum, Roles.Coordinator),
            new Person(Åmot, Roles.Coordinator));
        await life.SubmitAsync(doctor, Report("discharge", life.Day, Elverum) with { PatientMunicipality = "3422" });
        var first = await life.CaseAsync(elverum);
        await life.PassAsync(TimeSpan.FromDays(1));
        await life.GiveAwayAsync(elverum, "hand-over",
            new() { Organization = Åmot, SuggestedUnit = "3422-tildeling", Reason = "Pasienten bor i Åmot." });
        var theirs = await life.CaseAsync(åmot);
        // No hop, and its own time.
        Assert.Equal((CaseStates.Routed, "3422-tildeling", 0), (theirs.Case.State, theirs.Case.Unit, theirs.Case.Hops));
        Assert.True(theirs.Case.DueAt > first.Case.DueAt);
        var handler = new Person(Åmot, Roles.Handler, "3422-tildeling");
        await life.AnswerAsync(handler);
        await life.ActAsync(doctor, "accept");

        await life.AssertSeenAsync(CaseStates.Closed, [doctor, handler, åmot, new(Gjøvik, Roles.Coordinator)],
            ["routed", "handedOver", "acknowledged", "started", "answered", "accepted"], since: (Åmot, "handedOver"));
        Assert.StartsWith("Pasienten bor i Åmot.", (await life.DeviationAsync(doctor)).Timeline.Single(e => e.Event == "handedOver").Text,
            StringComparison.Ordinal);
        Assert.Equal(Åmot, (await life.DeviationAsync(doctor)).RespondentOrganization);
        // It counts with the one that answered it.
        Assert.Equal((1, 0, null, 0), await life.FiguresAsync(åmot));
        Assert.Equal((0, 0, null, null), await life.FiguresAsync(elverum));
        // The party that had it is told that it has left.
        Assert.Equal("handedOver", (await life.ChangesAsync(elverum))[^1]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Near_miss_in_a_medication_list(DatabaseProvider engine)
    {
        var life = await BeginAsync(engine);
        await life.SubmitAsync(Nurse, Report("medication", life.Day) with
        {
            Kind = "nearMiss",
            Narrative = "Legemiddellisten hadde dobbel dose blodfortynnende. Oppdaget før den ble gitt.",
            ActualHarm = "notReached",
            PotentialHarm = "severe",
            Likelihood = "likely",
            PatientGroups = ["frailElderly"],
        });
        var @case = await life.CaseAsync(Handler);
        // Nobody was harmed: no duty to notify, but it is looked at early.
        Assert.Equal(("nearMiss", "high", "notReached", "severe"), (@case.Case.Kind, @case.Case.Priority, @case.Case.ActualHarm, @case.PotentialHarm));
        Assert.Null(@case.SeriousIncident);
        await life.AnswerAsync(Handler);
        await life.ActAsync(Nurse, "accept");
        var lesson = await life.As(TheirCoordinator).ProposeLessonAsync(life.Id, new()
        {
            Title = "Dobbel dose i legemiddellisten",
            WhatHappened = "To lister ble slått sammen uten samstemming.",
            Why = "Listen ble skrevet av.",
            WhatWeChanged = "Listen samstemmes av to.",
            WhoShouldKnow = "Alle som skriver legemiddellister.",
        });
        await life.As(OurCoordinator).ApproveLessonAsync(lesson.Id, lesson.Version);
        await life.SettleAsync();

        await life.AssertSeenAsync(CaseStates.Closed, [Nurse, Handler, TheirCoordinator, OurCoordinator],
            ["routed", "acknowledged", "started", "answered", "accepted", "lessonApproved"]);
        // Somebody else in the community learns from it, and does not learn whose it was.
        var found = (await life.As(new(Gjøvik, Roles.Handler, "3407-lege")).ListLessonsAsync(new() { Q = "legemiddellisten" })).Items
            .Single(l => l.Id == lesson.Id);
        Assert.Null(found.Origin);
        Assert.Equal(["frailElderly"], found.PatientGroups);
        var row = Assert.Single((await life.As(OurCoordinator).GetStatisticsAsync(
            new() { From = life.ReceivedOn, To = life.ReceivedOn, By = ["kind", "harm", "category"] })).Rows);
        Assert.Equal(("nearMiss", "notReached", "medication"),
            (row.Dimensions!["kind"].GetString(), row.Dimensions["harm"].GetString(), row.Dimensions["category"].GetString()));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Praise(DatabaseProvider engine)
    {
        var life = await BeginAsync(engine);
        await life.SubmitAsync(Nurse, Report("discharge", life.Day) with
        {
            Kind = Vocabulary.Praise,
            ActualHarm = null,
            Narrative = "Sengeposten ringte dagen før og hadde alt klart. Svært godt samarbeid.",
        });
        var @case = await life.CaseAsync(Handler);
        Assert.Equal((Vocabulary.Praise, (string?)null), (@case.Case.Kind, @case.Case.Clause));
        Assert.DoesNotContain("answer", @case.AllowedActions);
        await life.ActAsync(Handler, "acknowledge");
        await life.ActAsync(Handler, "thank", new() { Text = "Takk for hyggelig tilbakemelding." });

        await life.AssertSeenAsync(CaseStates.Closed, [Nurse, Handler, TheirCoordinator, OurCoordinator], ["routed", "acknowledged", "thanked"]);
        Assert.Equal("Takk for hyggelig tilbakemelding.", (await life.DeviationAsync(Nurse)).Timeline[^1].Text);
        // No deviation, under no clause.
        Assert.Equal((0, 0, null, null), await life.FiguresAsync(TheirCoordinator));
        Assert.Equal(1, (await life.As(TheirCoordinator).GetStatisticsAsync(
            new() { From = life.ReceivedOn, To = life.ReceivedOn })).Total.GoodCollaboration.Value);
        Assert.Equal(0, (await life.As(TheirCoordinator).GetStatisticsAsync(
            new() { From = life.ReceivedOn, To = life.ReceivedOn, Clause = ["5"] })).Total.GoodCollaboration.Value);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Serious_event_with_two_notices(DatabaseProvider engine)
    {
        var life = await BeginAsync(engine);
        await life.SubmitAsync(Nurse, Report("aidsAndEquipment", life.Day) with
        {
            Narrative = "Pasienten ble sendt hjem uten oksygen og ble funnet livløs.",
            ActualHarm = "death",
            Respondent = new() { OrganizationNumber = Trust, Unit = Unit },
        });
        // The unit has it at once, and the coordinator looks at it beside.
        var @case = await life.CaseAsync(Handler);
        Assert.Equal(("urgent", life.Day), (@case.Case.Priority, @case.SeriousIncident!.NotifyBy));
        Assert.Contains((await life.As(TheirCoordinator).ListTriageAsync()).Items.Single(i => i.Id == life.Id).Flags, f => f.Code == "seriousHarm");
        await life.ActAsync(Handler, "acknowledge");
        await life.ActAsync(Handler, "start");
        await life.ActAsync(Handler, "answer", Answer);
        // Nothing closes before the respondent has said whether it notified.
        await life.AssertRefusedAsync(ProblemCodes.SeriousIncidentNoticeRequired, Nurse, "accept",
            new() { SeriousIncidentNotice = new() { Notified = "yes", Reference = "V-1" } });
        // Nor has anybody told the next of kin yet: it is said, and why, and stops nothing.
        await life.ActAsync(Handler, "record-patient-information",
            new() { PatientInformation = new() { Informed = "notInformed", ReasonCode = "notReached" } });
        Assert.Equal((1, 0, 1), await life.InformedAsync(TheirCoordinator));
        await life.ActAsync(TheirCoordinator, "close", new() { SeriousIncidentNotice = new() { Notified = "yes", Reference = "V9931" } });

        await life.AssertSeenAsync(CaseStates.Closed, [Nurse, Handler, TheirCoordinator, OurCoordinator],
            ["routed", "acknowledged", "started", "answered", "patientInformationRecorded", "closed"]);
        var closed = await life.CaseAsync(OurCoordinator);
        Assert.Equal([(Trust, "V9931")], closed.SeriousIncident!.Notices.Select(n => (n.Organization, n.Notice.Reference!)));
        // They are told late, by the municipality, and what they think of it is kept for both parties and nobody else.
        await life.ActAsync(Nurse, "record-patient-information", new()
        {
            PatientInformation = new()
            {
                Informed = "informed",
                Who = "nextOfKin",
                By = "Avdelingsleder, hjemmesykepleien",
                On = life.Day.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
                View = "Vi burde fått vite det samme dag.",
            },
        });
        foreach (var person in new[] { Handler, TheirCoordinator, OurCoordinator })
            Assert.Equal([(Trust, null), (Hamar, "Vi burde fått vite det samme dag.")],
                (await life.CaseAsync(person)).PatientInformation.Select(i => (i.Organization, i.Information.View)));
        await life.AssertHiddenAsync(OurCoordinator with { Organization = Gjøvik });
        Assert.DoesNotContain((await life.DeviationAsync(Nurse)).Timeline, e => e.Text?.Contains("samme dag", StringComparison.Ordinal) == true);
        Assert.Equal((1, 1, 0), await life.InformedAsync(OurCoordinator));
        // Reopened: a new duty with its own day, and the reporter's party has notified too; neither replaces the other.
        await life.PassAsync(TimeSpan.FromDays(7));
        await life.ActAsync(OurCoordinator, "reopen", new() { Reason = "Ny informasjon om utstyret." });
        await life.As(TheirCoordinator).DecideAsync(life.Id, new() { Decision = "route" });
        await life.SettleAsync();
        Assert.Equal((life.Day, (SeriousIncidentNotice?)null),
            (await life.CaseAsync(Handler)).SeriousIncident is var s ? (s!.NotifyBy, s.Notice) : default);
        await life.ActAsync(Handler, "acknowledge");
        await life.ActAsync(Handler, "start");
        await life.ActAsync(Handler, "answer", Answer with { SeriousIncidentNotice = new() { Notified = "yes", Reference = "V9932" } });
        await life.ActAsync(Nurse, "accept", new() { SeriousIncidentNotice = new() { Notified = "no", Reason = "Helseforetaket varslet." } });
        var notices = (await life.CaseAsync(Handler)).SeriousIncident!.Notices;
        Assert.Equal([(Trust, "yes"), (Trust, "yes"), (Hamar, "no")], notices.Select(n => (n.Organization, n.Notice.Notified!)));
        Assert.Equal((1, 0, null, 0), await life.FiguresAsync(TheirCoordinator));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reopened_after_new_information(DatabaseProvider engine)
    {
        var life = await BeginAsync(engine);
        await life.SubmitAsync(Nurse, Report("medication", life.Day));
        await life.AnswerAsync(Handler);
        await life.ActAsync(Nurse, "accept");
        await life.PassAsync(TimeSpan.FromDays(10));
        await life.As(Nurse).WriteMessageAsync(life.Id, new ReporterMessage { Text = "Pasienten ble innlagt på nytt i går.", AsksReopening = true });
        await life.SettleAsync();
        Assert.Contains((await life.CaseAsync(OurCoordinator)).Timeline, e => e.Text?.Contains("innlagt på nytt", StringComparison.Ordinal) == true);
        await life.ActAsync(OurCoordinator, "reopen", new() { Reason = "Reinnleggelse." });
        var waiting = (await life.As(TheirCoordinator).ListTriageAsync()).Items.Single(i => i.Id == life.Id);
        Assert.Equal(("Reinnleggelse.", "reopened"), (waiting.ReopenedBecause, waiting.Flags.Single(f => f.Code == "reopened").Code));
        await life.As(TheirCoordinator).DecideAsync(life.Id, new() { Decision = "route", ActualHarm = "moderate" });
        await life.SettleAsync();
        var again = await life.CaseAsync(Handler);
        Assert.Equal((CaseStates.Routed, "moderate"), (again.Case.State, again.Case.ActualHarm));
        AssertDue(again, life.Day);
        await life.AnswerAsync(Handler, Answer with { Text = "Doseringen er rettet, og rutinen er endret igjen." });
        await life.ActAsync(Nurse, "accept");

        var closed = await life.CaseAsync(TheirCoordinator);
        Assert.Equal(["Rutinen er endret.", "Doseringen er rettet, og rutinen er endret igjen."], closed.Closings.Select(c => c.RespondentsView!));
        await life.AssertSeenAsync(CaseStates.Closed, [Nurse, Handler, TheirCoordinator, OurCoordinator],
            [.. closed.Timeline.Select(e => e.Action)]);
        Assert.Equal(2, closed.Timeline.Count(e => e.Action == "accepted"));
        Assert.Equal((1, 0, null, 0), await life.FiguresAsync(TheirCoordinator));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Both_parties_reporting_one_event(DatabaseProvider engine)
    {
        var life = await BeginAsync(engine);
        await life.SubmitAsync(Nurse, Report("discharge", life.Day) with { Patient = Patient, Narrative = "Eldre dame hjem uten varsel." });
        var ours = life.Id;
        var (ward, allocation) = (new Person(Trust, Roles.Reporter, Unit), new Person(Hamar, Roles.Handler, "3403-tildeling"));
        await life.SubmitAsync(ward, Report("coordination", life.Day, Hamar) with
        {
            Patient = Patient,
            Narrative = "Kommunen tok ikke imot utskrivningsklar pasient.",
            Respondent = new() { OrganizationNumber = Hamar, Unit = "3403-tildeling" },
        });
        var theirs = life.Id;
        // The same patient, parties and days: suggested to the coordinators, not decided.
        Assert.Equal([ours], (await life.CaseAsync(TheirCoordinator)).SuggestedLinks.Select(l => l.Id!.Value));
        await life.ActAsync(TheirCoordinator, "link", new() { OtherCase = ours, Reason = "Samme utskrivning." });
        foreach (var coordinator in new[] { TheirCoordinator, OurCoordinator })
            Assert.Equal([theirs], (await life.As(coordinator).GetCaseAsync(ours)).Linked.Select(l => l.Id!.Value));
        // Each is answered by its own respondent.
        await life.AnswerAsync(allocation);
        await life.ActAsync(ward, "accept");
        await life.AssertSeenAsync(CaseStates.Closed, [ward, allocation, TheirCoordinator, OurCoordinator],
            ["routed", "linked", "acknowledged", "started", "answered", "accepted"]);
        life.Id = ours;
        await life.AnswerAsync(Handler);
        await life.ActAsync(Nurse, "accept");
        await life.AssertSeenAsync(CaseStates.Closed, [Nurse, Handler, TheirCoordinator, OurCoordinator],
            ["routed", "linked", "acknowledged", "started", "answered", "accepted"]);

        // Two reports of one event.
        Assert.Equal((2, 0, null, 0), await life.FiguresAsync(TheirCoordinator));
        Assert.Equal((2, 0, null, 0), await life.FiguresAsync(OurCoordinator));
        Assert.Single(await life.EventsAsync(ours, theirs));
    }

    private static Submission Report(string category, DateOnly day, string respondent = Trust) => new()
    {
        ClientReference = Guid.CreateVersion7().ToString("N"),
        Kind = "incident",
        OccurredAt = $"{day:yyyy-MM-dd}",
        Category = category,
        ActualHarm = "mild",
        Narrative = "Pasienten kom hjem uten at noen hadde fått beskjed.",
        Respondent = new() { OrganizationNumber = respondent, Site = respondent == Trust ? "SI Hamar" : null },
    };

    /// <summary>21 days from receipt, to the end of a working day.</summary>
    private static void AssertDue(CaseDetails @case, DateOnly received)
    {
        // Moving holidays of 2027 and 2028 (almanac of the University of Oslo) beside those that do not move.
        DateOnly[] holidays = [new(2027, 3, 25), new(2027, 3, 26), new(2027, 3, 29), new(2027, 5, 6), new(2027, 5, 17), new(2028, 4, 13), new(2028, 4, 14),
            new(2028, 4, 17), new(2028, 5, 25), new(2028, 6, 5)];
        var due = received.AddDays(21);
        while (due.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday || holidays.Contains(due)
            || (due.Month, due.Day) is (1, 1) or (5, 1) or (5, 17) or (12, 25) or (12, 26)) due = due.AddDays(1);
        var local = TimeZoneInfo.ConvertTime(@case.Case.DueAt, TimeZoneInfo.FindSystemTimeZoneById("Europe/Oslo"));
        // The end of the day is the first instant of the next, or the last before it.
        Assert.Equal(due, DateOnly.FromDateTime(local.AddSeconds(-1).DateTime));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Letter_to_a_trust_that_does_not_use_Avvik(DatabaseProvider engine)
    {
        const string Ous = "993467049";
        var life = await BeginAsync(engine);
        var (admin, theirs) = (life.As(new(Trust, Roles.Admin)), new Person(Ous, Roles.Coordinator));
        var oslo = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "compose", "communities", "oslo.json")),
            ContractJson.Default.CommunityDocumentArray)![0];
        await admin.ImportDirectoryAsync(new() { Communities = [oslo with { WithoutAvvik = new(new(2012, 1, 1)) }], Reason = "Tar imot brev." },
            (await admin.GetDirectoryAsync()).Version);
        await life.SettleAsync();

        // Without a category it waits for the coordinator of whoever reports, and for nobody else.
        var report = Report("dischargeSummary", life.Day, Ous) with
        {
            Narrative = "Noe gikk galt.",
            Category = null,
            Respondent = new() { OrganizationNumber = Ous, Site = "Ullevål" },
            Patient = Patient,
        };
        await life.SubmitAsync(Nurse, report);
        Assert.Equal(["noCategory"], (await life.As(OurCoordinator).ListTriageAsync()).Items.Single(i => i.Id == life.Id).Flags.Select(f => f.Code));
        Assert.DoesNotContain((await life.As(TheirCoordinator).ListTriageAsync()).Items, i => i.Id == life.Id);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(
            () => life.As(TheirCoordinator).DecideAsync(life.Id, new() { Decision = "route", Category = "dischargeSummary" }))).Status);
        foreach (var call in new Func<Task>[] { () => life.As(theirs).ListTriageAsync(), () => life.As(theirs).ListCasesAsync(),
            () => life.As(theirs).ListDeviationsAsync(), () => life.As(theirs).GetStatisticsAsync(new() { From = life.Day, To = life.Day }),
            () => life.As(theirs with { Role = Roles.Client }).ListChangesAsync(), () => life.As(theirs).OpenEnvelopeAsync(life.Id, "handleCase") })
            Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<AvvikProblemException>(call)).Status);
        await life.As(OurCoordinator).DecideAsync(life.Id, new() { Decision = "route", Category = "dischargeSummary" });
        await life.SettleAsync();

        // The letter: who the patient is, the coordinator finds out, and adds by a channel of the own party's.
        await life.AssertHiddenAsync(TheirCoordinator);
        Assert.Equal(Patient.Identifier, (await life.As(OurCoordinator).OpenEnvelopeAsync(life.Id, "handleCase")).Identifier);
        await life.ActAsync(OurCoordinator, "record-letter", new() { SentOn = $"{life.Day:yyyy-MM-dd}", Channel = "svarUt" });
        await life.PassAsync(TimeSpan.FromDays(20));
        await life.ActAsync(OurCoordinator, "answer", Answer);
        await life.ActAsync(Nurse, "accept");

        await life.AssertSeenAsync(CaseStates.Closed, [Nurse, OurCoordinator],
            ["routed", "letterSent", "reminded", "reminded", "answered", "accepted"]);
        Assert.Equal("På vegne av Oslo universitetssykehus HF: Rutinen er endret.",
            (await life.DeviationAsync(Nurse)).Timeline.Single(e => e.Event == "answered").Text);
        await life.PassAsync(TimeSpan.FromDays(28));
        Assert.Equal((1, 0, 100, 0), await life.FiguresAsync(OurCoordinator));
        Assert.Equal(Ous, Assert.Single((await life.As(OurCoordinator).GetStatisticsAsync(
            new() { From = life.ReceivedOn, To = life.ReceivedOn, By = ["respondent"] })).Rows).Dimensions!["respondent"].GetString());
    }

    /// <summary>On a day of its own, so that its figures are its own.</summary>
    private async Task<Life> BeginAsync(DatabaseProvider engine, DayOfWeek day = DayOfWeek.Tuesday)
    {
        var life = new Life(engines.On(engine));
        await life.PassAsync(TimeSpan.FromDays(28 + ((day - life.Now.DayOfWeek + 7) % 7)));
        return life;
    }

    private sealed class Life(AllServices services)
    {
        public Guid Id { get; set; }
        public DateTimeOffset Now => services.Clock.GetUtcNow();
        public DateOnly Day => DateOnly.FromDateTime(Now.DateTime);
        public DateOnly ReceivedOn { get; private set; }

        public IAvvikClient As(Person person) => services.As(person);
        public Task SettleAsync() => services.SettleAsync();
        public Task PassAsync(TimeSpan time) => services.PassAsync(time);
        public Task<CaseDetails> CaseAsync(Person person) => As(person).GetCaseAsync(Id);
        public Task<Deviation> DeviationAsync(Person person) => As(person).GetDeviationAsync(Id);

        public async Task SubmitAsync(Person person, Submission submission)
        {
            var receipt = await As(person).SubmitAsync(submission);
            Assert.Equal(CaseStates.Submitted, receipt.State);
            (Id, ReceivedOn) = (receipt.Id, Day);
            await SettleAsync();
        }

        public async Task ActAsync(Person person, string action, CaseAction? body = null)
        {
            var @case = await CaseAsync(person);
            Assert.Contains(action, @case.AllowedActions);
            Assert.Equal(@case.Case.Version + 1, (await As(person).ActAsync(Id, @case.Case.Version, action, body ?? new())).Case.Version);
            await SettleAsync();
        }

        /// <summary>An action after which the case is not the caller's to read: answered with nothing.</summary>
        public async Task GiveAwayAsync(Person person, string action, CaseAction body)
        {
            var version = (await CaseAsync(person)).Case.Version;
            if (action == "hand-over") await As(person).HandOverAsync(Id, version, body);
            else Assert.Null(await As(person).ActAsync(Id, version, action, body));
            await SettleAsync();
            await AssertHiddenAsync(person);
        }

        public async Task AnswerAsync(Person handler, CaseAction? answer = null)
        {
            await ActAsync(handler, "acknowledge");
            await ActAsync(handler, "start");
            await ActAsync(handler, "answer", answer ?? Answer);
        }

        public async Task AssertRefusedAsync(string code, Person person, string action, CaseAction body)
        {
            var version = (await CaseAsync(person)).Case.Version;
            Assert.Equal(code, (await Assert.ThrowsAsync<AvvikProblemException>(() => As(person).ActAsync(Id, version, action, body))).Code);
        }

        public async Task AssertHiddenAsync(Person person) =>
            Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => CaseAsync(person))).Status);

        /// <summary>The reporter and everybody else see the same state and the same history, and the feed of both parties tells it.</summary>
        /// <param name="since">A party that was given the case, and from which event on its feed has it.</param>
        public async Task AssertSeenAsync(string state, Person[] people, string[] history, (string Organization, string Event) since = default)
        {
            foreach (var person in people)
            {
                var @case = await CaseAsync(person);
                Assert.Equal((person, state), (person, @case.Case.State));
                Assert.Equal(history, @case.Timeline.Select(e => e.Action));
                Assert.All(@case.Timeline, e => Assert.True(e.Actor is null || e.Organization == person.Organization, $"{person} reads who acted elsewhere"));
            }
            var deviation = await DeviationAsync(people[0]);
            Assert.Equal(state, deviation.State);
            Assert.Equal("submitted", deviation.Timeline[0].Event);
            foreach (var person in people.DistinctBy(p => p.Organization))
                Assert.Equal(history.SkipWhile(e => person.Organization == since.Organization && e != since.Event),
                    (await ChangesAsync(person with { Role = Roles.Client, Unit = null })).Where(history.Contains));
            Assert.Equal(0, await services.ParkedAsync());
        }

        public async Task<List<string>> ChangesAsync(Person person)
        {
            var (events, cursor) = (new List<string>(), (string?)null);
            while (true)
            {
                var page = await As(person).ListChangesAsync(new() { Cursor = cursor, Limit = 200 });
                if (page.Items.Count == 0) return events;
                events.AddRange(page.Items.Where(c => c.Id == Id).Select(c => c.Event));
                cursor = page.NextCursor;
            }
        }

        /// <summary>Own figures of the day: deviations, of them open, answered in time (percent), mean returns.</summary>
        public async Task<(double?, double?, double?, double?)> FiguresAsync(Person person)
        {
            var total = (await As(person).GetStatisticsAsync(new() { From = ReceivedOn, To = ReceivedOn })).Total;
            return (total.Count.Value, total.Open.Value, total.AnsweredInTimePercent?.Value, total.MeanHops?.Value);
        }

        /// <summary>Of the deviation's harm: how many there were, and of them with somebody told, and with nobody.</summary>
        public async Task<(long, long, long)> InformedAsync(Person person)
        {
            var figures = await As(person).GetPatientInformationAsync(new() { From = ReceivedOn, To = ReceivedOn });
            var row = figures.Rows.Single(r => r.Harm == "death");
            return (row.Count, row.Informed, row.NotInformed);
        }

        /// <summary>The events that reports are counted as.</summary>
        public async Task<List<string>> EventsAsync(params Guid[] reports) => [.. (await services.QueryFactsAsync(
            "select deviation_id, event_id from facts where event_id is not null", r => (Report: r.GetGuid(0), Event: $"{r.GetValue(1)}")))
            .Where(f => reports.Contains(f.Report)).Select(f => f.Event).Distinct()];
    }
}
