using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Hosting.Queries;
using Avvik.CareDirectories;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Microsoft.OpenApi;

namespace Avvik.Statistics.Figures;

internal static class FiguresEndpoint
{
    public static RouteGroupBuilder MapFigures(this RouteGroupBuilder statistics)
    {
        statistics.MapGet("", GetAsync).WithName("GetStatistics")
            .WithSummary("Figures of the caller's health community")
            .WithDescription("""
                Counts deviations by the day they were received (Norwegian local time). Withdrawn, duplicate and mistaken ones are not counted; rejected ones are, under
                their state. Median and 90th percentile are interpolated. A deviation of two patient groups counts in both rows and once in the total. For a caller
                who is only ssu, numbers from 1 to 4 and what is made from them are ":", and so is a second row where one alone could be computed from the total.
                """)
            .Produces<StatisticsAnswer>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(422)
            .WithMetadata(new QueryParameters([.. Parameters().Select(p => p.Name)]))
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                operation.Parameters = [.. Parameters().Select(p => new OpenApiParameter { Name = p.Name, In = ParameterLocation.Query, Description = p.Description, Schema = p.Schema })];
                return Task.CompletedTask;
            });
        return statistics;
    }

    private static async Task<IResult> GetAsync(HttpRequest request, Caller caller, StatisticsDbContext db, CountedFacts facts, CurrentDirectory directory, TimeProvider clock, CancellationToken ct)
    {
        // Another community's figures do not exist for this caller.
        if (HealthCommunities.Party(caller.Organization)?.Community.Code is not { } own) return Problem.NotFound();
        if (request.Query.TryGetValue("community", out var asked) && asked != own) return Problem.NotFound();

        var errors = new FieldErrors();
        var question = Question.Read(request.Query, own, directory.Now, NorwegianCalendar.DayOf(clock.GetUtcNow()), errors);
        if (errors.Any) return Problem.Invalid(errors);
        return Results.Json(Disclosure.Show(await Table.QueryAsync(facts, db, question, ct), Disclosure.IsLimited(caller)), StatisticsJson.Default.StatisticsAnswer);
    }

    // The query string is read as it is, since a misspelled parameter must not pass unnoticed; so it is described here too.
    private static IEnumerable<(string Name, string Description, OpenApiSchema Schema)> Parameters()
    {
        var date = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date" };
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        yield return ("community", "The caller's own, which is also the default", text);
        yield return ("from", "First day; default the start of the quarter of the last day", date);
        yield return ("to", "Last day, included; default today", date);
        yield return ("by", $"Dimensions of the rows, at most four, separated by commas: {string.Join(", ", Dimension.All.Select(d => d.Name))}. Without any there is only the total", text);
        foreach (var dimension in Dimension.All.Skip(1))
            yield return (dimension.Name, "Only those with this value; repeat it for one of several", new() { Type = JsonSchemaType.Array, Items = text });
    }
}
