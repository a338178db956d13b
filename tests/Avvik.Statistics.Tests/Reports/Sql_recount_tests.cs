using System.Globalization;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Reports;
using Avvik.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.Reports;

/// <summary>A second program, in SQL, that counts the protected cubes of a year and must get every figure that the year's report shows, and hides.</summary>
[Collection(nameof(StatisticsServices))]
public sealed class Sql_recount_tests(StatisticsServices services)
{
    private const string Deviation = "countedAs = 0", Answered = "answerTenthsOfDays >= 0", Due = "wasDue", InTime = "wasDue and inTime",
        Overdue = "isOpen and wasDue and not (answerTenthsOfDays >= 0)", Serious = "harm in ('severe', 'death')";
    private static readonly HealthCommunity Innlandet = HealthCommunities.Community("innlandet")!;
    private static readonly string[] Quarters = ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"], Sets = ["patientGroup", "cause", "hopPair"];

    [Fact]
    public async Task Year_report_shows_what_sql_counts_in_the_protected_cubes()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(95, 2500, new(2025, 1, 1), new(2025, 12, 31)));
        foreach (var quarter in Quarters)
            await service.Services.GetRequiredService<QuarterReports>().FreezeAsync(Innlandet, Period.Read(quarter)!, 1, null, null, CancellationToken.None);
        var report = await AvvikClient.For(service.As(StatisticsService.Hamar, Roles.Ssu)).GetReportAsync("innlandet", "2025");
        var columns = (await service.Database.QueryAsync(
            "select key, value from protected_cubes, json_each(cast(body as text), '$.columns') where quarter = '2025-Q1'",
            r => (Key: r.GetInt64(0), Name: r.GetString(1)))).ToDictionary(c => c.Name, c => c.Key, StringComparer.Ordinal);
        await service.Database.ExecuteAsync("drop table if exists recount");
        await service.Database.ExecuteAsync("create table recount as select p.quarter as period, "
            + string.Join(", ", columns.Where(c => c.Key != "quarter").Select(c => $"json_extract(e.value, '$[{c.Value}]') as {c.Key}"))
            + " from protected_cubes p, json_each(cast(p.body as text), '$.cases') e where p.quarter like '2025-%'");

        var (cells, hidden) = (0, 0);
        foreach (var table in report.Tables.Prepend(report.KeyFigures))
            foreach (var row in table.Rows)
                foreach (var (at, column) in table.Columns.Index())
                {
                    if (row.Values[at] is not { } shown) continue;
                    // A row of a trend is a quarter, and so is a column that the year is divided into; all else is the year.
                    string? quarter = Quarters.Contains(column.Code) ? column.Code : table.Code.StartsWith("trend", StringComparison.Ordinal) ? row.Code : null;
                    var within = quarter is null ? "true" : $"period = '{quarter}'";
                    var (sql, behind) = Cell(table.Code, row, Quarters.Contains(column.Code) ? table.Columns[0].Code : column.Code, within);
                    var cell = $"{table.Code} {row.Code} {row.Parent} {column.Code}";
                    var isHidden = behind is not null && 5 * await NumberAsync(behind) < (quarter is null ? 25 : 10);
                    Assert.True(isHidden == (shown == Figure.Suppressed), $"{cell}: {shown} is shown, by SQL it is {(isHidden ? "hidden" : "not hidden")}");
                    cells++;
                    if (isHidden) hidden++;
                    if (isHidden) continue;
                    var counted = await NumberAsync(sql) ?? throw new InvalidOperationException($"{cell}: {shown} is shown, SQL counts nothing");
                    // As exactly as the last decimal that is shown.
                    Assert.True(Math.Abs(counted - shown.Value!.Value) < 0.051, $"{cell}: {shown} is shown, SQL counts {counted}");
                }

        Assert.True(cells > 700, $"{cells} cells");
        Assert.True(hidden > 10, $"{hidden} hidden");

        async Task<double?> NumberAsync(string sql) => (await service.Database.QueryAsync(sql, r => r.IsDBNull(0) ? (double?)null
            : Convert.ToDouble(r.GetValue(0), CultureInfo.InvariantCulture))).Single();
    }

    /// <summary>What a cell is, and what it is hidden by when it is few; null for what is never hidden.</summary>
    private static (string Sql, string? Behind) Cell(string table, ReportRow row, string column, string within)
    {
        string Count(string where) => $"select 5 * count(*) from recount where {within} and {Deviation} and {where}";
        string Cases(string where) => $"select count(*) from recount where {within} and {Deviation} and {where}";
        string Sum(string what, string where = Deviation) => $"select coalesce(5 * sum({what}), 0) from recount where {within} and {where}";
        string Share(string part, string of, string times = "100.0") =>
            $"select {times} * sum({part}) / nullif(sum({of}), 0) from recount where {within} and {Deviation}";
        (string, string?) Measured(string measure, string where) => measure switch
        {
            "medianAnswerDays" => (AnswerDays(0.5, $"{within} and {where}"), Cases($"{where} and {Answered}")),
            "p90AnswerDays" => (AnswerDays(0.1, $"{within} and {where}"), Cases($"{where} and {Answered}")),
            "answeredInTimePercent" => (Share($"{where} and {InTime}", $"{where} and {Due}"), Cases($"{where} and {Due}")),
            "meanHops" => (Share($"case when {where} then hops else 0 end", where, "1.0"), Cases(where)),
            _ => throw new InvalidOperationException(measure),
        };
        string Party(string? code) => Innlandet.Parties.Single(p => (p.MunicipalityNumber ?? p.OrganizationNumber) == code).OrganizationNumber;
        (string, string?) Quality(string? code) => (code, column) switch
        {
            ("silentMunicipalities", "count") => (Silent(), null),
            ("silentMunicipalities", _) => ($"select 100.0 * ({Silent()}) / {Innlandet.Parties.Count(p => !p.IsTrust)}", null),
            ("answeredWithoutCause", "count") => (Count($"{Answered} and coalesce(cause, '') = ''"), null),
            ("answeredWithoutCause", _) => (Share($"{Answered} and coalesce(cause, '') = ''", Answered), Cases(Answered)),
            (_, "count") => (Count(Missing(code)), null),
            _ => (Share(Missing(code), "true"), Cases("true")),
        };
        string Silent() => $"select {Innlandet.Parties.Count(p => !p.IsTrust)} - count(distinct reporter) from recount where {within} and {Deviation} "
            + $"and reporter <> '{Innlandet.Trust.OrganizationNumber}'";

        return (table, row.Code) switch
        {
            ("keyFigures", "received") or ("trend", _) => (Count("true"), null),
            ("keyFigures", "serious") or ("trendHarm", _) => (Count(Serious), null),
            ("trendInTime", _) => Measured("answeredInTimePercent", "true"),
            ("keyFigures" or "status", "closed") => (Count("not isOpen"), null),
            ("keyFigures" or "status", "overdue") => (Count(Overdue), null),
            ("keyFigures" or "status", "open") => (Count($"isOpen and not ({Overdue})"), null),
            ("keyFigures" or "course", "disputed") => (Count("disputes > 0"), null),
            ("keyFigures" or "course", "escalated") => (Count("escalations > 0"), null),
            ("keyFigures" or "course", "reopened") => (Count("reopenings > 0"), null),
            ("keyFigures" or "course", "handedOver") => (Count("handOvers > 0"), null),
            ("keyFigures", "events") => (Count("not isRepeat"), null),
            ("keyFigures", "measures") => (Sum("measures"), null),
            ("keyFigures", "measuresPlanned") or ("measureState", "planned") => (Sum("measures - measuresDone"), null),
            ("keyFigures", "measuresDone") or ("measureState", "done") => (Sum("measuresDone - measuresChecked"), null),
            ("keyFigures", "measuresEffectChecked") or ("measureState", "effectChecked") => (Sum("measuresChecked"), null),
            ("keyFigures", "lessons") => (Sum("lessons", "true"), null),
            ("keyFigures", "goodCollaboration") => (Sum("1", "countedAs = 1"), null),
            ("keyFigures", "proposals") => (Sum("1", "countedAs = 2"), null),
            ("keyFigures", { } measure) => Measured(measure, "true"),
            ("answers", var party) => Measured(column, $"respondent = '{Party(party)}'"),
            ("pairs", var municipality) => Measured(column, $"municipality = '{municipality}' and direction = '{row.Parent}'"),
            ("quality", var code) => Quality(code),
            ("unit", var unit) => (Count($"direction = 'municipalityToTrust' and {Is("unit", unit)}"), null),
            var (dimension, code) => (Count(Is(dimension, code)), null),
        };
    }

    private static string Is(string dimension, string? code) => code is null ? $"coalesce({dimension}, '') = ''"
        : Sets.Contains(dimension) ? $"{dimension} like '%,{code},%'" : $"{dimension} = '{code}'";

    private static string Missing(string? code) => code switch
    {
        "withoutCategory" => "category is null",
        "withoutClause" => "clause is null",
        "withoutPatientGroup" => "(coalesce(patientGroup, '') = '' or patientGroup like '%,unknown,%')",
        "harmUnknown" => "(harm is null or harm = 'unknown')",
        _ => "isImported",
    };

    /// <summary>Kaplan and Meier: the first time at which no more than that share is unanswered; the middle to the next where it is exactly that.</summary>
    private static string AnswerDays(double left, string where) => string.Create(CultureInfo.InvariantCulture, $"""
        with c as (select * from recount where {Deviation} and {where}),
        steps as (select answerTenthsOfDays as t, count(*) as d from c where {Answered} group by 1),
        risks as (select t, d, (select count(*) from c where answerTenthsOfDays >= t
            or (answerTenthsOfDays < 0 and isOpen and waitingTenthsOfDays >= t)) as n from steps),
        curve as (select t, exp(sum(case when d = n then -1000 else ln(1 - 1.0 * d / n) end) over (order by t)) as s from risks),
        ahead as (select t, s, lead(t) over (order by t) as following from curve)
        select (select case when s >= {left} - 1e-9 and following is not null then (t + following) / 2.0 else t end / 10.0
            from ahead where s <= {left} + 1e-9 order by t limit 1)
        """);
}
