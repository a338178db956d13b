using System.Net;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Tests.Figures;
using Avvik.Statistics.Tests.Reports;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.Facts;

/// <summary>The months that figures are counted from are what the facts are, whatever happens to them.</summary>
[Collection(nameof(StatisticsServices))]
public sealed class Months_tests(StatisticsServices services)
{
    private static readonly DateOnly From = new(2026, 2, 10), To = new(2026, 5, 20);
    private static readonly ILookup<string, string> NoFilter = Array.Empty<string>().ToLookup(s => s);

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Figures_follow_facts_that_change_when_writing_a_month_failed(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        CaseChanged[] cases = [.. History.Of(17, 240, new(2026, 1, 1), new(2026, 6, 30))];
        await service.ReceiveAsync(cases);
        await IsRecountAsync(service, cases);

        for (var round = 0; round < 6; round++)
        {
            cases = [.. cases.Select((c, i) => (i + round) % 7 != 0 ? c : Changed(c, (i + round) % 4))];
            // Half of a month's columns, and no more: as when the process is killed, or the disk is full.
            if (round % 2 == 1) await service.Database.ExecuteAsync(RefuseColumn(provider));
            await service.ReceiveAsync(cases.Where((_, i) => (i + round) % 7 == 0));
            if (round % 2 == 1)
            {
                using var client = service.As(StatisticsService.InnlandetTrust, Roles.Coordinator);
                using var answer = await client.GetAsync(new Uri($"/api/v1/statistics?from={From:yyyy-MM-dd}&to={To:yyyy-MM-dd}", UriKind.Relative));
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                await service.Database.ExecuteAsync(provider is DatabaseProvider.Sqlite ? "drop trigger refuse" : "drop trigger refuse on fact_columns");
            }
            await IsRecountAsync(service, cases);
        }
        await service.Database.ExecuteAsync("delete from facts");
        await IsRecountAsync(service, []);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Memory_stays_within_its_bound_and_figures_are_the_same(DatabaseProvider provider)
    {
        await using var service = new StatisticsService(await Databases.CreateAsync(provider), ("Facts:CacheMebibytes", "1"));
        CaseChanged[] cases = [.. History.Of(18, 3000, new(2025, 1, 1), new(2026, 6, 30))];
        await service.ReceiveAsync(cases);
        var months = service.Services.GetRequiredService<FactMonths>();
        for (var by = 1; by < Dimension.Count; by++)
        {
            await service.AskAsync($"from=2025-01-01&to=2026-06-30&by={Dimension.All[by].Name}", StatisticsService.InnlandetTrust);
            Assert.InRange(months.KeptBytes, 1, 1 << 20);
        }

        var stored = await service.Database.CountAsync("select cast(sum(length(body)) as bigint) from fact_columns where number < 9");
        var headers = cases.Length * 400L;
        Assert.True(stored + headers > 1 << 20, $"{stored} bytes would all have been kept");
        await IsRecountAsync(service, cases);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Questions_at_once_of_what_nobody_has_read_read_each_column_once(DatabaseProvider provider)
    {
        var (alone, together) = (await ReadAsync(questions: 1), await ReadAsync(questions: 8));

        Assert.InRange(alone, 6 * 3, long.MaxValue);
        Assert.Equal(alone, together);

        async Task<long> ReadAsync(int questions)
        {
            await using var service = new StatisticsService(await Databases.CreateAsync(provider));
            await service.ReceiveAsync(History.Of(19, 240, new(2026, 1, 1), new(2026, 6, 30)));
            var months = service.Services.GetRequiredService<FactMonths>();
            await months.UpdateAsync(CancellationToken.None);
            var before = months.ColumnsRead;
            await Task.WhenAll(Enumerable.Range(0, questions)
                .Select(_ => service.AskAsync("from=2026-01-01&to=2026-06-30&by=category,harm", StatisticsService.InnlandetTrust)));
            return months.ColumnsRead - before;
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Invalidating_facts_changes_no_month(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(Given.Cases(5));
        await service.Services.GetRequiredService<FactMonths>().UpdateAsync(CancellationToken.None);

        await service.Database.ExecuteAsync("update facts set version = 0");

        Assert.Equal(0, await service.Database.CountAsync("select count(*) from fact_changes"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Linked_reports_count_each_as_a_report_and_together_as_one_event(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        CaseChanged[] cases = [.. new[] { 7, 8, 9, 9 }.Select(month => Given.Case(f => f with { ReceivedAt = new(2026, month, 5, 12, 0, 0, TimeSpan.Zero) }))];
        await service.ReceiveAsync(cases);
        Assert.Equal((4, 4), await CountAsync());

        // The last one is of an event of its own.
        var happened = Guid.CreateVersion7();
        await service.ReceiveAsync(cases.Take(3).Select(c => c with { Version = 2, EventId = happened }));
        Assert.Equal((4, 2), await CountAsync());
        await service.ReceiveAsync(cases[0] with { Version = 3, State = CaseStates.Withdrawn, EventId = happened });
        Assert.Equal((3, 2), await CountAsync());
        // Unlinked again.
        await service.ReceiveAsync(cases[2] with { Version = 3 });
        Assert.Equal((3, 3), await CountAsync());

        async Task<(double Reports, double Events)> CountAsync()
        {
            var report = await AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Coordinator)).GetReportAsync("innlandet", "2026-Q3");
            double Of(string code) => report.KeyFigures.Rows.Single(r => r.Code == code).Values[0]!.Value.Value!.Value;
            return (Of("received"), Of("events"));
        }
    }

    private static CaseChanged Changed(CaseChanged c, int how) => (how switch
    {
        0 => c with { State = CaseStates.Withdrawn },
        1 => c with { Facts = c.Facts with { Category = "referral", Clause = "3", ActualHarm = "death" } },
        2 => c with { State = CaseStates.InProgress, AnsweredAt = null, ContributingFactors = null, Reopenings = c.Reopenings + 1 },
        _ => c with { State = CaseStates.Closed, AnsweredAt = c.Facts.ReceivedAt.AddDays(50), Hops = c.Hops + 1, Facts = c.Facts with { Kind = "incident" } },
    }) with
    { Version = c.Version + 1 };

    private static string RefuseColumn(DatabaseProvider provider) => provider is DatabaseProvider.Sqlite
        ? "create trigger refuse before insert on fact_columns when new.number = 5 begin select raise(abort, 'refused'); end"
        : """
        create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
        create trigger refuse before insert on fact_columns for each row when (new.number = 5) execute function refuse()
        """;

    private static async Task IsRecountAsync(StatisticsService service, CaseChanged[] cases)
    {
        // The third has more combinations than can each have a place.
        foreach (var by in new[] { "", "municipality,category", "patientGroup,cause,municipality,category", "quarter,kind,hopPair,state",
            "unit,clause,direction,respondent" })
        {
            string[] names = by.Split(',', StringSplitOptions.RemoveEmptyEntries);
            var expected = Recount.Of(cases, From, To, names, NoFilter);
            var answer = await service.AskAsync($"from={From:yyyy-MM-dd}&to={To:yyyy-MM-dd}&by={by}", StatisticsService.InnlandetTrust);
            Assert.Equal(JsonSerializer.Serialize(expected, StatisticsJson.Default.StatisticsAnswer),
                JsonSerializer.Serialize(answer, StatisticsJson.Default.StatisticsAnswer));
        }
    }
}
