using System.Net;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Reporting.EraseEnvelopes;
using Avvik.Reporting.OpenEnvelope;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Reporting.Tests.Patients;

/// <summary>One report of several patients: each in an envelope of its own, and only their number anywhere else.</summary>
public sealed class Several_patients_tests
{
    private const string Purpose = "verifyIdentity";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static Submission Of(params IEnumerable<Patient> patients) => Given.Submission with { Patients = [.. patients] };

    private static async Task<List<PatientsAdded>> AddedAsync(TestDatabase database) =>
        (await database.QueryAsync("select body from outbox_message where type like '%patients-added%' order by id", r => r.GetFieldValue<byte[]>(0)))
            .ConvertAll(body => JsonSerializer.Deserialize(body, ContractJson.Default.PatientsAdded)!);

    private static async Task<DeviationSubmitted> LastSubmittedAsync(TestDatabase database) => JsonSerializer.Deserialize(
        (await database.QueryAsync(Given.SubmittedEvents, r => r.GetFieldValue<byte[]>(0)))[^1], ContractJson.Default.DeviationSubmitted)!;

    private static async Task<(HttpStatusCode Status, string? Type)> RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(call);
        return (refused.Status, refused.Problem.GetProperty("type").GetString()!["urn:avvik:problem:".Length..]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Each_patient_of_a_report_has_an_envelope_and_the_number_travels(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var patients = SyntheticPatients.Take(3);
        var submission = Of([.. patients, patients[0]]) with { PatientsAffected = 2118 };
        var receipt = await service.Reporter().SubmitAsync(submission);
        Assert.Equal((true, 3, 2118), (receipt.HasPatient, receipt.PatientsGiven, receipt.PatientsAffected));
        Assert.Equal((null, null, 2118), (receipt.Submission.Patient, receipt.Submission.Patients, receipt.Submission.PatientsAffected));
        // The same again is the same receipt.
        var again = await service.Reporter().SubmitAsync(submission);
        Assert.Equal((receipt.Id, 3, 2118), (again.Id, again.PatientsGiven, again.PatientsAffected));
        Assert.Equal(3, await database.CountAsync("select count(*) from envelopes"));
        var facts = (await LastSubmittedAsync(database)).Facts;
        Assert.Equal((true, 3, 2118, 2118), (facts.HasPatient, facts.PatientsGiven, facts.PatientsAffected, facts.AffectedPatients));
        foreach (var table in new[] { "deviations", "envelopes", "outbox_message", "access_log" })
            foreach (var patient in patients)
                Assert.DoesNotContain(patient.Identifier!, await database.DumpAsync(table), StringComparison.Ordinal);

        // One of three would not be the patient.
        Assert.Equal((HttpStatusCode.Conflict, "severalPatients"), await RefusedAsync(() => service.Reporter().OpenEnvelopeAsync(receipt.Id, Purpose)));
        var page = await service.Reporter().OpenEnvelopesAsync(receipt.Id, new() { Purpose = Purpose });
        Assert.Equal(patients.Select(p => p.Identifier), page.Items.Select(p => p.Identifier));
        Assert.Null(page.NextCursor);
        // A line for each, so an auditor finds those about one patient and not the others'.
        var lines = (await service.ClientAs(Given.Hamar, Roles.Auditor).SearchAccessLogAsync(new() { Identifier = patients[1].Identifier })).Items;
        Assert.Equal(["2"], lines.Where(l => l.Action == "envelopeOpened").Select(l => l.Target));
    }

    [Fact]
    public async Task Number_of_patients_without_names_is_accepted()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var receipt = await service.Reporter().SubmitAsync(Given.Submission with { PatientsAffected = 2118 });
        Assert.Equal((false, 0, 2118), (receipt.HasPatient, receipt.PatientsGiven, receipt.PatientsAffected));
        Assert.Equal(2118, (await service.Reporter().ValidateAsync(Given.Submission with { PatientsAffected = 2118 })).Preview.PatientsAffected);
        // What the case corrects it to is shown.
        var changed = receipt.Changed(3, "reclassified", CaseStates.Routed);
        await service.ReceiveAsync(changed with { Facts = changed.Facts with { PatientsAffected = 2120 } });
        Assert.Equal(2120, (await service.Reporter().GetDeviationAsync(receipt.Id)).PatientsAffected);
        Assert.Equal(1, (await service.Reporter().SubmitAsync(Given.Submission with { Patient = SyntheticPatients.Take(1)[0] })).PatientsAffected);
        Assert.Null((await service.Reporter().SubmitAsync(Given.Submission)).PatientsAffected);
    }

