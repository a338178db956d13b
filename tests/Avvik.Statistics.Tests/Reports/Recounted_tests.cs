using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Statistics.Tests.Figures;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Reports;

[Collection(nameof(StatisticsServices))]
public sealed class Recounted_tests(StatisticsServices services)
{
    private static readonly string[] Counted = ["direction", "region", "municipality", "clause", "category", "kind", "patientGroup", "harm", "cause"];

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Own_report_is_that_of_a_naive_recount(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        CaseChanged[] events = [.. History.Of(41, 700, new(2026, 3, 1), new(2026, 7, 31))];
        await service.ReceiveAsync(events);

        var report = await AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Coordinator))
            .GetReportAsync("innlandet", "2026-Q2", scope: "own");

        const string trust = StatisticsService.InnlandetTrust;
        var all = events.Where(e => e.Facts.ReporterOrganization == trust || e.Facts.RespondentOrganization == trust)
            .Where(e => e.Facts.ReceivedAt >= new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero)
                && e.Facts.ReceivedAt < new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero)).ToList();
        var of = all.Where(e => e.Facts.Kind != "goodPractice").ToList();
        var overall = Recount.Of(events, new(2026, 4, 1), new(2026, 6, 30), [], Array.Empty<string>().ToLookup(x => x)).Total;
        Assert.Equal<Figure?>([
            new(of.Count), new(of.Count(e => e.State == "closed")), new(of.Count(e => e.State != "closed") - Overdue(of)), new(Overdue(of)),
            overall.MedianAnswerDays, overall.P90AnswerDays, overall.AnsweredInTimePercent, overall.MeanHops,
            new(of.Count(e => e.Disputes > 0)), new(0), new(0), new(0), new(of.Count), new(of.Count(e => Harm.IsSerious(e.Facts.ActualHarm))),
            new(Measures("planned") + Measures("done") + Measures("effectChecked")), new(Measures("planned")), new(Measures("done")),
                new(Measures("effectChecked")), new(0),
            new(all.Count - of.Count), new(0),
        ], report.KeyFigures.Rows.Select(r => r.Values[0]));
        foreach (var code in Counted)
        {
            var recounted = of.SelectMany(e => Recount.Values(code, e)).CountBy(value => value ?? "-").ToDictionary();
            if (code == "municipality") recounted.Remove("-");
            Assert.Equal(recounted.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, (double?)r.Value)),
                report.Tables.Single(t => t.Code == code).Rows.Select(r => (r.Code ?? "-", r.Values[0]!.Value.Value)).Where(r => r.Item2 > 0)
                    .OrderBy(r => r.Item1, StringComparer.Ordinal));
        }
        Assert.Equal(of.Where(e => e.Facts.Direction == Directions.MunicipalityToTrust).CountBy(e => e.Unit!).OrderBy(u => u.Key, StringComparer.Ordinal)
            .Select(u => (u.Key, (double?)u.Value)),
            report.Tables.Single(t => t.Code == "unit").Rows.Where(r => r.Values[0]!.Value.Value > 0).Select(r => (r.Code!, r.Values[0]!.Value.Value))
                .OrderBy(r => r.Item1, StringComparer.Ordinal));

        // How soon each party answers, and the wrong-recipient index by who is to answer whom.
        var byParty = By("respondent").ToDictionary(r => r.Codes[0]!, r => r.Row);
        Assert.Equal(HealthCommunities.Community("innlandet")!.Parties.Where(p => byParty.ContainsKey(p.OrganizationNumber))
            .Select(p => (p.MunicipalityNumber ?? p.OrganizationNumber, byParty[p.OrganizationNumber]))
                .Select(p => $"{p.Item1}: {p.Item2.MedianAnswerDays} {p.Item2.P90AnswerDays} {p.Item2.AnsweredInTimePercent} {p.Item2.MeanHops}"),
            report.Tables.Single(t => t.Code == "answers").Rows.Select(r => $"{r.Code}: {string.Join(' ', r.Values)}"));
        Assert.Equal(By("municipality", "direction").Where(p => p.Codes[0] is not null).Select(p => (p.Codes[0], p.Codes[1], p.Row.MeanHops)),
            report.Tables.Single(t => t.Code == "pairs").Rows.Select(r => (r.Code, r.Parent, r.Values[0])));
        Assert.Equal(of.SelectMany(e => (e.UnitHops ?? []).Select(h => $"{h.From}>{h.To}").Distinct()).CountBy(h => h)
            .OrderByDescending(h => h.Value).ThenBy(h => h.Key.Length).ThenBy(h => h.Key, StringComparer.Ordinal).Select(h => (h.Key, (double?)h.Value)),
            report.Tables.Single(t => t.Code == "hopPair").Rows.Select(r => (r.Code!, r.Values[0]!.Value.Value)));
        Assert.Equal(["closed", "open", "overdue"], report.Tables.Single(t => t.Code == "status").Rows.Select(r => r.Code));
        Assert.Equal(report.KeyFigures.Rows.Skip(1).Take(3).Select(r => r.Values[0]), report.Tables.Single(t => t.Code == "status")
            .Rows.Select(r => r.Values[0]));

        IEnumerable<(string?[] Codes, StatisticsRow Row)> By(params string[] dimensions) => Recount.Of(of, new(2026, 4, 1), new(2026, 6, 30), dimensions,
            Array.Empty<string>().ToLookup(x => x)).Rows
            .Select(r => (dimensions.Select(d => r.Dimensions![d].GetString()).ToArray(), r));
        // As the service's clock says it is now.
        int Overdue(List<CaseChanged> cases) => cases.Count(e => e.State != "closed" && e.AnsweredAt is null && e.DueAt <= StatisticsService.Now);
        int Measures(string state) => of.SelectMany(e => e.Measures ?? []).Count(m => m.State == state);
    }

    [Fact]
    public async Task Unfinished_quarter_is_compared_with_the_same_stretch_of_the_others()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        // The third quarter began 82 days ago: the last of these is outside the same stretch of the second.
        await service.ReceiveAsync(new[] { "2026-04-01", "2026-06-21", "2026-06-22", "2025-07-03", "2025-09-20", "2025-09-21", "2026-07-01" }.Select(day =>
            Given.Case(f => f with { ReceivedAt = new(DateOnly.Parse(day, null), new(12, 0), TimeSpan.FromHours(2)) })));

        var report = await AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Coordinator)).GetReportAsync("innlandet", "2026-Q3");

        Assert.Equal([1, 2, 2], report.KeyFigures.Rows[0].Values.Select(v => v!.Value.Value!.Value));
        Assert.EndsWith(", de første 82 dagene", report.KeyFigures.Columns[1].Label, StringComparison.Ordinal);
    }
}
