using System.Text.Json;
using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Hosting.Queries;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Avvik.Statistics.ProtectFigures;
using Avvik.Statistics.Reports;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace Avvik.Statistics.Figures;

internal static class FiguresEndpoint
{
    public static RouteGroupBuilder MapFigures(this RouteGroupBuilder statistics)
    {
        statistics.MapGet("", GetAsync).WithName("GetStatistics")
            .WithSummary("Figures of the caller's own cases, or protected figures of the whole health community")
            .WithDescription("""
                scope=own (default for coordinators, the secretariat and those of a unit) counts the cases of the caller's party or unit, whole and as they
                stand. scope=community (default for everyone else) counts the whole community, over quarters that are frozen, from figures rounded to a multiple
                of 5, by at most two dimensions and filters beside the quarter. Deviations count on the day they were received (Norwegian local time).
                Withdrawn, duplicate and mistaken ones are not counted; rejected ones are, under their state. Good collaboration and proposals are counted
                apart. With scope=own, patients says how many were affected by those that concern several. A deviation of two patient groups counts in both
                rows and once in the total. Every question is logged, and answered with 429 when there are too many.
                """)
            .WithMetadata(new QueryParameters([.. Parameters().Select(p => p.Name)]))
            .ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(422).ProducesProblem(429)
            .AddOpenApiOperationTransformer((operation, _, _) => Describe(operation, Parameters()));
        return statistics;
    }

    private static async Task<Results<Ok<StatisticsAnswer>, Problem>> GetAsync(HttpContext http, Caller caller, FactMonths facts,
        ProtectedFacts protectedFacts, OwnFacts ownFacts, StringPools pools, AccessJournal<StatisticsDbContext> journal, CurrentDirectory directory,
        TimeProvider clock, CancellationToken ct)
    {
        // Another community's figures do not exist for this caller.
        if (directory.Now.Party(caller.Organization)?.Community.Code is not { } community) return Problem.NotFound();
        if (http.Request.Query.TryGetValue("community", out var asked) && asked != community) return Problem.NotFound();

        var (errors, now, own) = (new FieldErrors(), clock.GetUtcNow(), OwnCases.Of(caller, directory.Now, pools));
        var query = FiguresQuery.Read(http.Request.Query, community, own is not null, directory.Now, NorwegianCalendar.DayOf(now), errors);
        if (errors.Any) return Problem.Invalid(errors);
        if (query.IsOwn && own is null) return Problem.Forbidden();
        await journal.LogQuestionAsync(http, query.ToString(), ct);
        if (query.IsOwn)
            return Answer(Table.Of(query, await facts.ReadAsync(community, query.From, query.To, now, Table.Columns(query, hasOwn: true), ct), pools,
                own!.Include), await ownFacts.CountPatientsAsync(query, own, ct));
        if (await PeriodsAsync(query, community, protectedFacts, ct) is not { } periods
            || await protectedFacts.ReadAsync(community, periods, ct) is not { } set)
            return new Problem(StatusCodes.Status404NotFound, ProblemCodes.NotFrozen);
        return Answer(Table.Of(query with { From = periods[0].From, To = periods[^1].To }, set, pools, null));
    }

    private static async Task<IReadOnlyList<Period>?> PeriodsAsync(FiguresQuery query, string community, ProtectedFacts protectedFacts, CancellationToken ct)
    {
        if (!query.HasPeriod) return await protectedFacts.LatestAsync(community, ct) is { } latest ? [latest] : null;
        string[] chosen = [.. query.Filters.Where(f => f.Dimension == Dimension.Quarter).SelectMany(f => f.Values)];
        var periods = new List<Period>();
        for (var quarter = Period.QuarterOf(query.From); quarter.To <= query.To; quarter = quarter.Before(-1))
            if (chosen.Length == 0 || chosen.Contains(quarter.Code)) periods.Add(quarter);
        return periods.Count > 0 ? periods : null;
    }

    private static Ok<StatisticsAnswer> Answer(Table table, PatientFigures? patients = null)
    {
        string[] by = [.. table.Query.By.Select(d => d.Name)];
        // The same few values stand in thousands of rows.
        var values = table.Rows.SelectMany(r => r.Values).OfType<string>().Distinct(StringComparer.Ordinal)
            .ToDictionary(v => v, v => JsonSerializer.SerializeToElement(v, StatisticsJson.Default.String), StringComparer.Ordinal);
        var none = JsonSerializer.SerializeToElement(null, StatisticsJson.Default.String);
        StatisticsRow[] rows = [.. table.Rows.Select(r => Row(table.Query, r.Figures) with
        {
            Dimensions = by.Zip(r.Values).ToDictionary(d => d.First, d => d.Second is { } value ? values[value] : none, StringComparer.Ordinal),
        })];
        var total = Row(table.Query, table.Total);
        var scope = table.Query.IsOwn ? FiguresQuery.Own : FiguresQuery.Everyone;
        return TypedResults.Ok(new StatisticsAnswer(scope, new(table.Query.From, table.Query.To), by, rows, total,
            rows.Append(total).Sum(Hidden))
        { Patients = patients });
    }

    private static StatisticsRow Row(FiguresQuery query, RowFigures figures)
    {
        var isProtected = !query.IsOwn;
        var quarters = ((query.To.Year - query.From.Year) * 12 + query.To.Month - query.From.Month) / 3 + 1;
        return new()
        {
            Count = new(figures.Count),
            GoodCollaboration = new(figures.GoodCollaboration),
            Proposals = new(figures.Proposals),
            Open = new(figures.Open),
            MedianAnswerDays = Protection.Shown(figures.AnswerDays.Median, figures.Answers, isProtected, quarters),
            P90AnswerDays = Protection.Shown(figures.AnswerDays.P90, figures.Answers, isProtected, quarters),
            AnsweredInTimePercent = Protection.Shown(figures.AnsweredInTimePercent, figures.Due, isProtected, quarters),
            MeanHops = Protection.Shown(figures.MeanHops, figures.Count, isProtected, quarters),
        };
    }

    private static int Hidden(StatisticsRow row) =>
        new[] { row.MedianAnswerDays, row.P90AnswerDays, row.AnsweredInTimePercent, row.MeanHops }.Count(f => f == Figure.Suppressed);

    public static Task Describe(OpenApiOperation operation, IEnumerable<(string Name, string Description, OpenApiSchema Schema)> parameters)
    {
        operation.Parameters = [.. parameters.Select(p =>
            new OpenApiParameter { Name = p.Name, In = ParameterLocation.Query, Description = p.Description, Schema = p.Schema }),
            .. operation.Parameters ?? []];
        return Task.CompletedTask;
    }

    // The query string is read as it is, since a misspelled parameter must not pass unnoticed; so it is described here too.
    public static IEnumerable<(string Name, string Description, OpenApiSchema Schema)> Parameters()
    {
        var date = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date" };
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        yield return ("scope", "own or community", text);
        yield return ("community", "The caller's own, which is also the default", text);
        yield return ("from", "First day; default the start of the quarter of the last day. For scope=community the first of a quarter", date);
        yield return ("to", "Last day, included; default today. For scope=community the last of a quarter; without a period, the quarter frozen last", date);
        var names = string.Join(", ", Dimension.All.Select(d => d.Name));
        yield return ("by", $"Dimensions of the rows, at most four (community: two), separated by commas: {names}. Without any there is only the total", text);
        foreach (var dimension in Dimension.All.Skip(1))
            yield return (dimension.Name, "Only those with this value; repeat it for one of several", new() { Type = JsonSchemaType.Array, Items = text });
    }
}
