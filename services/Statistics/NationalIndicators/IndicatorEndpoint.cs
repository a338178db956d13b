using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;
using Avvik.Statistics.Persistence;
using Avvik.Statistics.ProtectFigures;
using Avvik.Statistics.Reports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Avvik.Statistics.NationalIndicators;

internal static class IndicatorEndpoint
{
    public static RouteGroupBuilder MapIndicators(this RouteGroupBuilder statistics)
    {
        statistics.MapGet("/indicators", GetAsync).WithName("GetIndicators")
            .WithSummary("National indicators beside the own community's deviations of a frozen quarter, by municipality")
            .WithDescription("""
                The indicators come from the file Reports:IndicatorFile, each with its source and the day it was published. Deviations are protected figures per
                10,000 inhabitants. Two figures that move together do not say that one is the other's cause.
                """)
            .ProducesProblem(403).ProducesProblem(404).ProducesProblem(422).ProducesProblem(429);
        return statistics;
    }

    private static async Task<Results<Ok<IndicatorComparison>, Problem>> GetAsync(string? quarter, HttpContext http, Caller caller, CurrentDirectory directory,
        Indicators indicators, Denominators denominators, ProtectedFacts protectedFacts, StringPools pools, AccessJournal<StatisticsDbContext> journal,
        CancellationToken ct)
    {
        if (directory.Now.Party(caller.Organization)?.Community is not { } community) return Problem.NotFound();
        if (quarter is not null && Period.Read(quarter) is not { IsQuarter: true })
        {
            var errors = new FieldErrors();
            errors.Add("/quarter", FieldCodes.InvalidValue);
            return Problem.Invalid(errors);
        }
        await journal.LogQuestionAsync(http, $"quarter={quarter}", ct);
        var period = quarter is null ? await protectedFacts.LatestAsync(community.Code, ct) : Period.Read(quarter);
        if (period is null || await protectedFacts.ReadAsync(community.Code, [period], ct) is not { } facts)
            return new Problem(StatusCodes.Status404NotFound, ProblemCodes.NotFrozen);

        var counts = Table.Of(new(community.Code, IsOwn: false, HasPeriod: true, period.From, period.To, [Dimension.Municipality], []), facts, pools, null)
            .Rows.ToDictionary(r => r.Values[0] ?? "", r => r.Figures.Count, StringComparer.Ordinal);
        var inhabitants = denominators.InhabitantsOf(period.From.Year);
        var columns = indicators.At(period).ToList();
        return TypedResults.Ok(new IndicatorComparison(period.Code, [.. columns.Select(c => c.Indicator)], [.. community.Regions
            .SelectMany(r => r.Municipalities).Where(m => m.MunicipalityNumber is not null).Select(m => new IndicatorRow(m.MunicipalityNumber!, m.Name,
                inhabitants.TryGetValue(m.MunicipalityNumber!, out var people) ? new Figure((double)Math.Round(
                    10_000m * counts.GetValueOrDefault(m.MunicipalityNumber!) / people, 1, MidpointRounding.AwayFromZero)) : null,
                columns.Where(c => c.Values.ContainsKey(m.MunicipalityNumber!)).ToDictionary(c => c.Indicator.Code, c => c.Values[m.MunicipalityNumber!],
                    StringComparer.Ordinal)))]));
    }
}
