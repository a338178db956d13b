using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Reports;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.ImportHistory;

[Collection(nameof(StatisticsServices))]
public sealed class History_import_tests(StatisticsServices services)
{
    private static HistoricReport Report(int number, DateOnly? receivedOn = null) => new()
    {
        Id = $"sak-{number}",
        ReceivedOn = receivedOn ?? new(2023, 5, 17),
        Reporter = StatisticsService.Hamar,
        Respondent = StatisticsService.InnlandetTrust,
        Unit = "si-tynset",
        Kind = "incident",
        Category = "medication",
        PatientGroups = ["frailElderly"],
        ActualHarm = "mild",
        DueOn = new(2023, 6, 7),
        AnsweredOn = new(2023, 5, 27),
    };

    private static HistoryImport Of(params HistoricReport[] reports) => new() { Reports = reports };

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Imported_reports_count_in_their_own_quarters_once_and_are_marked(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        var secretariat = AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat));
        HistoricReport[] reports = [.. Enumerable.Range(0, 8).Select(i => Report(i)), Report(8, new(2022, 12, 31)),
            Report(9) with { AnsweredOn = new(2023, 6, 20) }];

        var checkedOnly = await secretariat.ImportHistoryAsync(Of(reports), dryRun: true);
        Assert.Empty(await service.FactsAsync());
        var first = await secretariat.ImportHistoryAsync(Of(reports));
        var again = await secretariat.ImportHistoryAsync(Of(reports));
        var corrected = await secretariat.ImportHistoryAsync(Of(reports[0] with { Category = "discharge" }));

        Assert.Equal((true, 10, 0, 0), (checkedOnly.DryRun, checkedOnly.Added, checkedOnly.Replaced, checkedOnly.Unchanged));
        Assert.Equal((10, 0, 0), (first.Added, first.Replaced, first.Unchanged));
        Assert.Equal(["2022-Q4", "2023-Q2"], first.Quarters);
        Assert.Equal((0, 0, 10), (again.Added, again.Replaced, again.Unchanged));
        Assert.Equal((0, 1, 0), (corrected.Added, corrected.Replaced, corrected.Unchanged));
        var answer = await service.AskAsync("quarter=2023-Q2&by=category,agreement,municipality", StatisticsService.InnlandetTrust);
        Assert.Equal([("discharge", 1), ("medication", 8)], answer.Rows.Select(r => (r.Dimensions!["category"].GetString()!, (int)r.Count.Value!)));
        Assert.Equal((0, 10, 88.9), ((int)answer.Total.Open.Value!,
            answer.Total.MedianAnswerDays!.Value.Value, answer.Total.AnsweredInTimePercent!.Value.Value));
        Assert.Equal(["innlandet-2019"], answer.Rows.Select(r => r.Dimensions!["agreement"].GetString()).Distinct());

        var report = await secretariat.GetReportAsync("innlandet", "2023-Q2", scope: "own");
        Assert.Equal([new Figure(9), new Figure(100)], report.Tables.Single(t => t.Code == "quality").Rows.Single(r => r.Code == "imported").Values);
    }

    [Fact]
    public async Task Imported_reports_count_in_the_states_they_had_and_by_the_agreement_of_their_day()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        var secretariat = AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat));
        var unanswered = Report(0) with { AnsweredOn = null };
        HistoricReport Of(int number, string state) => unanswered with { Id = $"sak-{number}", State = state };
        // The revised agreement took effect on 1 March 2024.
        var later = unanswered with { ReceivedOn = new(2024, 3, 4), DueOn = null };
        await secretariat.ImportHistoryAsync(new()
        {
            Reports = [Of(1, "closed"), unanswered, Of(2, "rejected"), Of(3, "inProgress"), Of(4, "answered") with { AnsweredOn = new(2023, 6, 1) },
                Of(5, "withdrawn"), Of(6, "duplicate"), Of(7, "enteredInError"),
                later with { Id = "sak-8" }, later with { Id = "sak-9", OccurredOn = new(2024, 2, 28) }],
        });

        var answer = await service.AskAsync("quarter=2023-Q2&by=state", StatisticsService.InnlandetTrust);
        Assert.Equal([("answered", 1), ("closed", 2), ("inProgress", 1), ("rejected", 1)],
            answer.Rows.Select(r => (r.Dimensions!["state"].GetString()!, (int)r.Count.Value!)).Order());
        Assert.Equal(2, (int)answer.Total.Open.Value!);
        await secretariat.ImportHistoryAsync(new() { Reports = [Of(3, "closed")] });
        Assert.Equal(1, (int)(await service.AskAsync("quarter=2023-Q2", StatisticsService.InnlandetTrust)).Total.Open.Value!);
        var agreements = await service.AskAsync("quarter=2024-Q1&by=agreement", StatisticsService.InnlandetTrust);
        Assert.Equal(["innlandet-2019", "innlandet-2024"], agreements.Rows.Select(r => r.Dimensions!["agreement"].GetString()).Order());
    }

    [Fact]
    public async Task Imported_quarters_are_frozen_by_the_secretariat_and_not_automatically()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        var secretariat = AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat));
        await secretariat.ImportHistoryAsync(Of([.. Enumerable.Range(0, 40).Select(i => Report(i))]));
        await service.ReceiveAsync(Given.Cases(3, f => f with { ReceivedAt = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero) }));

        var due = await service.Services.GetRequiredService<QuarterReports>().DueAsync(CancellationToken.None);
        Assert.Equal(["2026-Q1", "2026-Q2"], due.Select(d => d.Quarter.Code));
        await secretariat.FreezeReportAsync("innlandet", "2023-Q2");

        var quality = (await secretariat.GetReportAsync("innlandet", "2023-Q2")).Tables.Single(t => t.Code == "quality");
        Assert.InRange(quality.Rows.Single(r => r.Code == "imported").Values[0]!.Value.Value!.Value, 35, 45);
    }

    [Fact]
    public async Task Rebuilding_facts_leaves_imported_ones_alone()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat)).ImportHistoryAsync(Of(Report(1)));
        using var admin = service.As(StatisticsService.InnlandetTrust, Roles.Admin);

        using var answer = await admin.PostAsync(new Uri("/ops/statistics/facts/invalidate", UriKind.Relative), null);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal(1, Assert.Single(await service.FactsAsync()).Version);
    }

    [Fact]
    public async Task One_wrong_line_refuses_all_of_them_and_each_error_is_named()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        using var secretariat = service.As(StatisticsService.InnlandetTrust, Roles.Secretariat);
        var import = Of(Report(0), Report(0), Report(1) with { Kind = "x", Category = "y", Unit = "z", ActualHarm = "w", State = "u", PatientGroups = ["v"] },
            Report(2, new(2030, 1, 1)), Report(3) with { AnsweredOn = new(2023, 5, 1), DueOn = new(2023, 5, 1), Hops = -1 }, new HistoricReport(),
            Report(4) with { Reporter = StatisticsService.Hamar, Respondent = StatisticsService.Ringsaker },
            Report(5) with { State = "answered", AnsweredOn = null, OccurredOn = new(2023, 5, 18) });

        using var answer = await secretariat.PostAsJsonAsync("/api/v1/statistics/history", import, HistoryJson.Default.HistoryImport);

        var problem = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal([
            "/reports/1/id repeated", "/reports/2/actualHarm unknownCode", "/reports/2/category unknownCode", "/reports/2/kind unknownCode",
            "/reports/2/patientGroups/0 unknownCode", "/reports/2/state unknownCode", "/reports/2/unit unknownCode", "/reports/3/receivedOn inFuture",
            "/reports/4/answeredOn invalidValue", "/reports/4/dueOn invalidValue", "/reports/4/hops invalidValue", "/reports/5/id required",
            "/reports/5/kind required", "/reports/5/receivedOn required", "/reports/5/reporter required", "/reports/5/respondent required",
            "/reports/6/reporter unknownOrganization", "/reports/7/answeredOn required", "/reports/7/occurredOn invalidValue",
        ], problem.GetProperty("errors").EnumerateArray().Select(e => $"{e.GetProperty("pointer").GetString()} {e.GetProperty("code").GetString()}")
            .Order(StringComparer.Ordinal));
        Assert.False(answer.IsSuccessStatusCode);
        Assert.Empty(await service.FactsAsync());
        using var asHandler = service.As(StatisticsService.InnlandetTrust, Roles.Coordinator);
        Assert.Equal(HttpStatusCode.Forbidden, (await asHandler.PostAsJsonAsync("/api/v1/statistics/history", Of(Report(0)),
            HistoryJson.Default.HistoryImport)).StatusCode);
    }

    [Fact]
    public async Task Import_takes_500_reports_of_all_parties_whatever_the_digits_of_their_codes()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        var municipalities = HealthCommunities.Community("innlandet")!.Parties.Where(p => !p.IsTrust).ToList();
        HistoryImport import = Of([.. Enumerable.Range(0, 500).Select(i => municipalities[i % municipalities.Count] is var other && i % 2 == 0
            ? Report(i) with { Id = $"{2020 + i / 100}/{i}", Reporter = other.OrganizationNumber }
            : Report(i) with { Reporter = StatisticsService.InnlandetTrust, Respondent = other.OrganizationNumber, Unit = other.Units[0].Code })]);

        var imported = await AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Secretariat)).ImportHistoryAsync(import);

        Assert.Equal(500, imported.Added);
    }

    [Fact]
    public async Task Hand_over_is_counted_as_such_and_not_as_a_return()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(Given.Case() with { EarlierRespondents = [StatisticsService.Ringsaker] }, Given.Case());

        var report = await AvvikClient.For(service.As(StatisticsService.InnlandetTrust, Roles.Coordinator)).GetReportAsync("innlandet", "2026-Q3");

        Figure? Of(string code) => report.KeyFigures.Rows.Single(r => r.Code == code).Values[0];
        Assert.Equal((new Figure(2), new Figure(1), new Figure(0)), (Of("received"), Of("handedOver"), Of("meanHops")));
        Assert.Contains("overleveringen er ingen retur", string.Join(' ', report.Method), StringComparison.Ordinal);
    }
}
