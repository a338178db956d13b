using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.TrackDeviation;

public sealed class Follow_deviation_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Reporter_reads_the_clause_of_the_agreements_own_list(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        const string Vågan = "938644500";
        var client = service.Reporter(Vågan);
        var submission = Given.Submission with { Category = "maternity", Clause = "8-1", Respondent = new() { OrganizationNumber = Given.Nordlandssykehuset } };
        var deviation = await client.SubmitAsync(submission);
        Assert.Equal(("8", "8-1", "Følgetjeneste for gravide"), Clause(deviation));
        // Reclassified, back, and to a clause that no point of the statute is about.
        foreach (var (version, point, local, title) in new[]
        {
            (3, "8", null, "Jordmortjenester"), (4, "8", "8-1", "Følgetjeneste for gravide"), (5, null, "0", "Overordnet samarbeidsavtale"),
            (6, "5", (string?)null, "Utskrivningsklare pasienter"),
        })
        {
            var changed = deviation.Changed(version, "reclassified", CaseStates.Routed, Given.Nordlandssykehuset);
            await service.ReceiveAsync(changed with { Facts = changed.Facts with { Clause = point, LocalClause = local } });
            Assert.Equal((point, local, title), Clause(await client.GetDeviationAsync(deviation.Id)));
        }
        // The receipt stays what it was.
        Assert.Equal(("8", "8-1", "Følgetjeneste for gravide"), Clause(await client.SubmitAsync(submission)));

        static (string?, string?, string?) Clause(Deviation of) => (of.Agreement!.Clause, of.Agreement.LocalClause, of.Agreement.Title);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Answer_can_be_followed_up_once(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        // An addition while it is open, the answer to a question, and the follow-up are messages.
        await service.Reporter().WriteMessageAsync(deviation.Id, "Det gjaldt to pasienter.");
        await service.ReceiveAsync(deviation.Changed(4, "asked", CaseStates.AwaitingReporter));
        await service.Reporter().WriteMessageAsync(deviation.Id, "Medisinsk sengepost.");
        await service.ReceiveAsync(deviation.Changed(6, "answered", CaseStates.Answered));
        await service.Reporter().WriteMessageAsync(deviation.Id, "Hva med helgene?");
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().WriteMessageAsync(deviation.Id, "Og nettene?"));
        Assert.Equal((HttpStatusCode.Conflict, "urn:avvik:problem:followUpUsed"), (refused.Status, refused.Problem.GetProperty("type").GetString()));
        await service.ReceiveAsync(deviation.Changed(8, "answered", CaseStates.Answered));
        await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().WriteMessageAsync(deviation.Id, "Og nettene?"));
        // The submission, and three messages.
        Assert.Equal(4, await database.CountAsync("select count(*) from outbox_message where type not like '%submitter-recorded%'"));
        Assert.Equal(3, (await service.Reporter().GetDeviationAsync(deviation.Id)).Timeline.Count(e => e.Event == "reporterMessage"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reporter_of_a_duplicate_follows_the_main_case(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var main = await service.Reporter(Given.Ringsaker).SubmitAsync(Given.Submission);
        var duplicate = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(
            main.Changed(3, "routed", CaseStates.Routed, null), duplicate.Changed(3, "duplicate", CaseStates.Duplicate, mainCase: main.Id),
            main.Changed(4, "acknowledged", CaseStates.Acknowledged),
            main.Changed(5, "asked", CaseStates.AwaitingReporter), service.Informed(main, 5, "Hvilken avdeling?"),
                main.Changed(7, "answered", CaseStates.Answered), service.Informed(main, 7, "Rutinen er endret."));

        var seen = await service.Reporter().GetDeviationAsync(duplicate.Id);
        Assert.Equal((CaseStates.Duplicate, main.Id), (seen.State, seen.MainCase));
        // What the main case's reporter was asked is not shown.
        Assert.Equal([("submitted", null), ("duplicate", null), ("acknowledged", null), ("answered", "Rutinen er endret.")],
            seen.Timeline.Select(e => (e.Event, e.Text)));
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().GetDeviationAsync(main.Id))).Status);
    }

    [Theory]
    [InlineData("2019-02-28", null)]
    [InlineData("2019-03-01", "innlandet-2019")]
    [InlineData("2024-02-29", "innlandet-2019")]
    [InlineData("2024-03-01", "innlandet-2024")]
    [InlineData("2024-02-29T23:30:00Z", "innlandet-2024")]
    [InlineData("2026-08-14", "innlandet-2024")]
    public async Task Agreement_is_the_one_in_force_when_the_deviation_occurred(string occurredAt, string? agreement)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submission = Given.Submission with { OccurredAt = occurredAt };
        Assert.Equal(agreement, (await service.Reporter().ValidateAsync(submission)).Preview.Agreement?.Code);
        var deviation = await service.Reporter().SubmitAsync(submission);
        Assert.Equal(agreement, deviation.Agreement?.Code);
        Assert.Equal(agreement, (await service.Reporter().GetDeviationAsync(deviation.Id)).Agreement?.Code);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Deviation_follows_its_case_to_another_party_and_the_receipt_stays(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now));
        var submission = Given.Submission with { Respondent = new() { OrganizationNumber = Given.SykehusetInnlandet, Site = "Elverum sykehus" } };
        var receipt = await service.Reporter().SubmitAsync(submission);
        // A site that nobody knows is said at once, and not found out weeks later.
        Assert.Equal(("/respondent/site", "unknownSite"), Assert.Single(receipt.Warnings!) is var w ? (w.Pointer, w.Code) : default);
        Assert.Equal("unknownSite", Assert.Single((await service.Reporter().ValidateAsync(submission)).Warnings).Code);

        await service.ReceiveAsync(receipt.Changed(3, "routed", CaseStates.Routed));
        var changed = receipt.Changed(4, "handedOver", CaseStates.Routed);
        var handedOver = changed with
        {
            EarlierRespondents = [Given.SykehusetInnlandet],
            Unit = "3411-tildeling",
            Facts = changed.Facts with { RespondentOrganization = Given.Ringsaker, Direction = Directions.MunicipalityToMunicipality },
        };
        await service.ReceiveAsync(handedOver, handedOver, receipt.Changed(2, "queued", CaseStates.Triage));

        var now = await service.Reporter().GetDeviationAsync(receipt.Id);
        Assert.Equal((Given.Ringsaker, Directions.MunicipalityToMunicipality), (now.RespondentOrganization, now.Direction));
        var repeated = await service.Reporter().SubmitAsync(submission);
        Assert.Equal((receipt.Id, Given.SykehusetInnlandet, receipt.Direction, receipt.Agreement),
            (repeated.Id, repeated.RespondentOrganization, repeated.Direction, repeated.Agreement));
        // Who handed it over reads that it has left, and nothing of where it is now.
        var left = (await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).ListChangesAsync()).Items;
        Assert.Contains(left, c => c is { Event: "handedOver", Unit: null });
        Assert.DoesNotContain(left, c => c.Unit == "3411-tildeling");
        Assert.Contains((await service.ClientAs(Given.Ringsaker, Roles.Coordinator).ListChangesAsync()).Items, c => c.Unit == "3411-tildeling");
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Deviation_can_be_withdrawn_until_somebody_has_answered(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now));
        foreach (var state in new[] { CaseStates.Routed, CaseStates.Acknowledged, CaseStates.InProgress, CaseStates.AwaitingReporter, CaseStates.Escalated })
        {
            var deviation = await service.Reporter().SubmitAsync(Given.Submission);
            await service.ReceiveAsync(deviation.Changed(3, "changed", state));
            Assert.Equal(CaseStates.Withdrawn, (await service.Reporter().WithdrawAsync(deviation.Id, "Meldt på feil pasient.")).State);
        }
        // Answered once is answered, also while it is worked on again.
        var answered = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(answered.Changed(5, "followedUp", CaseStates.InProgress) with { AnsweredAt = Given.Now });
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().WithdrawAsync(answered.Id, "For sent."));
        Assert.Equal("urn:avvik:problem:alreadyAnswered", refused.Problem.GetProperty("type").GetString());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reporter_writes_after_closing_and_on_a_duplicate(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now));
        var (closed, duplicate, rejected) = (await service.Reporter().SubmitAsync(Given.Submission), await service.Reporter().SubmitAsync(Given.Submission),
            await service.Reporter().SubmitAsync(Given.Submission));
        await service.ReceiveAsync(closed.Changed(7, "closed", CaseStates.Closed), duplicate.Changed(4, "duplicate", CaseStates.Duplicate, mainCase: closed.Id),
            rejected.Changed(4, "rejected", CaseStates.Rejected));
        await service.Reporter().WriteMessageAsync(closed.Id, new ReporterMessage { Text = "Det skjedde igjen.", AsksReopening = true });
        await service.Reporter().WriteMessageAsync(duplicate.Id, "Vi har mer å fortelle.");
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().WriteMessageAsync(rejected.Id, "Hvorfor?"));
        Assert.Equal("urn:avvik:problem:alreadyDecided", refused.Problem.GetProperty("type").GetString());
        refused = await Assert.ThrowsAsync<AvvikProblemException>(() =>
            service.Reporter().WriteMessageAsync(duplicate.Id, new ReporterMessage { Text = "Åpne igjen.", AsksReopening = true }));
        Assert.Equal("urn:avvik:problem:actionNotAllowed", refused.Problem.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Praise_is_accepted_without_harm_and_clause_and_refused_with_them()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now));
        var praise = Given.Submission with { Kind = Vocabulary.Praise, Category = "discharge", ActualHarm = "none" };
        var receipt = await service.Reporter().SubmitAsync(praise);
        Assert.Equal((null, "unknown"), (receipt.Agreement!.Clause, receipt.ActualHarm));
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().SubmitAsync(
            praise with { ClientReference = "ros-2", ActualHarm = "severe", Clause = "5" }));
        Assert.Equal(["/clause notForPraise", "/actualHarm notForPraise"], refused.Problem.GetProperty("errors").EnumerateArray()
            .Select(e => $"{e.GetProperty("pointer").GetString()} {e.GetProperty("code").GetString()}"));
    }

    [Fact]
    public async Task Clock_that_is_a_little_ahead_is_forgiven_and_an_unknown_municipality_is_not()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now));
        Submission At(DateTimeOffset at) => Given.Submission with { OccurredAt = $"{at:yyyy-MM-dd'T'HH:mm:ss}Z" };
        async Task<string?> ErrorAsync(Submission submission) =>
            (await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().SubmitAsync(submission)))
            .Problem.GetProperty("errors")[0].GetProperty("code").GetString();
        await service.Reporter().SubmitAsync(At(Given.Now.AddSeconds(5)));
        await service.Reporter().SubmitAsync(At(Given.Now.AddSeconds(60)));
        Assert.Equal("inFuture", await ErrorAsync(At(Given.Now.AddSeconds(61))));
        Assert.Equal("invalidMunicipality", await ErrorAsync(Given.Submission with { PatientMunicipality = "9999" }));
        // The same name, however its letters are composed and its spaces typed.
        var composed = Given.Submission with { Respondent = new() { OrganizationNumber = Given.SykehusetInnlandet, Site = "SI\u00a0Gj\u00f8vik " } };
        Assert.Null((await service.Reporter().SubmitAsync(composed)).Warnings);
    }
}
