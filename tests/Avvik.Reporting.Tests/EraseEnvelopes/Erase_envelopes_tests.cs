using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Reporting.EraseEnvelopes;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Reporting.Tests.EraseEnvelopes;

public sealed class Erase_envelopes_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static Task<int> EraseAsync(ServiceUnderTest<Program> service) => service.Services.GetServices<IHostedService>().OfType<EnvelopeEraser>().Single().EraseAsync(CancellationToken.None);

    [Theory, MemberData(nameof(Engines))]
    public async Task The_patient_is_erased_ninety_days_after_closing_and_not_before(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        async Task<long> EnvelopesAsync() => await database.CountAsync("select count(*) from envelopes");
        var withPatient = Given.Submission with { Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber } };
        var (closed, open) = (await service.Reporter().SubmitAsync(withPatient), await service.Reporter().SubmitAsync(withPatient with { ClientReference = "another" }));
        await service.ReceiveAsync(closed.Changed(3, "closed", CaseStates.Closed, at: Given.Now), open.Changed(3, "routed", CaseStates.Routed));

        // At the same time of day, which is an hour later when the clocks have been set back.
        clock.Advance(TimeSpan.FromDays(90) + TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        await EraseAsync(service);
        Assert.Equal(2, await EnvelopesAsync());
        Assert.True((await service.Reporter().GetDeviationAsync(closed.Id)).HasPatient);

        clock.Advance(TimeSpan.FromMilliseconds(1));
        await EraseAsync(service);
        Assert.Equal(1, await EnvelopesAsync());
        Assert.False((await service.Reporter().GetDeviationAsync(closed.Id)).HasPatient);
        Assert.True((await service.Reporter().GetDeviationAsync(open.Id)).HasPatient);
        // Done once, and a late event brings nothing back.
        var at = await database.CountAsync("select max(envelope_erased_at) from deviations");
        clock.Advance(TimeSpan.FromDays(1));
        await service.ReceiveAsync(closed.Changed(4, "measureDone", CaseStates.Closed, at: Given.Now));
        Assert.Equal(0, await EraseAsync(service));
        Assert.Equal(at, await database.CountAsync("select max(envelope_erased_at) from deviations"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_case_that_is_taken_up_again_keeps_its_patient(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission with { Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber } });
        await service.ReceiveAsync(deviation.Changed(3, "closed", CaseStates.Closed, at: Given.Now));
        await service.ReceiveAsync(deviation.Changed(4, "reopened", CaseStates.Triage));
        // The closing again, late: it is older than what is known.
        await service.ReceiveAsync(deviation.Changed(3, "closed", CaseStates.Closed, at: Given.Now));
        clock.Advance(TimeSpan.FromDays(100));
        Assert.Equal(0, await EraseAsync(service));
        Assert.True((await service.Reporter().GetDeviationAsync(deviation.Id)).HasPatient);
    }
}
