using Avvik.AccessLog;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Routing.Persistence;
using Avvik.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.ImportDirectory;

/// <summary>
/// Communities as data: read one, import some, take the newest import back. An administrator of the trust changes its community, and one of any trust adds a
/// new one; nobody changes another's.
/// </summary>
internal static class ImportDirectoryEndpoints
{
    private const int MaxListed = 200;

    /// <summary>What there is to be, from what there is; or why not.</summary>
    private delegate Task<(IReadOnlyList<CommunityDocument>? After, int? Undoes, Problem? Problem)> Change(
        IReadOnlyList<CommunityDocument> before, UnitOfWork<RoutingDbContext> unit);

    public static RouteGroupBuilder MapImportDirectory(this RouteGroupBuilder directory)
    {
        directory.MapGet("/communities/{code}", (string code, CurrentDirectory current, HttpContext http) =>
        {
            http.Response.Headers.ETag = $"\"{current.Now.Version}\"";
            return (Results<Ok<CommunityDocument>, Problem>)(current.Now.Community(code) is { } community
                ? TypedResults.Ok(community.Document) : Problem.NotFound());
        }).WithName("GetCommunity").WithSummary("A health community as a document that can be changed and imported").ProducesProblem(404);
        directory.MapGet("/imports", ListAsync).RequireAuthorization(Policies.DirectoryEditor).WithName("ListDirectoryImports")
            .WithSummary("Imports of communities, newest first, and what took them back");
        directory.MapPost("/import", ImportAsync).RequireAuthorization(Policies.Admin).WithName("ImportDirectory")
            .WithSummary("Imports communities as they are to be, all or none; needs If-Match with the directory's ETag. dryRun=true stores nothing")
            .Accepts<DirectoryImport>("application/json").ProducesProblem(400).ProducesProblem(403).ProducesProblem(412).ProducesProblem(422)
            .ProducesProblem(428);
        directory.MapPost("/undo", UndoAsync).RequireAuthorization(Policies.Admin).WithName("UndoDirectoryImport")
            .WithSummary("Takes the newest import back; needs If-Match with the directory's ETag. dryRun=true stores nothing")
            .Accepts<DirectoryUndo>("application/json").ProducesProblem(400).ProducesProblem(403).ProducesProblem(409).ProducesProblem(412)
            .ProducesProblem(428);
        return directory;
    }

    private static async Task<Ok<IReadOnlyList<DirectoryVersion>>> ListAsync(RoutingDbContext db, CancellationToken ct)
    {
        var imports = await db.DirectoryImports.OrderByDescending(i => i.Version).Take(MaxListed).ToListAsync(ct);
        return TypedResults.Ok<IReadOnlyList<DirectoryVersion>>([.. imports.Select(i =>
            new DirectoryVersion(i.Version, i.ImportedAt, i.Organization, i.Reason, i.Undoes, i.UndoneBy, i.Communities))]);
    }

    private static async Task<Results<Ok<DirectoryImportAnswer>, Problem>> ImportAsync(HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        CurrentDirectory current, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct, bool dryRun = false)
    {
        var (body, problem) = await StrictJson.ReadAsync<DirectoryImport>(http.Request, ClientJson.Default, (b, errors) =>
        {
            FreeText.CheckOptional(b.Reason, "/reason", FreeText.MaxLength, errors, required: true);
            if (b.Communities is not { Count: > 0 }) errors.Add("/communities", FieldCodes.Required);
            else if (b.Communities.Count > CommunityRules.MaxCommunities) errors.Add("/communities", FieldCodes.TooMany, CommunityRules.MaxCommunities);
        });
        if (body is null) return problem!;
        return await ChangeAsync(http, caller, writer, current, journal, clock, body.Reason!, dryRun, (before, _) =>
        {
            var errors = new FieldErrors();
            new CommunityRules(body.Communities!, before, errors).Check();
            if (errors.Any) return Task.FromResult<(IReadOnlyList<CommunityDocument>?, int?, Problem?)>((null, null, Problem.Invalid(errors)));
            var replaced = body.Communities!.ToDictionary(c => c.Code, StringComparer.Ordinal);
            IReadOnlyList<CommunityDocument> after = [.. before.Select(c => replaced.Remove(c.Code, out var next) ? next : c), .. replaced.Values];
            return Task.FromResult<(IReadOnlyList<CommunityDocument>?, int?, Problem?)>((after, null, null));
        }, ct);
    }