    [Fact]
    public async Task Contradicting_patients_are_refused_with_a_sentence()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var two = SyntheticPatients.Take(2);
        foreach (var (submission, pointer, code) in new (Submission, string, string)[]
        {
            (Of(two) with { Patient = two[0] }, "/patients", "patientOrPatients"),
            (Of(two) with { PatientsAffected = 1 }, "/patientsAffected", "fewerThanNamed"),
            (Given.Submission with { PatientsAffected = 0 }, "/patientsAffected", "outOfRange"),
            (Given.Submission with { PatientsAffected = 1_000_001 }, "/patientsAffected", "outOfRange"),
            (Of(SyntheticPatients.Take(501)), "/patients", "tooMany"),
            (Of(two[0], two[1] with { Identifier = "12345678901" }), "/patients/1/identifier", "invalidIdentifier"),
            (Of(two[0], two[1] with { IdentifierType = "passport" }), "/patients/1/identifierType", "unknownCode"),
        })
        {
            var problem = await Assert.ThrowsAsync<AvvikProblemException>(() => service.Reporter().SubmitAsync(submission));
            Assert.Equal((HttpStatusCode.UnprocessableEntity, pointer, code), (problem.Status, problem.Errors[0].Pointer, problem.Errors[0].Code));
            Assert.All(two, p => Assert.DoesNotContain(p.Identifier!, problem.Problem.GetRawText(), StringComparison.Ordinal));
        }
        Assert.Equal(0, await database.CountAsync("select count(*) from envelopes"));
        // The same patient twice is one.
        Assert.Equal(1, (await service.Reporter().SubmitAsync(Of(two[0], two[0]) with { PatientsAffected = 1 })).PatientsGiven);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Patients_added_afterwards_are_sealed_once_and_logged(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var patients = SyntheticPatients.Take(5);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission with { Patient = patients[0], PatientsAffected = 3 });
        var added = await service.Reporter().AddPatientsAsync(deviation.Id, new() { Patients = [.. patients.Take(3), patients[1]] });
        Assert.Equal((3, 3), (added.PatientsGiven, added.PatientsAffected));
        // A repeat adds nobody; more than were said to be affected are more affected.
        await service.Reporter().AddPatientsAsync(deviation.Id, new() { Patients = [.. patients.Take(3)] });
        added = await service.Reporter().AddPatientsAsync(deviation.Id, new() { Patients = [.. patients.Skip(2)] });
        Assert.Equal((5, 5), (added.PatientsGiven, added.PatientsAffected));
        Assert.Equal([3, 5], (await AddedAsync(database)).Select(e => e.Version));
        Assert.Equal(patients.Select(p => p.Identifier),
            (await service.Reporter().OpenEnvelopesAsync(deviation.Id, new() { Purpose = Purpose })).Items.Select(p => p.Identifier));
        Assert.Equal(3, await database.CountAsync("select count(*) from access_log where action = 'patientsAdded'"));
        Assert.DoesNotContain(patients[4].Identifier!, await database.DumpAsync("outbox_message"), StringComparison.Ordinal);

