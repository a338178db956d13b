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

    private static Task<int> EraseAsync(ServiceUnderTest<Program> service) => service.Services.GetServices<IHostedService>().OfType<EnvelopeEraser>().Single()
        .EraseAsync(CancellationToken.None);

    [Theory, MemberData(nameof(Engines))]
    public async Task Envelope_is_erased_ninety_days_after_closing(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        async Task<long> EnvelopesAsync() => await database.CountAsync("select count(*) from envelopes");
        var withPatient = Given.Submission with { Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber } };
        var (closed, open) = (
            await service.Reporter().SubmitAsync(withPatient), await service.Reporter().SubmitAsync(withPatient with { ClientReference = "another" }));
        await service.ReceiveAsync(closed.Changed(3, "closed", CaseStates.Closed, at: Given.Now), open.Changed(3, "routed", CaseStates.Routed));

        // At the same local time, an hour later in UTC after the end of summer time.
        clock.Advance(TimeSpan.FromDays(90) + TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        await EraseAsync(service);
        Assert.Equal(2, await EnvelopesAsync());
        Assert.True((await service.Reporter().GetDeviationAsync(closed.Id)).HasPatient);

        clock.Advance(TimeSpan.FromMilliseconds(1));
        await EraseAsync(service);
        Assert.Equal(1, await EnvelopesAsync());
        Assert.False((await service.Reporter().GetDeviationAsync(closed.Id)).HasPatient);
        Assert.True((await service.Reporter().GetDeviationAsync(open.Id)).HasPatient);
        // Done once; a late event does not restore it.
        var at = await database.CountAsync("select max(envelope_erased_at) from deviations");
        clock.Advance(TimeSpan.FromDays(1));
        await service.ReceiveAsync(closed.Changed(4, "measureDone", CaseStates.Closed, at: Given.Now));
        Assert.Equal(0, await EraseAsync(service));
        Assert.Equal(at, await database.CountAsync("select max(envelope_erased_at) from deviations"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reopened_case_keeps_its_patient(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var deviation = await service.Reporter().SubmitAsync(
            Given.Submission with { Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber } });
        await service.ReceiveAsync(deviation.Changed(3, "closed", CaseStates.Closed, at: Given.Now));
        await service.ReceiveAsync(deviation.Changed(4, "reopened", CaseStates.Triage));
        // The closing arrives again, and is older than the stored version.
        await service.ReceiveAsync(deviation.Changed(3, "closed", CaseStates.Closed, at: Given.Now));
        clock.Advance(TimeSpan.FromDays(100));
        Assert.Equal(0, await EraseAsync(service));
        Assert.True((await service.Reporter().GetDeviationAsync(deviation.Id)).HasPatient);
    }
}
