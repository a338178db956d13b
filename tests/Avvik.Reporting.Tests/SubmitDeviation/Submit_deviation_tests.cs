using System.Net;
using System.Text;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Persistence;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Reporting.Tests.SubmitDeviation;

public sealed class Submit_deviation_tests
{
    private const string Hamar = "970540008", SykehusetInnlandet = "983971709", Bodø = "972418013", Nordlandssykehuset = "983974910";
    private const string SyntheticNumber = "41814061033";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static Submission Good => new()
    {
        ClientReference = Guid.CreateVersion7().ToString("N"),
        Kind = "agreementBreach",
        OccurredAt = "2026-08-14",
        Respondent = new() { OrganizationNumber = SykehusetInnlandet, Site = "si elverum" },
        Narrative = "Epikrisen kom ni dager etter utskrivning.",
        Category = "dischargeSummary",
        PatientGroups = ["frailElderly"],
        ActualHarm = "mild",
    };

    [Fact]
    public async Task Receipt_shows_the_clause_in_force_when_the_deviation_occurred()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var client = service.ClientAs(Hamar, Roles.Reporter);
        // Clause 13 has been in force since 1 August 2022.
        foreach (var (occurredAt, clause) in new[] { ("2021-05-03", null), ("2022-08-01", "13") })
        {
            var receipt = await client.SubmitAsync(Good with { Category = "childAndFamily", OccurredAt = occurredAt });
            Assert.Equal((occurredAt, clause), (occurredAt, receipt.Agreement!.Clause));
            Assert.Equal((occurredAt, clause), (occurredAt, (await client.GetDeviationAsync(receipt.Id)).Agreement!.Clause));
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Submission_stores_deviation_and_event_and_derives_the_rest(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var receipt = await service.ClientAs(Hamar, Roles.Reporter).SubmitAsync(Good);

        Assert.Equal(("submitted", "innlandet", "municipalityToTrust", "innlandet-2024", "5"),
            (receipt.State, receipt.Community, receipt.Direction, receipt.Agreement!.Code, receipt.Agreement.Clause));
        var sent = JsonSerializer.Deserialize(
            (await database.QueryAsync(Given.SubmittedEvents, r => r.GetFieldValue<byte[]>(0))).Single(), ContractJson.Default.DeviationSubmitted)!;
        Assert.Equal((receipt.Id, 1, receipt.Reference, "SI Elverum"), (sent.DeviationId, sent.Version, sent.Facts.Reference, sent.Facts.RespondentSite));
        Assert.Equal(Good.Narrative, service.Services.GetRequiredService<TextProtector>().Reveal(sent.Narrative));
        Assert.DoesNotContain("Epikrisen", sent.Narrative.Value, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Repeated_submission_gets_its_receipt_and_other_content_is_409(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var http = service.As(Hamar, Roles.Client);
        var submission = Good with { Patient = new() { IdentifierType = "dnr", Identifier = SyntheticNumber } };
        async Task<(HttpStatusCode Status, string Body)> PostAsync(Submission s)
        {
            using var response = await http.PostAsync(
                "/api/v1/deviations", new StringContent(JsonSerializer.Serialize(s, SubmissionJson.Default.Submission), Encoding.UTF8, "application/json"));
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        var first = await PostAsync(submission);
        var again = await PostAsync(submission);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, first.Body), (first.Status, again.Status, again.Body));
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(submission with { ActualHarm = "none" })).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(submission with { Patient = null })).Status);
        // The same reference of another client is another submission.
        Assert.NotEqual(JsonDocument.Parse(first.Body).RootElement.GetProperty("id").GetGuid(),
            (await AvvikClient.For(service.As(Hamar, Roles.Client, clientId: "other")).SubmitAsync(submission)).Id);
        Assert.Equal(2, await database.CountAsync("select count(*) from outbox_message where type like '%deviation-submitted%'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Concurrent_submissions_are_stored_once_and_skip_no_number(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var client = service.ClientAs(Hamar, Roles.Client);
        var submissions = Enumerable.Range(0, 50).Select(_ => Good).ToList();
        var receipts = await Task.WhenAll(submissions.Concat(submissions).Select(s => client.SubmitAsync(s)));
        Assert.Equal(50, receipts.Select(r => r.Id).Distinct().Count());
        Assert.Equal(50, receipts.Select(r => r.Reference).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(50, await database.CountAsync("select last from reference_counter"));
        Assert.Equal(50, await database.CountAsync("select count(*) from outbox_message where type like '%deviation-submitted%'"));
    }

    [Fact]
    public async Task Patient_is_sealed_and_stored_nowhere_else()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var receipt = await service.ClientAs(Hamar, Roles.Reporter)
            .SubmitAsync(Good with { Patient = new() { IdentifierType = "dnr", Identifier = SyntheticNumber } });
        Assert.True(receipt.HasPatient);
        Assert.Null(receipt.Submission.Patient);

        var envelope = (await database.QueryAsync("select sealed from envelopes", r => r.GetString(0))).Single();
        var keys = new KeyRing(new KeyRingOptions { ActiveKey = "k1", Keys = { ["k1"] = TestKeys.Of("EnvelopeProtection") } });
        Assert.Contains(SyntheticNumber, Encoding.UTF8.GetString(keys.Open(envelope, receipt.Id.ToByteArray())), StringComparison.Ordinal);

        var folder = Path.GetDirectoryName(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(database.ConnectionString).DataSource)!;
        foreach (var file in global::System.IO.Directory.EnumerateFiles(folder).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            foreach (var trace in new[] { Encoding.UTF8.GetBytes(SyntheticNumber), Encoding.Unicode.GetBytes(SyntheticNumber),
                Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(SyntheticNumber))) })
                Assert.False(copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(trace) >= 0, $"{Path.GetFileName(file)} holds the number");
        }
    }

    [Theory]
    [InlineData("2024-02-29", "innlandet-2019")]
    [InlineData("2024-03-01", "innlandet-2024")]
    [InlineData("2024-02-29T23:30:00Z", "innlandet-2024")]
    [InlineData("2019-02-28", null)]
    public async Task Agreement_is_the_one_in_force_on_the_Norwegian_day(string occurredAt, string? agreement)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var answer = await service.ClientAs(Hamar, Roles.Reporter).ValidateAsync(Good with { OccurredAt = occurredAt });
        Assert.Equal((true, agreement), (answer.Valid, answer.Preview.Agreement?.Code));
        Assert.Equal(0, await database.CountAsync("select count(*) from deviations"));
    }

    [Theory]
    [InlineData(Hamar, SykehusetInnlandet, "municipalityToTrust", "innlandet-2024")]
    [InlineData(SykehusetInnlandet, Hamar, "trustToMunicipality", "innlandet-2024")]
    [InlineData(Hamar, "864950582", "municipalityToMunicipality", "innlandet-2024")]
    [InlineData(Bodø, Nordlandssykehuset, "municipalityToTrust", "lvs-tjenesteavtaler")]
    [InlineData(Hamar, Nordlandssykehuset, "municipalityToTrust", null)]
    // Of two trusts neither is bound by an agreement with the other.
    [InlineData(SykehusetInnlandet, Nordlandssykehuset, null, null)]
    public async Task Direction_and_agreement_follow_from_the_two_parties(string reporter, string respondent, string? direction, string? agreement)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var receipt = await service.ClientAs(reporter, Roles.Reporter).SubmitAsync(Good with { Respondent = new() { OrganizationNumber = respondent } });
        Assert.Equal((direction, agreement), (receipt.Direction, receipt.Agreement?.Code));
        if (agreement is not null) return;
        // Where no agreement binds the two there is no clause, and none can be named.
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => service.ClientAs(reporter, Roles.Reporter)
            .SubmitAsync(Good with { ClientReference = "punkt", Respondent = new() { OrganizationNumber = respondent }, Clause = "5" }));
        Assert.Equal(("/clause", "noAgreement"), Assert.Single(refused.Errors) is var e ? (e.Pointer, e.Code) : default);
        Assert.Equal(1, await database.CountAsync("select count(*) from deviations where clause is null"));
    }

    [Fact]
    public async Task Submission_needs_a_reporting_role_of_a_party()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var receipt = await service.ClientAs(Hamar, Roles.Reporter).SubmitAsync(Good);
        Assert.Equal(receipt.Id, (await service.ClientAs(Hamar, Roles.Coordinator).GetDeviationAsync(receipt.Id)).Id);
        async Task<HttpStatusCode> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<AvvikProblemException>(call)).Status;
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(() => service.ClientAs(SykehusetInnlandet, Roles.Coordinator).GetDeviationAsync(receipt.Id)));
        Assert.Empty((await service.ClientAs(SykehusetInnlandet, Roles.Coordinator).ListDeviationsAsync()).Items);
        foreach (var role in new[] { Roles.Ssu, Roles.Admin, Roles.Auditor })
            Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(() => service.ClientAs(Hamar, role).SubmitAsync(Good)));
        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(() => service.ClientAs("889640782", Roles.Reporter).SubmitAsync(Good)));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(() => AvvikClient.For(service.CreateClient()).GetDeviationAsync(receipt.Id)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Deviation_list_is_paged_and_filtered_by_state_and_day(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var client = service.ClientAs(Hamar, Roles.Client);
        var ids = (await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => client.SubmitAsync(Good)))).Select(d => d.Id).ToHashSet();
        var seen = new List<Deviation>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await client.ListDeviationsAsync(new() { Limit = 7, Cursor = cursor.Length > 0 ? cursor : null });
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        Assert.Equal(25, seen.Count);
        Assert.Equal(ids, seen.Select(d => d.Id).ToHashSet());
        Assert.Equal(seen.Select(d => d.ReceivedAt).OrderDescending(), seen.Select(d => d.ReceivedAt));
        Assert.Empty((await client.ListDeviationsAsync(new() { State = "closed" })).Items);
        Assert.Empty((await client.ListDeviationsAsync(new() { To = new(2020, 1, 1) })).Items);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (
            await Assert.ThrowsAsync<AvvikProblemException>(() => client.ListDeviationsAsync(new() { State = "nonsense", Limit = 0 }))).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Timeline_is_the_same_in_any_order_of_events_and_texts(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var client = service.ClientAs(Hamar, Roles.Reporter);
        var receipt = await client.SubmitAsync(Good);
        var sent = JsonSerializer.Deserialize(
            (await database.QueryAsync(Given.SubmittedEvents, r => r.GetFieldValue<byte[]>(0))).Single(), ContractJson.Default.DeviationSubmitted)!;
        CaseChanged Changed(int version, string action, string state) => new()
        {
            DeviationId = receipt.Id,
            Version = version,
            OccurredAt = receipt.ReceivedAt.AddMinutes(version),
            Action = action,
            State = state,
            Facts = sent.Facts,
            Unit = "si-elverum-hamar",
            Organization = SykehusetInnlandet,
        };
        var texts = service.Services.GetRequiredService<TextProtector>();
        IEvent[] events =
        [
            Changed(3, "routed", "routed"), Changed(4, "acknowledged", "acknowledged"), Changed(5, "answered", "answered"),
            new ReporterInformed { DeviationId = receipt.Id, Version = 5, OccurredAt = receipt.ReceivedAt, Text = texts.Protect("Vi har endret rutinen.") },
        ];
        var random = new Random(1);
        for (var round = 0; round < 5; round++)
        {
            await database.ExecuteAsync("delete from timeline");
            await database.ExecuteAsync("update deviations set status_version = 1, status = 'submitted'");
            var delivered = events.Concat(events).ToArray();
            random.Shuffle(delivered);
            await service.Services.GetRequiredService<EventInbox<ReportingDbContext>>().ReceiveAsync([.. delivered.Select(Page)], default);
            var deviation = await client.GetDeviationAsync(receipt.Id);
            Assert.Equal(("answered", "si-elverum-hamar"), (deviation.State, deviation.Case!.Unit));
            Assert.Equal(["submitted", "routed", "acknowledged", "answered"], deviation.Timeline.Select(e => e.Event));
            Assert.Equal("Vi har endret rutinen.", deviation.Timeline[^1].Text);
        }
    }

    [Fact]
    public async Task Withdrawal_is_not_undone_by_a_later_event()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var client = service.ClientAs(Hamar, Roles.Reporter);
        var receipt = await client.SubmitAsync(Good);
        Assert.Equal("withdrawn", (await client.WithdrawAsync(receipt.Id, "Feil pasientforløp.")).State);
        var sent = JsonSerializer.Deserialize(
            (await database.QueryAsync(Given.SubmittedEvents, r => r.GetFieldValue<byte[]>(0)))[0],
            ContractJson.Default.DeviationSubmitted)!;
        await service.Services.GetRequiredService<EventInbox<ReportingDbContext>>().ReceiveAsync([Page(new CaseChanged
        {
            DeviationId = receipt.Id, Version = 3, OccurredAt = receipt.ReceivedAt, Action = "routed", State = "routed", Facts = sent.Facts,
                Unit = "si-elverum-hamar",
        })], default);
        Assert.Equal("withdrawn", (await client.GetDeviationAsync(receipt.Id)).State);
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<AvvikProblemException>(() => client.WithdrawAsync(receipt.Id, "Igjen."))).Status);
    }

    private static PagedEvent Page(IEvent e) => Events.Page(e);
}
