using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Hosting.Queries;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Avvik.Statistics.ProtectFigures;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Avvik.Statistics.Figures;

internal static class PatientInformationEndpoint
{
    // Of such harm the patient is to be told (pasient- og brukerrettighetsloven § 3-2 fourth paragraph).
    private static readonly string[] s_harm = ["mild", "moderate", "severe", "death"];

    public static RouteGroupBuilder MapPatientInformation(this RouteGroupBuilder statistics)
    {
        (string Name, string Description, Microsoft.OpenApi.OpenApiSchema Schema)[] parameters =
            [.. FiguresEndpoint.Parameters().Where(p => p.Name is not ("scope" or "community" or "by"))];
        statistics.MapGet("/patient-information", GetAsync).WithName("GetPatientInformation")
            .WithSummary("Of the caller's own deviations with harm: how often patient or next of kin were told")
            .WithDescription("""
                For coordinators, the secretariat and those of a unit, of the cases of their party or unit, as they stand and whole. Each deviation with actual
                harm counts in the row of its harm, by what the parties have recorded: informed once anybody was told, else what was recorded last. What was
                imported from an earlier system has nothing recorded.
                """)
            .WithMetadata(new QueryParameters([.. parameters.Select(p => p.Name)]))
            .ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(422).ProducesProblem(429)
            .AddOpenApiOperationTransformer((operation, _, _) => FiguresEndpoint.Describe(operation, parameters));
        return statistics;
    }

    private static async Task<Results<Ok<PatientInformationFigures>, Problem>> GetAsync(HttpContext http, Caller caller, FactMonths facts, OwnFacts ownFacts,
        StringPools pools, AccessJournal<StatisticsDbContext> journal, CurrentDirectory directory, TimeProvider clock, CancellationToken ct)
    {
        if (directory.Now.Party(caller.Organization)?.Community.Code is not { } community) return Problem.NotFound();
        if (OwnCases.Of(caller, directory.Now, pools) is not { } own) return Problem.Forbidden();
        var (errors, now) = (new FieldErrors(), clock.GetUtcNow());
        var query = FiguresQuery.Read(http.Request.Query, community, hasOwn: true, directory.Now, NorwegianCalendar.DayOf(now), errors);
        if (errors.Any) return Problem.Invalid(errors);
        query = query with { By = [Dimension.Harm], Filters = [.. query.Filters, (Dimension.Harm, s_harm)] };
        await journal.LogQuestionAsync(http, query.ToString(), ct);
        // Before the deviations are counted, so that none is told of and not counted.
        var recorded = await ownFacts.FindInformedAsync(query, own, ct);
        var counts = Table.Of(query, await facts.ReadAsync(community, query.From, query.To, now, Table.Columns(query, hasOwn: true), ct), pools, own.Include)
            .Rows.ToDictionary(r => r.Values[0]!, r => r.Figures.Count, StringComparer.Ordinal);
        PatientInformationRow[] rows = [.. s_harm.Select(harm => Row(harm, counts.GetValueOrDefault(harm), code => recorded[(harm, code)].Count()))];
        return TypedResults.Ok(new PatientInformationFigures(new(query.From, query.To), rows,
            Row(null, counts.Values.Sum(), code => s_harm.Sum(harm => recorded[(harm, code)].Count()))));
    }

    private static PatientInformationRow Row(string? harm, long count, Func<string, long> recorded)
    {
        var (informed, notInformed, notApplicable) = (recorded("informed"), recorded("notInformed"), recorded("notApplicable"));
        return new()
        {
            Harm = harm,
            Count = count,
            Informed = informed,
            NotInformed = notInformed,
            NotApplicable = notApplicable,
            NotRecorded = count - informed - notInformed - notApplicable,
            InformedPercent = Aggregate.PercentOf(informed, count - notApplicable),
        };
    }
}