        var more = new Client.AddPatients { Patients = SyntheticPatients.Take(1, skip: 9) };
        Assert.Equal((HttpStatusCode.NotFound, "notFound"),
            await RefusedAsync(() => service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).AddPatientsAsync(deviation.Id, more)));
        Assert.Equal((HttpStatusCode.BadRequest, "invalidRequest"),
            await RefusedAsync(() => service.Reporter().AddPatientsAsync(deviation.Id, new() { Patients = [] })));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalidContent"),
            await RefusedAsync(() => service.Reporter().AddPatientsAsync(deviation.Id, new() { Patients = SyntheticPatients.Take(501) })));
        await service.ReceiveAsync(deviation.Changed(3, "closed", CaseStates.Closed));
        Assert.Equal((HttpStatusCode.Conflict, "alreadyDecided"), await RefusedAsync(() => service.Reporter().AddPatientsAsync(deviation.Id, more)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Page_of_envelopes_is_one_opening_and_each_patient_a_line(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, null, ("Envelopes:OpeningsPerHour", "2"));
        var patients = SyntheticPatients.Take(OpenEnvelopeEndpoints.PageSize + 1);
        var id = (await service.Reporter().SubmitAsync(Of(patients))).Id;
        var reporter = service.Reporter();
        var first = await reporter.OpenEnvelopesAsync(id, new() { Purpose = Purpose });
        var rest = await reporter.OpenEnvelopesAsync(id, new() { Purpose = Purpose }, first.NextCursor);
        Assert.Equal(patients.Select(p => p.Identifier), first.Items.Concat(rest.Items).Select(p => p.Identifier));
        Assert.Null(rest.NextCursor);
        Assert.Equal(patients.Count, await database.CountAsync("select count(*) from access_log where action = 'envelopeOpened'"));
        Assert.Equal((HttpStatusCode.TooManyRequests, "tooManyOpenings"),
            await RefusedAsync(() => reporter.OpenEnvelopesAsync(id, new() { Purpose = Purpose })));
        Assert.Equal((HttpStatusCode.NotFound, "notFound"),
            await RefusedAsync(() => service.ClientAs(Given.Ringsaker, Roles.Coordinator).OpenEnvelopesAsync(id, new() { Purpose = Purpose })));
        Assert.Equal((HttpStatusCode.BadRequest, "invalidRequest"),
            await RefusedAsync(() => reporter.OpenEnvelopesAsync(id, new() { Purpose = Purpose }, "no-cursor")));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Every_envelope_of_a_report_is_erased_and_new_ones_can_follow(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var patients = SyntheticPatients.Take(3);
        var deviation = await service.Reporter().SubmitAsync(Of(patients));
        await service.ReceiveAsync(deviation.Changed(3, "closed", CaseStates.Closed, at: Given.Now));
        clock.Advance(TimeSpan.FromDays(92));
        await service.Services.GetServices<IHostedService>().OfType<EnvelopeEraser>().Single().EraseAsync(CancellationToken.None);
        Assert.Equal(0, await database.CountAsync("select count(*) from envelopes"));
        // How many there were is no identity.
        var erased = await service.Reporter().GetDeviationAsync(deviation.Id);
        Assert.Equal((false, 3, 3), (erased.HasPatient, erased.PatientsGiven, erased.PatientsAffected));
        Assert.Equal((HttpStatusCode.Gone, "envelopeErased"),
            await RefusedAsync(() => service.Reporter().OpenEnvelopesAsync(deviation.Id, new() { Purpose = Purpose })));

        await service.ReceiveAsync(deviation.Changed(4, "reopened", CaseStates.Triage));
        Assert.Equal(4, (await service.Reporter().AddPatientsAsync(deviation.Id, new() { Patients = [patients[0]] })).PatientsGiven);
        Assert.Equal(patients[0].Identifier, (await service.Reporter().OpenEnvelopeAsync(deviation.Id, Purpose)).Identifier);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Every_envelope_of_a_report_is_resealed_with_a_new_key(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var patients = SyntheticPatients.Take(450);
        Guid id;
        await using (var before = new ServiceUnderTest<Program>(database)) id = (await before.Reporter().SubmitAsync(Of(patients))).Id;
        await using var rotated = new ServiceUnderTest<Program>(database);
        await using var service = rotated.WithWebHostBuilder(host => host.UseSetting("EnvelopeProtection:ActiveKey", "k2")
            .UseSetting("EnvelopeProtection:Keys:k2", TestKeys.Of("the new key"))
            .UseSetting("EnvelopeProtection:PrintKey", TestKeys.Of("EnvelopeProtection")));
        using var _ = service.CreateClient();
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from envelopes where sealed like 'k2.%'") == 450,
            TimeSpan.FromSeconds(60));
        Assert.Equal(450, await database.CountAsync("select count(distinct patient_print) from envelopes"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Report_with_a_patient_of_another_report_suggests_that_one(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var patients = SyntheticPatients.Take(6);
        var first = await service.Reporter().SubmitAsync(Of(patients.Take(3)));
        var second = await service.Reporter().SubmitAsync(Of(patients.Skip(2)));
        Assert.Equal([first.Id], (await LastSubmittedAsync(database)).SamePatient);
        var third = await service.Reporter().SubmitAsync(Given.Submission);
        await service.Reporter().AddPatientsAsync(third.Id, new() { Patients = [patients[5]] });
        Assert.Equal([second.Id], (await AddedAsync(database))[^1].SamePatient);
        // Who was named before is not suggested again.
        await service.Reporter().AddPatientsAsync(third.Id, new() { Patients = [.. SyntheticPatients.Take(1, skip: 20)] });
        Assert.Null((await AddedAsync(database))[^1].SamePatient);
    }
}
