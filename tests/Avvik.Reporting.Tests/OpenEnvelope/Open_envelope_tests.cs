using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.EraseEnvelopes;
using Avvik.Reporting.OpenEnvelope;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Reporting.Tests.OpenEnvelope;

public sealed class Open_envelope_tests
{
    private const string Unit = "si-elverum-hamar", Purpose = "handleCase";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static Submission WithPatient => Given.Submission with { Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber } };

    private static async Task<(HttpStatusCode Status, string? Type)> RefusedAsync(IAvvikClient client, Guid id, string? purpose = Purpose)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => client.OpenEnvelopeAsync(id, purpose!));
        Assert.DoesNotContain(Given.SyntheticNumber, refused.Problem.GetRawText(), StringComparison.Ordinal);
        return (refused.Status, refused.Problem.GetProperty("type").GetString());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Whoever_must_find_the_patient_opens_the_envelope_and_each_opening_is_a_line_in_the_log(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(WithPatient);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));

        foreach (var (organization, role, unit) in new[]
        {
            (Given.Hamar, Roles.Reporter, null), (Given.Hamar, Roles.Coordinator, null), (Given.SykehusetInnlandet, Roles.Coordinator, null), (Given.SykehusetInnlandet, Roles.Handler, Unit), (Given.SykehusetInnlandet, Roles.UnitLeader, Unit),
        })
        {
            var patient = await service.ClientAs(organization, role, unit).OpenEnvelopeAsync(deviation.Id, Purpose);
            Assert.Equal(("dnr", Given.SyntheticNumber), (patient.IdentifierType, patient.Identifier));
        }
        Assert.Equal(["handler", "unitLeader"], (await database.QueryAsync($"select roles from access_log where action = 'envelopeOpened' and unit = '{Unit}' order by position", r => r.GetString(0))));
        Assert.Equal(5, await database.CountAsync($"select count(*) from access_log where action = 'envelopeOpened' and purpose = '{Purpose}' and subject = 'test-person'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task For_everybody_else_there_is_no_envelope_and_no_line(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(WithPatient);
        // Not routed yet: no unit has it.
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit), deviation.Id)).Status);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        foreach (var (organization, role, unit) in new[]
        {
            (Given.SykehusetInnlandet, Roles.Handler, "si-tynset"), (Given.SykehusetInnlandet, Roles.Handler, null), (Given.SykehusetInnlandet, Roles.Reporter, Unit), (Given.SykehusetInnlandet, Roles.Client, Unit),
            (Given.Hamar, Roles.Client, null), (Given.Ringsaker, Roles.Coordinator, null), (Given.Ringsaker, Roles.Handler, Unit), (Given.Nordlandssykehuset, Roles.Coordinator, null),
        })
            Assert.Equal((HttpStatusCode.NotFound, "urn:avvik:problem:notFound"), await RefusedAsync(service.ClientAs(organization, role, unit), deviation.Id));
        foreach (var role in new[] { Roles.Admin, Roles.Auditor, Roles.Ssu, Roles.LearningEditor })
            Assert.Equal(HttpStatusCode.Forbidden, (await RefusedAsync(service.ClientAs(Given.Hamar, role), deviation.Id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.Reporter(), Guid.CreateVersion7())).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.Reporter(), (await service.Reporter().SubmitAsync(Given.Submission)).Id)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await RefusedAsync(service.Reporter(), deviation.Id, null)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await RefusedAsync(service.Reporter(), deviation.Id, "curiosity")).Status);
        // Sent on: who had it has it no longer.
        await service.ReceiveAsync(deviation.Changed(4, "returned", CaseStates.Routed) with { Unit = "si-tynset" });
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, Unit), deviation.Id)).Status);
        Assert.Equal(0, await database.CountAsync("select count(*) from access_log where action = 'envelopeOpened'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_opening_that_cannot_be_logged_opens_nothing(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(WithPatient);
        await database.ExecuteAsync("drop table access_log");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await RefusedAsync(service.Reporter(), deviation.Id)).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_has_been_erased_is_gone_and_says_so_to_those_who_could_have_opened_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var deviation = await service.Reporter().SubmitAsync(WithPatient);
        await service.ReceiveAsync(deviation.Changed(3, "closed", CaseStates.Closed, at: Given.Now));
        await service.Reporter().OpenEnvelopeAsync(deviation.Id, Purpose);
        clock.Advance(TimeSpan.FromDays(92));
        await service.Services.GetServices<IHostedService>().OfType<EnvelopeEraser>().Single().EraseAsync(CancellationToken.None);
        Assert.Equal((HttpStatusCode.Gone, "urn:avvik:problem:envelopeErased"), await RefusedAsync(service.Reporter(), deviation.Id));
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(service.ClientAs(Given.Ringsaker, Roles.Coordinator), deviation.Id)).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_new_active_key_seals_anew_what_the_old_one_sealed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var ids = new List<Guid>();
        await using (var before = new ServiceUnderTest<Program>(database))
            for (var i = 0; i < 3; i++) ids.Add((await before.Reporter().SubmitAsync(WithPatient)).Id);
        // One that no key of the ring opens stays, and holds nothing back.
        await database.ExecuteAsync($"insert into envelopes (deviation_id, sealed) values ('{Guid.Empty.ToString().Replace('0', 'F')}', 'k0.AAAA')");

        var newKey = TestKeys.Of("the new key");
        await using var rotated = new ServiceUnderTest<Program>(database);
        await using var service = rotated.WithWebHostBuilder(host => host.UseSetting("EnvelopeProtection:ActiveKey", "k2").UseSetting("EnvelopeProtection:Keys:k2", newKey));
        using var _ = service.CreateClient();
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from envelopes where sealed like 'k2.%'") == 3, TimeSpan.FromSeconds(30));
        Assert.Equal(1, await database.CountAsync("select count(*) from envelopes where sealed = 'k0.AAAA'"));

        // The old key is needed no more.
        var ring = new KeyRing(new KeyRingOptions { ActiveKey = "k2", Keys = { ["k2"] = newKey } });
        foreach (var id in ids)
            Assert.Contains(Given.SyntheticNumber, global::System.Text.Encoding.UTF8.GetString(ring.Open((await database.QueryAsync($"select sealed from envelopes where upper(cast(deviation_id as text)) = '{id.ToString().ToUpperInvariant()}'", r => r.GetString(0))).Single(), id.ToByteArray())), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_opens_who_is_in_neither_party()
    {
        var parties = new OpenEnvelopeEndpoints.Parties(Given.Hamar, Given.SykehusetInnlandet, Unit);
        foreach (var role in Vocabulary.Roles.Keys.Append(Roles.Client))
            Assert.False(OpenEnvelopeEndpoints.MayOpen(new(Given.Ringsaker, Unit, "c", "s", new HashSet<string>([role])), parties));
    }
}
