using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.ReporterMessages;

public sealed class Reporter_messages_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Message_is_in_the_timeline_once_also_when_it_arrives_before_the_case(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = service.Triaged();
        ReporterAnswered Message(int number, string text) =>
            new()
            {
                DeviationId = triaged.DeviationId,
                Version = number,
                OccurredAt = Given.ReceivedAt.AddMinutes(number),
                Organization = Given.Hamar,
                Text = service.Protect(text)
            };
        var (first, second) = (Message(1, "Det gjaldt to pasienter."), Message(2, "Nå er det rettet."));
        await service.ReceiveAsync(second);
        await service.ReceiveAsync([triaged, first, second, first]);

        var details = await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).GetCaseAsync(triaged.DeviationId);
        Assert.Equal(["Det gjaldt to pasienter.", "Nå er det rettet."], details.Timeline.Where(e => e.Action == "reporterMessage").Select(e => e.Text));
        Assert.Equal([(3, "routed"), (4, "reporterMessage")], (await database.SentAsync()).OfType<CaseChanged>().Select(c => (c.Version, c.Action)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Message_is_a_new_version_that_the_handler_sees_before_answering(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        var handler = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset");
        await handler.ActAsync(id, 3, "acknowledge");
        var read = (await handler.ActAsync(id, 4, "start")).Case.Version;
        await service.ReceiveAsync(new ReporterAnswered
        {
            DeviationId = id,
            Version = 1,
            OccurredAt = Given.ReceivedAt.AddHours(1),
            Organization = Given.Hamar,
            Text = service.Protect("Pasienten er innlagt på nytt."),
        });

        var answer = new CaseAction { Text = "Fint at det gikk bra.", ContributingFactors = ["capacity"], NoMeasuresReason = "Ingen skade." };
        Assert.Equal(HttpStatusCode.PreconditionFailed,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => handler.ActAsync(id, read, "answer", answer))).Status);
        var changed = (await database.SentAsync()).OfType<CaseChanged>().Last();
        Assert.Equal((read + 1, "reporterMessage", CaseStates.InProgress), (changed.Version, changed.Action, changed.State));
        // The words are the reporter's own already.
        Assert.Empty((await database.SentAsync()).OfType<ReporterInformed>());
        // Later states do not change what it was written to.
        await handler.ActAsync(id, read + 1, "answer", answer);
        var message = Assert.Single((await handler.GetCaseAsync(id)).Timeline, e => e.Action == "reporterMessage");
        Assert.Equal((CaseStates.InProgress, read + 1, "Pasienten er innlagt på nytt."), (message.State, message.Version, message.Text));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Accepted_answer_closes_the_case_unless_a_notice_is_missing(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var handler = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset");
        async Task<CaseDetails> AcceptedAsync(string harm, TimeSpan after)
        {
            var id = (await service.ReceivedAsync(service.Triaged(f => f with { ActualHarm = harm }))).DeviationId;
            await handler.ActAsync(id, 3, "acknowledge");
            await handler.ActAsync(id, 4, "start");
            await handler.ActAsync(id, 5, "answer", new CaseAction { Text = "Beklager.", ContributingFactors = ["capacity"], NoMeasuresReason = "Rettet." });
            await service.ReceiveAsync(new ReporterAnswered
            {
                DeviationId = id,
                Version = 1,
                OccurredAt = Given.ReceivedAt.AddHours(1) + after,
                Organization = Given.Hamar,
                AcceptsAnswer = true,
                Text = service.Protect("Takk."),
            });
            return await handler.GetCaseAsync(id);
        }

        var accepted = await AcceptedAsync("mild", TimeSpan.Zero);
        Assert.Equal((CaseStates.Closed, Given.Hamar, 7), (accepted.Case.State, accepted.Timeline.Single(e => e.Action == "accepted").Organization,
            accepted.Case.Version));
        var serious = await AcceptedAsync("severe", TimeSpan.Zero);
        Assert.Equal((CaseStates.Answered, 1), (serious.Case.State, serious.Timeline.Count(e => e.Action == "accepted")));
        // An answer that came after the acceptance was written has not been read.
        Assert.Equal(CaseStates.Answered, (await AcceptedAsync("mild", TimeSpan.FromMinutes(-1))).Case.State);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Message_on_a_duplicate_goes_to_the_main_case_without_its_sender(DatabaseProvider provider)
    {
        const string Ringsaker = "864950582";
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var main = await service.ReceivedAsync(service.Triaged());
        var duplicate = Guid.CreateVersion7();
        await service.ReceiveAsync(new DeviationMerged
        {
            DeviationId = duplicate,
            Version = 3,
            OccurredAt = Given.ReceivedAt,
            MainCase = main.DeviationId,
            Reference = "AVV-2026-000002",
            ReporterOrganization = Ringsaker,
            Narrative = service.Protect("Vi så det samme."),
        });
        await service.ReceiveAsync(new ReporterAnswered
        {
            DeviationId = duplicate,
            Version = 1,
            OccurredAt = Given.ReceivedAt,
            Organization = Ringsaker,
            Text = service.Protect("Det skjedde igjen i går."),
        });

        var asRespondent = (await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).GetCaseAsync(main.DeviationId))
            .Timeline.Single(e => e.Action == "reporterMessage");
        Assert.Equal(("reporterMessage", "Det skjedde igjen i går."), (asRespondent.Action, asRespondent.Text));
        var asReporter = (await service.ClientAs(Given.Hamar, Roles.Coordinator).GetCaseAsync(main.DeviationId))
            .Timeline.Single(e => e.Action == "reporterMessage");
        Assert.Equal(("reporterMessage", null, null), (asReporter.Action, asReporter.Text, asReporter.Organization));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reporter_asks_for_a_closed_case_to_be_reopened(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        foreach (var (action, body) in new[] { ("acknowledge", new CaseAction()), ("start", new()),
            ("answer", new() { Text = "Svar.", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle." }), ("close", new()) })
            await coordinator.ActNowAsync(id, action, body);
        var asked = new ReporterAnswered
        {
            DeviationId = id,
            Version = 1,
            OccurredAt = Given.ReceivedAt.AddHours(1),
            Organization = Given.Hamar,
            AsksReopening = true,
            Text = service.Protect("Det skjedde igjen i går."),
        };
        await service.ReceiveAsync(asked);
        await service.ReceiveAsync(asked);

        var details = await coordinator.GetCaseAsync(id);
        var line = Assert.Single(details.Timeline, e => e.Text == "Det skjedde igjen i går.");
        Assert.Equal(("reopeningAsked", CaseStates.Closed, Given.Hamar), (line.Action, line.State, line.Organization));
        Assert.Equal(("reopeningAsked", details.Case.Version),
            (await database.SentAsync()).OfType<CaseChanged>().Last() is var c ? (c.Action, c.Version) : default);
        Assert.Equal(CaseStates.Triage, (await coordinator.ActAsync(id, details.Case.Version, "reopen", new() { Reason = "Melder har rett." })).Case.State);
    }
}
