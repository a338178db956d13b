using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Statistics.Reports;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.Reports;

[Collection(nameof(StatisticsServices))]
public sealed class Suppression_attack_tests(StatisticsServices services)
{
    private static readonly HealthCommunity Innlandet = HealthCommunities.Community("innlandet")!;

    [Theory]
    [InlineData(1, 9)]
    [InlineData(2, 40)]
    [InlineData(3, 150)]
    [InlineData(4, 600)]
    [InlineData(5, 2000)]
    public async Task No_hidden_number_of_a_quarter_can_be_narrowed_below_the_threshold(int seed, int count)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(seed, count, new(2026, 4, 1), new(2026, 6, 30)));
        var reports = service.Services.GetRequiredService<QuarterReports>();

        foreach (var audience in Audience.All)
        {
            var report = await reports.QuarterAsync(Innlandet, Period.Read("2026-Q2")!, audience, CancellationToken.None);
            var attacker = new Attacker();
            attacker.Learn("quarter", report);
            var narrowed = await attacker.NarrowAsync();

            Assert.Equal(report.Suppression.Primary > 0, narrowed.Values.Any(cell => cell.From != cell.To));
            Assert.All(narrowed, cell => Assert.True(cell.Value.To - cell.Value.From >= audience.Threshold, $"{audience.Code}: {cell.Key} lies in {cell.Value}"));
            // A division whose small numbers do not protect each other needs one more, and here none needs two.
            Assert.InRange(report.Suppression.Complementary, 0, report.Suppression.Bound * 2 + 2);
        }
    }

    [Fact]
    public async Task The_attack_finds_what_is_not_protected()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        foreach (var (category, count) in new[] { ("admission", 2), ("discharge", 3), ("medication", 20), ("referral", 15) })
            await service.ReceiveAsync(Given.Cases(count, f => f with { Category = category, ReceivedAt = new(2026, 5, 5, 9, 0, 0, TimeSpan.Zero) }));
        var reports = service.Services.GetRequiredService<QuarterReports>();
        var report = await reports.QuarterAsync(Innlandet, Period.Read("2026-Q2")!, Audience.Ssu, CancellationToken.None);
        var open = await reports.QuarterAsync(Innlandet, Period.Read("2026-Q2")!, new("all", 0), CancellationToken.None);
        // Only the first hidden number of a table stays hidden, as if small numbers were hidden and nothing else.
        var table = report.Tables.Single(t => t.Code == "category");
        var truth = open.Tables.Single(t => t.Code == table.Code);
        var first = table.Rows.First(r => r.Values[0] == Figure.Suppressed).Code;
        var careless = table with { Rows = [.. table.Rows.Zip(truth.Rows, (r, t) => r.Code == first ? r : t)] };
        var attacker = new Attacker();
        attacker.Learn("quarter", report with { Tables = [.. report.Tables.Select(t => t.Code == table.Code ? careless : t)] });

        var (from, to) = (await attacker.NarrowAsync())[$"quarter/{table.Code}/{first ?? "-"}"];

        Assert.Equal(from, to);
        Assert.Equal(truth.Rows.Single(r => r.Code == first).Values[0]!.Value.Value, from);
    }

    [Theory]
    [InlineData(11, 300)]
    [InlineData(12, 1500)]
    public async Task Nor_can_it_with_the_year_and_all_its_quarters_side_by_side(int seed, int count)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(seed, count, new(2025, 1, 1), new(2025, 12, 31)));
        var reports = service.Services.GetRequiredService<QuarterReports>();
        string[] quarters = ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"];
        foreach (var quarter in quarters) await reports.FreezeAsync(Innlandet, Period.Read(quarter)!, 1, null, null, CancellationToken.None);

        var attacker = new Attacker();
        foreach (var quarter in quarters) attacker.Learn(quarter, QuarterReports.Read((await reports.FrozenAsync("innlandet", quarter, Audience.Ssu, null, CancellationToken.None))!));
        var (year, _) = (await reports.YearAsync(Innlandet, Period.Read("2025")!, Audience.Ssu, CancellationToken.None))!.Value;
        attacker.Learn("2025", year);
        attacker.LearnThatYearIsSumOf("2025", quarters);
        var narrowed = await attacker.NarrowAsync();

        Assert.Contains(narrowed, cell => cell.Key.StartsWith("2025/", StringComparison.Ordinal));
        Assert.All(narrowed, cell => Assert.True(cell.Value.To - cell.Value.From >= Audience.Ssu.Threshold, $"{cell.Key} lies in {cell.Value}"));
    }

    [Fact]
    public async Task What_was_hidden_stays_hidden_in_a_revision()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        var reports = service.Services.GetRequiredService<QuarterReports>();
        await service.ReceiveAsync(History.Of(21, 400, new(2026, 4, 1), new(2026, 6, 30)));
        await reports.FreezeAsync(Innlandet, Period.Read("2026-Q2")!, 1, null, null, CancellationToken.None);
        await service.ReceiveAsync(History.Of(22, 200, new(2026, 4, 1), new(2026, 6, 30)));
        await reports.FreezeAsync(Innlandet, Period.Read("2026-Q2")!, 2, null, "Flere meldinger kom sent.", CancellationToken.None);

        var (first, second) = (await FiguresAsync(1), await FiguresAsync(2));

        var hidden = first.Where(f => f.Value == Figure.Suppressed).Select(f => f.Key).ToList();
        Assert.NotEmpty(hidden);
        Assert.All(hidden, key => Assert.True(second.GetValueOrDefault(key) is null or { Value: null or 0 }, $"{key} was hidden and is {second.GetValueOrDefault(key)}"));

        async Task<Dictionary<(string, string?), Figure?>> FiguresAsync(int version) =>
            QuarterReports.Read((await reports.FrozenAsync("innlandet", "2026-Q2", Audience.Ssu, version, CancellationToken.None))!).Tables
                .Where(t => t.Code is not ("trend" or "answers" or "pairs")).SelectMany(t => t.Rows.Where(r => r.Code is not null), (t, r) => (Key: (t.Code, r.Code), Value: r.Values[0])).ToDictionary(f => f.Key, f => f.Value);
    }
}
