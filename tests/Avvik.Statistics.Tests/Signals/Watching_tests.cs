using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Statistics.Signals;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Statistics.Tests.Signals;

[Collection(nameof(StatisticsServices))]
public sealed class Watching_tests(StatisticsServices services)
{
    // The day before the clock's.
    private static readonly DateTimeOffset Yesterday = StatisticsService.Now.AddDays(-1);

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_series_that_leaves_its_limits_is_one_signal_with_its_data_until_somebody_explains_it(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        // Two a week, and then twelve in a day.
        await service.ReceiveAsync([.. Enumerable.Range(1, 65).SelectMany(week => Given.Cases(2, f => f with { ReceivedAt = Yesterday.AddDays(-7 * week) })), .. Given.Cases(12, f => f with { ReceivedAt = Yesterday })]);
        var watch = service.Services.GetServices<IHostedService>().OfType<SignalWatch>().Single();

        var raised = await watch.RaiseAsync(CancellationToken.None);
        Assert.Equal(0, await watch.RaiseAsync(CancellationToken.None));

        var coordinator = AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Coordinator));
        var signals = (await coordinator.ListSignalsAsync(new() { State = "new" })).Items;
        Assert.Equal(raised, signals.Count);
        var signal = signals.Single(s => s.Rule == SignalRules.BeyondLimit);
        Assert.Equal(("medication", "si-tynset", "3403", new DateOnly(2026, 9, 19), 12), (signal.Category, signal.Unit, signal.Municipality, signal.RaisedOn, signal.Data[^1]));
        var explained = await coordinator.ChangeSignalAsync(signal.Id, new() { State = "explained", Note = "Meldeuke på sykehuset." });
        Assert.Equal(("explained", "Meldeuke på sykehuset."), (explained.State, explained.Note));
        Assert.Equal([signal.Id], (await coordinator.ListSignalsAsync(new() { State = "explained" })).Items.Select(s => s.Id));
    }

    [Fact]
    public async Task They_are_for_the_parties_and_changed_by_coordinators_of_the_own_community()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        async Task<HttpStatusCode> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<AvvikProblemException>(call)).Status;
        IAvvikClient As(string role) => AvvikClient.For(service.As(StatisticsService.Hamar, role));

        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(() => As(Roles.Ssu).ListSignalsAsync()));
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(() => As(Roles.Handler).ListSignalsAsync(new() { Community = "lofoten-vesteralen-salten" })));
        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(() => As(Roles.Handler).ChangeSignalAsync(Guid.CreateVersion7(), new() { State = "lookedAt" })));
        Assert.Equal(HttpStatusCode.BadRequest, await RefusedAsync(() => As(Roles.Coordinator).ChangeSignalAsync(Guid.CreateVersion7(), new() { State = "explained" })));
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(() => As(Roles.Coordinator).ChangeSignalAsync(Guid.CreateVersion7(), new() { State = "lookedAt" })));
    }
}
