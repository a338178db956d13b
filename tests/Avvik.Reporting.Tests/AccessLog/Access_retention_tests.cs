using Avvik.AccessLog;
using Avvik.Contracts;
using Avvik.Reporting.Persistence;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Reporting.Tests.AccessLog;

public sealed class Access_retention_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Old_lines_are_removed_and_the_rest_is_verified_from_the_signed_cut(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, ("AccessLog:RetentionDays", "30"));
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        for (var i = 0; i < 3; i++) await service.Reporter().GetDeviationAsync(deviation.Id);
        var auditor = service.ClientAs(Given.Hamar, Roles.Auditor);
        var before = await auditor.VerifyAccessLogAsync("reporting");
        Assert.Equal((true, 3), (before.Intact, before.Entries));

        clock.Advance(TimeSpan.FromDays(31));
        await service.Reporter().GetDeviationAsync(deviation.Id);
        clock.Advance(TimeSpan.FromHours(1));
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from access_log") == 1, TimeSpan.FromSeconds(60));
        Assert.Equal(1, await database.CountAsync("select count(*) from access_log_deviations"));
        Assert.Equal(3, await database.CountAsync("select sum(entries) from access_log_cuts"));

        var after = await auditor.VerifyAccessLogAsync("reporting");
        Assert.Equal((true, 1), (after.Intact, after.Entries));
        Assert.Equal(4, await database.CountAsync("select position from access_log"));
        // A head that was kept before the cut is still the chain's beginning.
        using var http = service.As(Given.Hamar, Roles.Auditor);
        Assert.Contains("\"intact\":true", await http.GetStringAsync($"/api/v1/access-log/reporting/verification?hash={before.Head}"),
            StringComparison.Ordinal);
        Assert.Contains("\"intact\":false", await http.GetStringAsync($"/api/v1/access-log/reporting/verification?hash={new string('0', 64)}"),
            StringComparison.Ordinal);

        // What is left cannot be removed without another cut, and a cut that the service did not sign is no cut.
        await Assert.ThrowsAnyAsync<Exception>(() => database.ExecuteAsync("delete from access_log"));
        await Assert.ThrowsAnyAsync<Exception>(() => database.ExecuteAsync("update access_log_cuts set entries = 2"));
        await using (var db = await service.Services.GetRequiredService<IDbContextFactory<ReportingDbContext>>().CreateDbContextAsync())
        {
            var last = await db.Set<AccessEntry>().SingleAsync();
            db.Add(new AccessCut { Position = last.Position, Hash = last.Hash, Entries = 1, At = Given.Now, KeyId = "forged", Signature = new byte[64] });
            await db.SaveChangesAsync();
        }
        await database.ExecuteAsync("delete from access_log");
        Assert.False((await auditor.VerifyAccessLogAsync("reporting")).Intact);
    }
}
