using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.SubmitDeviation;

public sealed class Repeated_submission_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(HttpClient http, Submission submission)
    {
        using var response = await http.PostAsJsonAsync("/api/v1/deviations", submission, SubmissionJson.Default.Submission);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Repeat_gets_its_receipt_when_the_rules_would_refuse_it_now(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var submission = Given.Submission with { OccurredAt = "2016-08-21", Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber } };
        var first = await PostAsync(service.As(Given.Hamar, Roles.Client), submission);
        Assert.Equal(HttpStatusCode.Created, first.Status);
        // From now on a deviation of that day is too old.
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal((HttpStatusCode.OK, first.Body), await PostAsync(service.As(Given.Hamar, Roles.Client), submission));
        // Neither another client's submission nor other content is a repeat.
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(service.As(Given.Ringsaker, Roles.Client), submission)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(service.As(Given.Hamar, Roles.Client, clientId: "other"), submission)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(service.As(Given.Hamar, Roles.Client), submission with { ActualHarm = "none" }))
            .Status);
        Assert.Equal(1, await database.CountAsync("select count(*) from outbox_message where type like '%deviation-submitted%'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Repeat_gets_its_receipt_while_the_outbox_is_too_deep_for_new_ones(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var http = service.As(Given.Hamar, Roles.Client);
        var submission = Given.Submission;
        var first = await PostAsync(http, submission);
        await database.ExecuteAsync(
            """
            with recursive number(n) as (select 1 union all select n + 1 from number where n < 100001)
            insert into outbox_message (lane, aggregate_id, version, message_id, type, body, enqueued_at, due_at, attempts)
            select lane, aggregate_id, n, message_id, type, body, enqueued_at, due_at + 1000000000000, attempts from outbox_message, number
            """);
        await Eventually.IsTrue(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            return (await PostAsync(http, Given.Submission)).Status == HttpStatusCode.ServiceUnavailable;
        }, TimeSpan.FromSeconds(30));
        Assert.Equal((HttpStatusCode.OK, first.Body), await PostAsync(http, submission));
    }

    [Fact]
    public async Task Repeat_with_a_member_that_is_unknown_is_refused()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var http = service.As(Given.Hamar, Roles.Client);
        var submission = Given.Submission;
        await PostAsync(http, submission);
        var node = System.Text.Json.JsonSerializer.SerializeToNode(submission, SubmissionJson.Default.Submission)!;
        node["sverity"] = "mild";
        using var response = await http.PostAsJsonAsync("/api/v1/deviations", node);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reports_of_one_patient_by_both_parties_know_of_each_other_by_id_alone(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now));
        var patient = new Patient { IdentifierType = "dnr", Identifier = Given.SyntheticNumber };
        var trust = service.ClientAs(Given.SykehusetInnlandet, Roles.Reporter);
        Submission FromTrust(string day) => Given.Submission with
        {
            Respondent = new() { OrganizationNumber = Given.Hamar },
            OccurredAt = day,
            Narrative = "Kommunen tok ikke imot.",
            Patient = patient,
        };
        var first = await service.Reporter().SubmitAsync(Given.Submission with { Patient = patient });
        await trust.SubmitAsync(FromTrust("2026-08-15"));
        await trust.SubmitAsync(FromTrust("2026-08-17"));
        await service.Reporter(Given.Ringsaker).SubmitAsync(Given.Submission with { Patient = patient });
        var sent = (await database.QueryAsync(Given.SubmittedEvents, r => r.GetFieldValue<byte[]>(0)))
            .ConvertAll(body => JsonSerializer.Deserialize(body, ContractJson.Default.DeviationSubmitted)!);
        // The next day, the other way: one event. Two days after, or between other parties: none.
        IReadOnlyList<Guid>[] expected = [[], [first.Id], [], []];
        Assert.Equal(expected, sent.Select(s => s.SamePatient!));
        Assert.Equal(0, await database.CountAsync($"select count(*) from deviations where submission like '%{Given.SyntheticNumber}%'"));
    }
}
