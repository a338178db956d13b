using System.Net;
using Avvik.Client;
using Avvik.Contracts.Routing;
using Avvik.Contracts;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Avvik.Statistics.Signals;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.TextProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Statistics.Tests.Signals;

[Collection(nameof(StatisticsServices))]
public sealed class Watching_tests(StatisticsServices services)
{
    // The day before the clock's.
    private static readonly DateTimeOffset Yesterday = StatisticsService.Now.AddDays(-1);

    private static SignalWatch Watch(StatisticsService service) => service.Services.GetServices<IHostedService>().OfType<SignalWatch>().Single();

    private static Task<int> RaiseAsync(StatisticsService service) => Watch(service).RaiseAsync(CancellationToken.None);

    private static IAvvikClient Coordinator(StatisticsService service, string organization) => AvvikClient.For(service.As(organization, Roles.Coordinator));

    private static IEnumerable<CaseChanged> At(string unit, string reporter, DateTimeOffset receivedAt, int count) =>
        Given.Cases(count, f => f with { ReceivedAt = receivedAt, ReporterOrganization = reporter }).Select(c => c with { Unit = unit });

    /// <summary>For 65 weeks, from Hamar two a week to Tynset, and from Ringsaker six to Gjøvik; then twelve from Hamar to Tynset in a day.</summary>
    private static async Task<StatisticsService> WithRiseAsync(StatisticsService service)
    {
        await service.ReceiveAsync(Enumerable.Range(1, 65).SelectMany(week => At("si-tynset", StatisticsService.Hamar, Yesterday.AddDays(-7 * week), 2)
            .Concat(At("si-tynset", StatisticsService.Ringsaker, Yesterday.AddDays(-7 * week), week % 2))
            .Concat(At("si-gjovik-lillehammer", StatisticsService.Ringsaker, Yesterday.AddDays(-7 * week), 6))));
        await service.ReceiveAsync(At("si-tynset", StatisticsService.Hamar, Yesterday, 12));
        return service;
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Rise_is_one_signal_with_its_data_until_somebody_explains_it(DatabaseProvider provider)
    {
        var service = await WithRiseAsync(await services.EmptyAsync(provider));

        Assert.Equal(1, await RaiseAsync(service));
        Assert.Equal(0, await RaiseAsync(service));

        var coordinator = Coordinator(service, StatisticsService.InnlandetTrust);
        var signal = Assert.Single((await coordinator.ListSignalsAsync(new() { State = "new" })).Items);
        Assert.Equal(("medication", "si-tynset", new DateOnly(2026, 9, 19), 12),
            (signal.Category, signal.Unit, signal.RaisedOn, signal.Data[^1]));
        Assert.Equal((signal.Observed, SeriesModel.Judged), (signal.Data.TakeLast(signal.Days!.Value).Sum(), signal.Data.Count));
        Assert.InRange(signal.Expected!.Value, 0.5, signal.Observed!.Value / 3.0);
        var explained = await coordinator.ChangeSignalAsync(signal.Id, new() { State = "explained", Note = "Meldeuke på sykehuset." });
        Assert.Equal(("explained", "Meldeuke på sykehuset."), (explained.State, explained.Note));
        Assert.True(KeyRing.IsSealed(Assert.Single(await service.Database.QueryAsync("select note from signals", r => r.GetString(0)))));
        Assert.Equal([signal.Id], (await coordinator.ListSignalsAsync(new() { State = "explained" })).Items.Select(s => s.Id));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Rise_that_lasts_stays_one_signal_and_says_until_when(DatabaseProvider provider)
    {
        var service = await WithRiseAsync(await services.EmptyAsync(provider));
        await RaiseAsync(service);

        service.Clock.Advance(TimeSpan.FromDays(3));
        await service.ReceiveAsync(At("si-tynset", StatisticsService.Hamar, Yesterday.AddDays(2), 12));

        Assert.Equal(0, await RaiseAsync(service));
        await using var db = await service.Services.GetRequiredService<IDbContextFactory<StatisticsDbContext>>().CreateDbContextAsync();
        var signal = Assert.Single(await db.Signals.ToListAsync());
        Assert.Equal((new DateOnly(2026, 9, 19), new DateOnly(2026, 9, 22)), (signal.RaisedOn, signal.LastOn));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Signals_wait_until_publishers_have_sent_everything(DatabaseProvider provider)
    {
        var service = await WithRiseAsync(await services.EmptyAsync(provider));
        await service.Database.ExecuteAsync("delete from publisher_watermark");
        await service.ReceiveWatermarksAsync(Yesterday);
        Assert.Equal(0, await RaiseAsync(service));
        await service.ReceiveWatermarksAsync(StatisticsService.Now, previous: Yesterday);
        Assert.Equal(1, await RaiseAsync(service));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Signal_points_to_its_cases_for_those_who_see_them_all(DatabaseProvider provider)
    {
        var service = await WithRiseAsync(await services.EmptyAsync(provider));
        await RaiseAsync(service);
        var signal = Assert.Single((await Coordinator(service, StatisticsService.InnlandetTrust).ListSignalsAsync()).Items);
        var expected = (await service.FactsAsync()).Where(f => f.Unit == "si-tynset" && f.ReceivedOn > signal.RaisedOn.AddDays(-signal.Days!.Value))
            .Select(f => f.DeviationId).Order();

        foreach (var client in new[] { Coordinator(service, StatisticsService.InnlandetTrust),
            AvvikClient.For(service.AsOfUnit(StatisticsService.InnlandetTrust, "si-tynset", Roles.UnitLeader)) })
        {
            Assert.Equal([signal.Id], (await client.ListSignalsAsync()).Items.Select(s => s.Id));
            Assert.Equal(expected, (await client.ListSignalCasesAsync(signal.Id)).Cases.Select(c => c.Id).Order());
        }
        foreach (var client in new[] { Coordinator(service, StatisticsService.Ringsaker),
            AvvikClient.For(service.AsOfUnit(StatisticsService.InnlandetTrust, "si-gjovik-lillehammer", Roles.Handler)) })
        {
            Assert.Empty((await client.ListSignalsAsync()).Items);
            Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<AvvikProblemException>(() => client.ListSignalCasesAsync(signal.Id))).Status);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Signal_of_the_community_has_no_counts_and_only_own_cases(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        string[] units = ["si-tynset", "si-gjovik-lillehammer", "si-elverum-hamar"];
        await service.ReceiveAsync(Enumerable.Range(1, 65).SelectMany(week => units.SelectMany((unit, i) =>
            At(unit, week % 3 == i ? StatisticsService.Hamar : StatisticsService.Ringsaker, Yesterday.AddDays(-7 * week), 1))));
        await service.ReceiveAsync(units.SelectMany((unit, i) => At(unit, i == 0 ? StatisticsService.Hamar : StatisticsService.Ringsaker, Yesterday, 4)));
        await RaiseAsync(service);

        var signal = Assert.Single((await Coordinator(service, StatisticsService.Hamar).ListSignalsAsync()).Items);

        Assert.Equal(("medication", null, null, null, null), (signal.Category, signal.Unit, signal.Municipality, signal.Observed, signal.Expected));
        Assert.Empty(signal.Data);
        async Task<int> CasesAsync(IAvvikClient client) => (await client.ListSignalCasesAsync(signal.Id)).Cases.Count(c => c.ReceivedOn == signal.RaisedOn);
        Assert.Equal(4, await CasesAsync(Coordinator(service, StatisticsService.Hamar)));
        Assert.Equal(8, await CasesAsync(Coordinator(service, StatisticsService.Ringsaker)));
        Assert.Equal(12, await CasesAsync(Coordinator(service, StatisticsService.InnlandetTrust)));
        Assert.Equal(4, await CasesAsync(AvvikClient.For(service.AsOfUnit(StatisticsService.InnlandetTrust, "si-tynset", Roles.Handler))));
        Assert.Equal(0, await CasesAsync(AvvikClient.For(service.As(StatisticsService.Hamar, Roles.LearningEditor))));
    }

    [Fact]
    public async Task Signals_are_for_the_parties_and_changed_by_coordinators_of_the_own_community()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        async Task<HttpStatusCode> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<AvvikProblemException>(call)).Status;
        IAvvikClient As(string role) => AvvikClient.For(service.As(StatisticsService.Hamar, role));
        Task ChangeAsync(string role, string state) => As(role).ChangeSignalAsync(Guid.CreateVersion7(), new() { State = state });

        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(() => As(Roles.Ssu).ListSignalsAsync()));
        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(() => As(Roles.Ssu).ListSignalCasesAsync(Guid.CreateVersion7())));
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(() => As(Roles.Handler).ListSignalsAsync(new() { Community = "lofoten-vesteralen-salten" })));
        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(() => ChangeAsync(Roles.Handler, "lookedAt")));
        Assert.Equal(HttpStatusCode.BadRequest, await RefusedAsync(() => ChangeAsync(Roles.Coordinator, "explained")));
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(() => ChangeAsync(Roles.Coordinator, "lookedAt")));
    }
}
