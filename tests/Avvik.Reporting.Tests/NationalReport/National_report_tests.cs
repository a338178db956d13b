using System.Net;
using System.Security.Cryptography;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.NationalReport;

public sealed class National_report_tests
{
    private const string Unit = "si-elverum-hamar";
    private static readonly SendNationalReport By = new() { Name = "Kari Testesen", Phone = "+47 99 99 99 99", Position = "avdelingsleder", Role = "Manager" };

    [Theory, MemberData(nameof(Engines))]
    public async Task Serious_event_is_reported_once_with_the_patient(DatabaseProvider provider)
    {
        await using var melde = await MeldeStandIn.StartAsync();
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Connected(database, melde);
        var deviation = await SeriousAsync(service);
        var handler = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit, "per");

        var draft = await handler.GetNationalReportAsync(deviation.Id);
        Assert.True(draft is { HasPatient: true, CanSend: true, Sent: null });
        Assert.DoesNotContain(Given.SyntheticNumber, draft.Document.ToString(), StringComparison.Ordinal);
        Assert.Equal(deviation.Reference, draft.Document.GetProperty("Header").GetProperty("ExternalCaseId").GetString());

        // The receipt is lost: nobody knows whether it arrived, and the second try is the same message.
        melde.Lost = 1;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await RefusedAsync(() => handler.SendNationalReportAsync(deviation.Id, By))).Status);
        var sent = await handler.SendNationalReportAsync(deviation.Id, By);
        Assert.Equal("XYZ12", sent.Reference);
        Assert.Equal(["Statens helsetilsyn", "Ukom"], sent.Recipients);
        Assert.Equal(2, melde.Received.Count);
        Assert.Single(melde.Received.Select(r => (string)r["Header"]!["ExternalMessageId"]!).Distinct());
        var header = melde.Received.Last()["Header"]!;
        Assert.Equal(Given.SyntheticNumber, (string?)header["Patient"]!["Nin"]);
        Assert.Equal(Given.SykehusetInnlandet, (string?)header["Reporter"]!["IncidentOrganization"]!["OrgNumber"]);
        Assert.Equal(("Kari Testesen", "Manager"), ((string?)header["Reporter"]!["Name"], (string?)header["Reporter"]!["Role"]));

        Assert.Equal(ProblemCodes.NationalReportSent, (await RefusedAsync(() => handler.SendNationalReportAsync(deviation.Id, By))).Code);
        Assert.Equal("XYZ12", (await handler.GetNationalReportAsync(deviation.Id)).Sent!.Reference);
        Assert.Equal(2, melde.Received.Count);
        // Who reports and the patient are kept nowhere; the opening and the report are logged.
        foreach (var trace in new[] { "Testesen", "99 99 99 99", Given.SyntheticNumber }) Assert.Empty(await database.HoldingAsync(trace, t => t));
        Assert.Equal(2, await database.CountAsync("select count(*) from access_log where action = 'envelopeOpened' and purpose = 'notifyAuthority'"));
        Assert.Equal(1, await database.CountAsync("select count(*) from access_log where action = 'authorityNotified' and subject = 'per'"));
    }

    [Fact]
    public async Task Each_party_has_a_report_of_its_own()
    {
        await using var melde = await MeldeStandIn.StartAsync();
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Connected(database, melde);
        var deviation = await SeriousAsync(service);
        var nurse = service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-legevakt");
        var leader = service.ClientAs(Given.Hamar, Roles.UnitLeader, "hamar-legevakt", "leader");
        foreach (var client in new[] { nurse, leader })
        {
            var draft = await client.GetNationalReportAsync(deviation.Id);
            Assert.True(draft is { MaySend: true, Sent: null });
            var sender = draft.Document.GetProperty("Header").GetProperty("Reporter").GetProperty("Organization");
            Assert.Equal(Given.Hamar, sender.GetProperty("OrgNumber").GetString());
        }
        // The coordinator has no business with the envelope, and fills in the form at melde.no.
        var coordinator = service.ClientAs(Given.Hamar, Roles.Coordinator, subject: "david");
        Assert.False((await coordinator.GetNationalReportAsync(deviation.Id)).MaySend);
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => coordinator.SendNationalReportAsync(deviation.Id, By))).Status);

        await leader.SendNationalReportAsync(deviation.Id, By);
        Assert.NotNull((await coordinator.GetNationalReportAsync(deviation.Id)).Sent);
        var handler = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit, "per");
        Assert.Null((await handler.GetNationalReportAsync(deviation.Id)).Sent);
        await handler.SendNationalReportAsync(deviation.Id, By);
        Assert.Equal([Given.Hamar, Given.SykehusetInnlandet], melde.Received.Select(r => (string?)r["Header"]!["Reporter"]!["Organization"]!["OrgNumber"]));
        Assert.Equal(2, melde.Received.Select(r => (string?)r["Header"]!["ExternalMessageId"]).Distinct().Count());
        Assert.Equal(2, await database.CountAsync("select count(*) from access_log where action = 'envelopeOpened' and purpose = 'notifyAuthority'"));
    }

    [Fact]
    public async Task National_report_is_for_those_who_handle_a_serious_case()
    {
        await using var melde = await MeldeStandIn.StartAsync();
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Connected(database, melde);
        var (serious, mild) = (await SeriousAsync(service), await SeriousAsync(service, harm: "mild"));
        foreach (var (organization, role, unit) in new[]
        {
            (Given.SykehusetInnlandet, Roles.Handler, "si-tynset"), (Given.Ringsaker, Roles.Coordinator, null),
            (Given.Hamar, Roles.Reporter, "hamar-legevakt"), (Given.Hamar, Roles.UnitLeader, "hamar-tildeling"), (Given.Hamar, Roles.Client, null),
            (Given.SykehusetInnlandet, Roles.Client, null),
        })
        {
            var other = service.ClientAs(organization, role, unit, "other");
            Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => other.GetNationalReportAsync(serious.Id))).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => other.SendNationalReportAsync(serious.Id, By))).Status);
        }
        var handler = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit);
        Assert.Equal(ProblemCodes.NotSerious, (await RefusedAsync(() => handler.GetNationalReportAsync(mild.Id))).Code);
        var wrong = await RefusedAsync(() => handler.SendNationalReportAsync(serious.Id, new() { Name = new('x', 151), Phone = new('1', 51), Role = "Boss" }));
        Assert.Equal(["/name", "/phone", "/position", "/role"], wrong.Errors.Select(e => e.Pointer).Order(StringComparer.Ordinal));
        Assert.Empty(melde.Received);
    }

    [Fact]
    public async Task Without_a_connection_the_document_is_for_whoever_fills_in_the_form()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await SeriousAsync(service);
        var handler = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit);
        Assert.False((await handler.GetNationalReportAsync(deviation.Id)).CanSend);
        Assert.Equal(ProblemCodes.NationalReportNotConnected, (await RefusedAsync(() => handler.SendNationalReportAsync(deviation.Id, By))).Code);
    }

    public static TheoryData<DatabaseProvider> Engines => [DatabaseProvider.Sqlite, DatabaseProvider.Postgres];

    private static async Task<AvvikProblemException> RefusedAsync(Func<Task> call) => await Assert.ThrowsAsync<AvvikProblemException>(call);

    private static async Task<Deviation> SeriousAsync(ServiceUnderTest<Program> service, string harm = "death")
    {
        var deviation = await service.ClientAs(Given.Hamar, Roles.Reporter, "hamar-legevakt").SubmitAsync(Given.Submission with
        {
            ActualHarm = harm,
            Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber },
        });
        await service.ReceiveAsync(deviation.Changed(2, "routed", CaseStates.Routed));
        RoutingStandIn.Tell(deviation.Id, new(Given.SykehusetInnlandet, CaseStates.Routed, Unit));
        return deviation;
    }

    private static ServiceUnderTest<Program> Connected(TestDatabase database, MeldeStandIn melde)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var file = Path.GetTempFileName();
        File.WriteAllText(file, key.ExportPkcs8PrivateKeyPem());
        return new(database, null, ("Melde:Address", melde.Address.ToString()), ("Melde:Issuer", melde.Address.ToString()), ("Melde:ClientId", "avvik"),
            ("Melde:PrivateKeyFile", file));
    }
}