    private static async Task<Results<Ok<DirectoryImportAnswer>, Problem>> UndoAsync(HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        CurrentDirectory current, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct, bool dryRun = false)
    {
        var (body, problem) = await StrictJson.ReadAsync<DirectoryUndo>(http.Request, ClientJson.Default,
            (b, errors) => FreeText.CheckOptional(b.Reason, "/reason", FreeText.MaxLength, errors, required: true));
        if (body is null) return problem!;
        return await ChangeAsync(http, caller, writer, current, journal, clock, body.Reason!, dryRun, async (before, unit) =>
        {
            var last = await unit.Db.DirectoryImports.Where(i => i.Undoes == null && i.UndoneBy == null).OrderByDescending(i => i.Version)
                .FirstOrDefaultAsync(CancellationToken.None);
            if (last is null) return (null, null, Problem.Conflict(ProblemCodes.NothingToUndo));
            var after = last.Before is null ? HealthCommunities.Shipped : DirectoryPublished.Read(last.Before);
            return await IsUsedAsync(before, after, unit) ? (null, null, Problem.Conflict(ProblemCodes.CommunityInUse)) : (after, last.Version, null);
        }, ct);
    }

    private static async Task<Results<Ok<DirectoryImportAnswer>, Problem>> ChangeAsync(HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        CurrentDirectory current, AccessJournal<RoutingDbContext> journal, TimeProvider clock, string reason, bool dryRun,
        Change change, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (answer, published, refusal) = await writer.WriteAsync<(DirectoryImportAnswer?, DirectoryPublished?, Problem?)>(async unit =>
        {
            await unit.SerializeAsync(DirectoryPublished.DirectoryId);
            var known = await unit.DirectoryAsync();
            var (before, version) = (known?.ReadCommunities() ?? HealthCommunities.Shipped, known?.Version ?? current.Now.Version);
            if (IfMatch.Check(http.Request, version) is { } stale) return (null, null, stale);
            var (after, undoes, problem) = await change(before, unit);
            if (after is null) return (null, null, problem);
            var differences = CommunityDifferences.Between(before, after);
            string[] changed = [.. differences.Select(d => d.Path.Split('/')[0]).Distinct()];
            if (!MayChange(caller, changed, before, NorwegianCalendar.DayOf(now))) return (null, null, Problem.Forbidden());
            if (dryRun || changed.Length == 0) return (new(version, dryRun, differences), null, null);
            var next = new DirectoryPublished
            {
                Version = version + 1,
                OccurredAt = now,
                Units = known?.Units ?? [],
                Communities = DirectoryPublished.Write(after),
            };
            if (!await unit.PublishAsync(next)) return (null, null, new Problem(StatusCodes.Status412PreconditionFailed, ProblemCodes.StaleVersion));
            if (undoes is { } undone) (await unit.Db.DirectoryImports.FindAsync([undone], CancellationToken.None))!.UndoneBy = next.Version;
            unit.Db.Add(new DirectoryImportRecord
            {
                Version = next.Version,
                Organization = caller.Organization,
                Before = known?.Communities,
                After = next.Communities,
                Communities = changed,
                ImportedAt = now,
                ImportedBy = $"{caller.Subject}@{caller.Organization}",
                Reason = reason,
                Undoes = undoes,
            });
            journal.AppendAdministration(unit, http);
            return (new(next.Version, false, differences), next, null);
        }, ct);
        if (answer is null) return refusal!;
        if (published is not null) current.Replace(published);
        http.Response.Headers.ETag = $"\"{answer.Version}\"";
        return TypedResults.Ok(answer);
    }

    // One whose trust does not use Avvik has nobody who could, so the administrator of any other may, as for a new one.
    private static bool MayChange(Caller caller, IEnumerable<string> changed, IReadOnlyList<CommunityDocument> before, DateOnly today) =>
        before.Any(c => c.Trust.OrganizationNumber == caller.Organization)
        && changed.All(code => before.FirstOrDefault(c => c.Code == code) is not { } known || known.Trust.OrganizationNumber == caller.Organization
            || (known.Trust.WithoutAvvik ?? known.WithoutAvvik)?.Covers(today) == true);

    /// <summary>True when a case names something that would be gone.</summary>
    private static async Task<bool> IsUsedAsync(IReadOnlyList<CommunityDocument> before, IReadOnlyList<CommunityDocument> after,
        UnitOfWork<RoutingDbContext> unit)
    {
        string[] parties = [.. Gone(c => CommunityRules.OrganizationNumbers(c, "").Select(n => n.Number))];
        string[] units = [.. Gone(c => CommunityRules.UnitCodes(c, "").Select(u => u.Code))];
        return await unit.Db.Cases.AnyAsync(c =>
            parties.Contains(c.RespondentOrganization) || parties.Contains(c.ReporterOrganization) || units.Contains(c.Unit));

        IEnumerable<string> Gone(Func<CommunityDocument, IEnumerable<string>> of) => before.SelectMany(of).Except(after.SelectMany(of));
    }
}
