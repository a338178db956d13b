using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Reports;
using Avvik.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.Reports;

/// <summary>A second program, in SQL, that counts the protected cubes of a year and must get every count that the year's report shows.</summary>
[Collection(nameof(StatisticsServices))]
public sealed class Sql_recount_tests(StatisticsServices services)
{
    private const string Deviation = "c.countedAs = 0";
    private static readonly string[] Sets = ["patientGroup", "cause", "hopPair"];

    [Fact]
    public async Task Year_report_shows_what_sql_counts_in_the_protected_cubes()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(95, 2500, new(2025, 1, 1), new(2025, 12, 31)));
        var innlandet = HealthCommunities.Community("innlandet")!;
        string[] quarters = ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"];
        foreach (var quarter in quarters)
            await service.Services.GetRequiredService<QuarterReports>().FreezeAsync(innlandet, Period.Read(quarter)!, 1, null, null, CancellationToken.None);
        var report = await AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu)).GetReportAsync("innlandet", "2025");
        var columns = (await service.Database.QueryAsync(
            "select key, value from protected_cubes, json_each(cast(body as text), '$.columns') where quarter = '2025-Q1'",
            r => (Key: r.GetInt64(0), Name: r.GetString(1)))).ToDictionary(c => c.Name, c => c.Key, StringComparer.Ordinal);
        var cases = "with c as (select p.quarter as period, "
            + string.Join(", ", columns.Where(c => c.Key != "quarter").Select(c => $"json_extract(e.value, '$[{c.Value}]') as {c.Key}"))
            + " from protected_cubes p, json_each(cast(p.body as text), '$.cases') e where p.quarter like '2025-%') ";

        var cells = 0;
        foreach (var (column, periods) in report.KeyFigures.Columns.Select(c => c.Code).Select(c => (c, c == "value" ? quarters : [c])))
        {
            var within = $"c.period in ({string.Join(", ", periods.Select(q => $"'{q}'"))})";
            Task<long> CountAsync(string what, string where) =>
                service.Database.CountAsync($"{cases} select coalesce({what}, 0) from c where {within} and {where}");
            foreach (var table in report.Tables.Where(t => t.Columns[0].Code == "count" && t.Columns.Any(c => c.Code == column || column == "value")))
            {
                var at = column == "value" ? 0 : table.Columns.Index().Single(c => c.Item.Code == column).Index;
                foreach (var row in table.Rows.Where(_ => table.Code is not ("trend" or "trendHarm" or "quality")))
                {
                    var counted = await CountAsync(What(table.Code, row.Code), $"{Deviation} and {Where(table.Code, row)}");
                    // A row that a quarter does not have is none there.
                    Assert.True(counted == (row.Values[at]?.Value ?? 0),
                        $"{table.Code} {row.Code} {column}: {row.Values[at]} is shown and SQL counts {counted}");
                    cells++;
                }
            }
            foreach (var (code, what, where) in new[]
            {
                ("received", "5 * count(*)", Deviation), ("serious", "5 * count(*)", $"{Deviation} and c.harm in ('severe', 'death')"),
                ("goodCollaboration", "5 * count(*)", "c.countedAs = 1"), ("proposals", "5 * count(*)", "c.countedAs = 2"),
                ("measures", "5 * sum(c.measures)", Deviation), ("lessons", "5 * sum(c.lessons)", "true"),
            })
            {
                var at = report.KeyFigures.Columns.Index().Single(c => c.Item.Code == column).Index;
                Assert.Equal(await CountAsync(what, where), report.KeyFigures.Rows.Single(r => r.Code == code).Values[at]!.Value.Value);
            }
        }
        Assert.True(cells > 300, $"{cells} cells");
        var share = report.KeyFigures.Rows.Single(r => r.Code == "answeredInTimePercent").Values[0]!.Value.Value!.Value;
        Assert.Equal(await service.Database.CountAsync($"{cases} select round(1000.0 * sum(c.inTime and c.wasDue) / sum(c.wasDue)) from c where {Deviation}"),
            Math.Round(10 * share));

        static string What(string table, string? code) => (table, code) switch
        {
            ("measureState", "planned") => "5 * sum(c.measures - c.measuresDone)",
            ("measureState", "done") => "5 * sum(c.measuresDone - c.measuresChecked)",
            ("measureState", _) => "5 * sum(c.measuresChecked)",
            _ => "5 * count(*)",
        };

        static string Where(string table, ReportRow row) => (table, row.Code) switch
        {
            ("status", "closed") => "not c.isOpen",
            ("status", "overdue") => "c.isOpen and c.wasDue and c.answerTenthsOfDays < 0",
            ("status", _) => "c.isOpen and not (c.wasDue and c.answerTenthsOfDays < 0)",
            ("course", "disputed") => "c.disputes > 0",
            ("course", "escalated") => "c.escalations > 0",
            ("course", _) => "c.reopenings > 0",
            ("measureState", _) => "true",
            ("unit", null) => "c.unit is null and c.direction = 'municipalityToTrust'",
            ("unit", { } code) => $"c.unit = '{code}' and c.direction = 'municipalityToTrust'",
            (_, null) => $"coalesce(c.{table}, '') = ''",
            (_, { } code) when Sets.Contains(table) => $"c.{table} like '%,{code},%'",
            (_, { } code) => $"c.{table} = '{code}'",
        };
    }
}
