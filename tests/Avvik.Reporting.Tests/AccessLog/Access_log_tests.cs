using System.Net;
using System.Text.Json;
using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Storage;
using Avvik.Reporting.Persistence;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Reporting.Tests.AccessLog;

public sealed class Access_log_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static IAvvikClient Auditor(ServiceUnderTest<Program> service, string organization = Given.Hamar) => service.ClientAs(organization, Roles.Auditor);

    [Theory, MemberData(nameof(Engines))]
    public async Task Read_of_text_is_a_line_for_the_partys_auditors(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var (first, second) = (await service.Reporter().SubmitAsync(Given.Submission), await service.Reporter().SubmitAsync(Given.Submission));
        await service.Reporter().GetDeviationAsync(first.Id);
        await service.Reporter().ListDeviationsAsync();
        await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter(Given.Ringsaker).GetDeviationAsync(first.Id));

        var lines = (await Auditor(service).ListAccessLogAsync("reporting")).Items;
        Assert.Equal([2, 1], await PositionsAsync(database, lines));
        Assert.All(lines, l => Assert.Equal(
            ("deviationRead", "test-person", Given.Hamar, "reporter"), (l.Action, l.Subject, l.Organization, l.Roles.Single())));
        // A page is one line that names all its deviations.
        Assert.Equal([[second.Id, first.Id], [first.Id]], lines.Select(l => l.Deviations));
        Assert.Equal(2, (await Auditor(service).ListAccessLogAsync("reporting", new() { Deviation = first.Id })).Items.Count);
        Assert.Equal([2L], await PositionsAsync(database, (await Auditor(service).ListAccessLogAsync("reporting", new() { Deviation = second.Id })).Items));
        Assert.Empty((await Auditor(service).ListAccessLogAsync("reporting", new() { Subject = "somebody-else" })).Items);
        Assert.Empty((await Auditor(service).ListAccessLogAsync("reporting", new() { To = new(2020, 1, 1) })).Items);
        Assert.Equal(2, (await Auditor(service).ListAccessLogAsync("reporting", new() { From = new(2020, 1, 1), Subject = "test-person" })).Items.Count);
        Assert.Empty((await Auditor(service, Given.Ringsaker).ListAccessLogAsync("reporting")).Items);
        var page = await Auditor(service).ListAccessLogAsync("reporting", new() { Limit = 1 });
        Assert.Equal([1L],
            await PositionsAsync(database, (await Auditor(service).ListAccessLogAsync("reporting", new() { Limit = 1, Cursor = page.NextCursor })).Items));
        foreach (var role in new[] { Roles.Reporter, Roles.Coordinator, Roles.Admin, Roles.Client })
            Assert.Equal(HttpStatusCode.Forbidden, (
                await Assert.ThrowsAsync<AvvikProblemException>(() => service.ClientAs(Given.Hamar, role).ListAccessLogAsync("reporting"))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (
            await Assert.ThrowsAsync<AvvikProblemException>(() => Auditor(service).ListAccessLogAsync("reporting", new() { Limit = 0 }))).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Read_that_cannot_be_logged_gives_no_text(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        await database.ExecuteAsync("drop table access_log_head");
        foreach (var path in new[] { $"/api/v1/deviations/{deviation.Id}", "/api/v1/deviations", "/api/v1/changes" })
        {
            using var response = await service.As(Given.Hamar, Roles.Reporter).GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.DoesNotContain("Epikrisen", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Concurrent_reads_make_one_chain_across_instances(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await using var another = provider == DatabaseProvider.Postgres ? new ServiceUnderTest<Program>(database) : null;
        var readers = new[] { service.Reporter(), another?.Reporter() ?? service.Reporter() };
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => i % 2 == 0 && another is not null
            // The other instance has another gateway key, so its journal is called directly.
            ? another.Services.GetRequiredService<AccessJournal<ReportingDbContext>>()
                .ReadAsync(new Caller(Given.Hamar, null, "c", "s", new HashSet<string>()), AccessActions.DeviationRead, [deviation.Id], CancellationToken.None)
            : readers[0].GetDeviationAsync(deviation.Id)));
        var verified = await Auditor(service).VerifyAccessLogAsync("reporting");
        Assert.Equal((true, 100, (long?)null), (verified.Intact, verified.Entries, verified.FirstBroken));
        Assert.Equal(verified.Entries, await database.CountAsync("select max(position) from access_log"));
    }

    [Theory]
    [InlineData("update access_log set subject = 'somebody-else' where position = 3", 3)]
    [InlineData("update access_log set deviations = null where position = 1", 1)]
    [InlineData("delete from access_log_deviations where position = 4", 4)]
    [InlineData("update access_log_deviations set position = 6 where position = 3", 3)]
    [InlineData("update access_log set at = at + 1 where position = 4", 4)]
    [InlineData("update access_log set purpose = 'handleCase' where position = 2", 2)]
    [InlineData("update access_log set organization = organization || client_id, client_id = '' where position = 2", 2)]
    [InlineData("delete from access_log where position = 2", 2)]
    [InlineData("delete from access_log where position = 5", 5)]
    [InlineData("delete from access_log", 1)]
    [InlineData("delete from access_log_head", 6)]
    public async Task Verification_names_the_first_changed_or_missing_line(string tampering, long position)
    {
        foreach (var provider in Enum.GetValues<DatabaseProvider>())
        {
            await using var database = await Databases.CreateAsync(provider);
            await using var service = new ServiceUnderTest<Program>(database);
            var deviation = await service.Reporter().SubmitAsync(Given.Submission);
            for (var i = 0; i < 5; i++) await service.Reporter().GetDeviationAsync(deviation.Id);
            Assert.True((await Auditor(service).VerifyAccessLogAsync("reporting")).Intact);
            // The database refuses it until its owner drops the triggers.
            if (tampering.Contains(" access_log ", StringComparison.Ordinal) || tampering.EndsWith(" access_log", StringComparison.Ordinal))
                await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => database.ExecuteAsync(tampering));
            foreach (var change in new[] { "update", "delete" })
                await database.ExecuteAsync($"drop trigger access_log_no_{change}{(provider == DatabaseProvider.Postgres ? " on access_log" : "")}");
            Assert.True(await database.ExecuteAsync(tampering) > 0);
            var verified = await Auditor(service).VerifyAccessLogAsync("reporting");
            Assert.Equal((false, position), (verified.Intact, verified.FirstBroken));
        }
    }

    /// <summary>Where lines are in the log, which nobody outside is told.</summary>
    private static async Task<IEnumerable<long>> PositionsAsync(TestDatabase database, IReadOnlyList<AccessLogEntry> lines)
    {
        var positions = (await database.QueryAsync("select position, hash from access_log", r => (Position: r.GetInt64(0), Hash: r.GetFieldValue<byte[]>(1))))
            .ToDictionary(l => Convert.ToHexStringLower(l.Hash)[..16], l => l.Position);
        return lines.Select(l => positions[l.Id]);
    }

    /// <summary>What a party is given tells nothing of how much the others do.</summary>
    [Theory, MemberData(nameof(Engines))]
    public async Task Access_log_tells_a_party_nothing_of_how_much_others_do(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var own = await service.Reporter().SubmitAsync(Given.Submission);
        await service.Reporter().GetDeviationAsync(own.Id);
        async Task<string> SeenAsync()
        {
            using var http = service.As(Given.Hamar, Roles.Auditor);
            var page = await http.GetStringAsync("/api/v1/access-log/reporting?limit=1");
            var fhir = service.As(Given.Hamar, Roles.Auditor);
            fhir.DefaultRequestHeaders.Accept.ParseAdd("application/fhir+json");
            var verified = await Auditor(service).VerifyAccessLogAsync("reporting");
            // A head that nobody kept: that it is missing must not say where the log ends.
            using var missing = await http.GetAsync($"/api/v1/access-log/reporting/verification?hash={new string('0', 64)}");
            Assert.Equal((false, JsonValueKind.Null), (JsonElement.Parse(await missing.Content.ReadAsByteArrayAsync()) is var answer
                && answer.GetProperty("intact").GetBoolean(), answer.GetProperty("firstBroken").ValueKind));
            return $"{page} {await fhir.GetStringAsync("/api/v1/access-log/reporting?limit=1")} {verified.Entries}";
        }
        var before = await SeenAsync();
        var theirs = await service.Reporter(Given.Ringsaker).SubmitAsync(Given.Submission);
        for (var i = 0; i < 3; i++) await service.Reporter(Given.Ringsaker).GetDeviationAsync(theirs.Id);
        Assert.Equal(before, await SeenAsync());
        Assert.DoesNotContain("osition", before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_is_a_bundle_of_audit_events()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(
            Given.Submission with { Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber } });
        await service.Reporter().GetDeviationAsync(deviation.Id);
        await service.Reporter().OpenEnvelopeAsync(deviation.Id, "contactPatient");
        var http = service.As(Given.Hamar, Roles.Auditor);
        http.DefaultRequestHeaders.Accept.ParseAdd("application/fhir+json");
        using var response = await http.GetAsync($"/api/v1/access-log/reporting?deviation={deviation.Id}&limit=1");
        Assert.Equal("application/fhir+json", response.Content.Headers.ContentType!.MediaType);
        var bundle = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(("Bundle", "searchset", "next"), (
            bundle.GetProperty("resourceType").GetString(), bundle.GetProperty("type").GetString(), bundle.GetProperty("link")[0].GetProperty("relation")
            .GetString()));
        // The next page is of the same query.
        Assert.Contains($"deviation={deviation.Id}", bundle.GetProperty("link")[0].GetProperty("url").GetString()!, StringComparison.Ordinal);
        var audit = bundle.GetProperty("entry")[0].GetProperty("resource");
        Assert.Equal(("AuditEvent", "envelopeOpened", "contactPatient", $"urn:uuid:{deviation.Id}"),
            (audit.GetProperty("resourceType").GetString(), audit.GetProperty("subtype")[0].GetProperty("code").GetString(),
            audit.GetProperty("purposeOfEvent")[0].GetProperty("coding")[0].GetProperty("code").GetString(), audit.GetProperty("entity")[0]
                .GetProperty("what").GetProperty("identifier").GetProperty("value").GetString()));
        // What R4 requires of an AuditEvent.
        foreach (var required in new[] { "type", "recorded", "agent", "source" }) Assert.True(audit.TryGetProperty(required, out _), required);
        Assert.True(audit.GetProperty("agent")[0].GetProperty("requestor").GetBoolean());
        Assert.DoesNotContain(Given.SyntheticNumber, bundle.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("Epikrisen", bundle.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Administrators_change_is_logged_even_when_it_changed_nothing()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var admin = service.As(Given.Hamar, Roles.Admin);
        using var listed = await admin.GetAsync("/ops/reporting/parked");
        var id = Guid.CreateVersion7();
        using var discarded = await admin.PostAsync(
            $"/ops/reporting/parked/{id}/discard", new StringContent("""{"reason":"Prøve."}""", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.NotFound, discarded.StatusCode);
        var line = Assert.Single((await Auditor(service).ListAccessLogAsync("reporting")).Items);
        Assert.Equal(("administration", "admin", $"POST /ops/reporting/parked/{id}/discard"), (line.Action, line.Roles.Single(), line.Target));
    }
}
