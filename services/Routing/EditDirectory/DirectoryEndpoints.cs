using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.CareDirectories;
using Avvik.Storage;
using Avvik.Routing.HandleCase;
using Avvik.Routing.Persistence;
using Directory = Avvik.Client.Directory;

namespace Avvik.Routing.EditDirectory;

internal static partial class DirectoryEndpoints
{
    private const int MaxName = 200, MaxSites = 50;
    private static readonly JsonSerializerOptions Strict = StrictJson.OptionsFor(ClientJson.Default);

    public static RouteGroupBuilder MapDirectory(this RouteGroupBuilder directory)
    {
        directory.MapGet("", (HttpContext http, CurrentDirectory current) =>
        {
            http.Response.Headers.ETag = $"\"{current.Now.Version}\"";
            return Results.Json(View(current.Now), ClientJson.Default.Directory);
        }).WithName("GetDirectory").WithSummary("Health communities, parties, units and agreements").Produces<Directory>();
        directory.MapPut("/units/{code}", ChangeUnitAsync).RequireAuthorization(Policies.DirectoryEditor).WithName("ChangeUnit")
            .WithSummary("Adds, renames or closes a unit of the caller's party (an administrator: of any); kept with who, when and why; If-Match with the directory's ETag is honoured")
            .Accepts<DirectoryUnitChange>("application/json").Produces<DirectoryUnit>().ProducesProblem(404).ProducesProblem(412).ProducesProblem(422);
        return directory;
    }

    private static async Task<IResult> ChangeUnitAsync(string code, HttpContext http, Caller caller, Writer<RoutingDbContext> writer, CurrentDirectory current, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var before = current.Now;
        var existing = before.All.SelectMany(c => c.Parties).FirstOrDefault(p => p.Unit(code) is not null);
        var (body, problem) = await StrictJson.ReadAsync<DirectoryUnitChange>(http.Request, Strict, (b, errors) => CheckShape(code, b, errors));
        if (body is null) return problem!;
        // Whose it is: the unit's own party, else the one that is named, else the caller's. Another party's units are not the caller's to know of here.
        var organization = existing?.OrganizationNumber ?? body.OrganizationNumber ?? caller.Organization;
        if (!caller.Is(Roles.Admin) && organization != caller.Organization) return Problem.NotFound();
        if (before.Party(organization) is not { } party) return Problem.NotFound();
        var errors = new FieldErrors();
        CheckContent(code, body, party, errors);
        if (errors.Any) return Problem.Invalid(errors);

        var now = clock.GetUtcNow();
        var published = await writer.WriteAsync(async unit =>
        {
            var known = await unit.DirectoryAsync();
            var version = known?.Version ?? 1;
            // What was checked was checked against this version; another instance's change in between asks for another look.
            if (version != before.Version || HandleCaseEndpoints.StaleIfNamed(http.Request, version) is not null) return null;
            var state = new DirectoryUnitState
            {
                OrganizationNumber = organization,
                Code = code,
                Label = body.Name!,
                Sites = body.Sites ?? party.Unit(code)?.Sites ?? [],
                ClosedOn = body.ClosedOn is { } day ? DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null,
                Successor = body.Successor,
            };
            var next = new DirectoryPublished { AggregateId = DirectoryPublished.DirectoryId, Version = version + 1, OccurredAt = now, Units = [.. before.Changes.Where(u => u.Code != code), state], Assignments = known?.Assignments };
            if (!await unit.PublishAsync(next)) return null;
            unit.Db.Add(new DirectoryChangeRecord
            {
                Version = next.Version,
                Organization = organization,
                Unit = code,
                Body = JsonSerializer.Serialize(next.Units[^1]),
                ChangedAt = now,
                ChangedBy = $"{caller.Subject}@{caller.Organization}",
                Reason = body.Reason!,
            });
            journal.AppendAdministration(unit, http);
            return next;
        }, ct);
        if (published is null) return new Problem(StatusCodes.Status412PreconditionFailed, "staleVersion");
        current.Replace(published);
        http.Response.Headers.ETag = $"\"{published.Version}\"";
        return Results.Json(View(current.Now.Party(organization)!.Unit(code)!), ClientJson.Default.DirectoryUnit);
    }

    private static void CheckShape(string code, DirectoryUnitChange b, FieldErrors errors)
    {
        if (!UnitCode().IsMatch(code)) errors.Add("", "invalidUnitCode");
        HandleCaseEndpoints.Text(b.Name, "/name", MaxName, errors, required: true);
        HandleCaseEndpoints.Text(b.Reason, "/reason", FreeText.MaxLength, errors, required: true);
        if (b.Sites is { Count: > MaxSites }) errors.Add("/sites", "tooMany", MaxSites);
        else
            foreach (var (index, site) in (b.Sites ?? []).Index()) FreeText.Check(site, $"/sites/{index}", MaxName, errors);
        LocalDay.Read(b.ClosedOn, "/closedOn", errors);
    }

    private static void CheckContent(string code, DirectoryUnitChange b, Party party, FieldErrors errors)
    {
        foreach (var (index, site) in (b.Sites ?? []).Index())
            if (party.Units.Any(u => u.Code != code && u.ClosedOn is null && u.Sites.Contains(site.Trim(), StringComparer.OrdinalIgnoreCase))) errors.Add($"/sites/{index}", "siteTaken");
        if (b.ClosedOn is not null && party.FallbackUnit.Code == code) errors.Add("/closedOn", "fallbackUnit");
        if (b.Successor is { } successor && (b.ClosedOn is null || successor == code || party.Unit(successor) is not { ClosedOn: null })) errors.Add("/successor", "unknownUnit");
    }

    private static Directory View(Contracts.CareDirectory directory) => new(directory.Version, [.. directory.All.Select(c => new DirectoryCommunity(c.Code, c.Name, View(c.Trust),
        [.. c.Regions.Select(r => new DirectoryRegion(r.Code, r.Name, [.. r.Municipalities.Select(View)]))],
        [.. c.Agreements.Select(a => new DirectoryAgreement(a.Code, a.Name, a.ValidFrom, a.ValidTo))]))]);

    private static DirectoryParty View(Party party) => new(party.OrganizationNumber, party.Name, party.MunicipalityNumber, party.FallbackUnit.Code, [.. party.Units.Select(View)]);

    private static DirectoryUnit View(CareUnit unit) => new(unit.Code, unit.Name, unit.Sites, unit.ClosedOn, unit.Successor);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,59}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnitCode();
}
