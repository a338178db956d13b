using System.Text.Json;
using Avvik.Contracts;
using Avvik.Statistics.Reports;
using Avvik.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Statistics.Tests.Reports;

[Collection(nameof(StatisticsServices))]
public sealed class Published_reports_tests(StatisticsServices services)
{
    private static readonly HealthCommunity Innlandet = HealthCommunities.Community("innlandet")!;

    [Fact]
    public async Task Report_that_many_ask_for_is_made_once_for_each_set_of_versions()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(91, 300, new(2025, 1, 1), new(2025, 12, 31)));
        var (reports, published) = (service.Services.GetRequiredService<QuarterReports>(), service.Services.GetRequiredService<PublishedReports>());
        var (year, made) = (Period.Read("2025")!, 0);
        foreach (var quarter in new[] { "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4" }) await FreezeAsync(quarter, 1);

        var first = await AskAsync();
        Assert.Equal(1, made);
        Assert.Equal("2025", JsonElement.Parse(first).GetProperty("period").GetString());
        await FreezeAsync("2025-Q2", 2);
        await AskAsync();
        Assert.Equal(2, made);

        Task FreezeAsync(string quarter, int version) => reports.FreezeAsync(Innlandet, Period.Read(quarter)!, version, null, null, CancellationToken.None);

        async Task<byte[]> AskAsync()
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => published.SumAsync("innlandet", "2025", () =>
            {
                Interlocked.Increment(ref made);
                return reports.YearAsync(Innlandet, year, CancellationToken.None);
            }, CancellationToken.None)));
            return Assert.Single(answers.Distinct())!;
        }
    }

    [Fact]
    public async Task Format_that_many_ask_for_is_made_once()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(History.Of(92, 300, new(2025, 4, 1), new(2025, 6, 30)));
        await service.Services.GetRequiredService<QuarterReports>().FreezeAsync(Innlandet, Period.Read("2025-Q2")!, 1, null, null, CancellationToken.None);
        var published = service.Services.GetRequiredService<PublishedReports>();
        var report = (await service.Services.GetRequiredService<QuarterReports>().FrozenAsync("innlandet", "2025-Q2", null, CancellationToken.None))!.Body;

        var files = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => published.FormatAsync(report, ".pdf", CancellationToken.None)));

        // The same bytes, and not only equal ones.
        Assert.All(files, file => Assert.Same(files[0], file));
        Assert.NotSame(files[0], await published.FormatAsync(report, ".csv", CancellationToken.None));
    }
}
