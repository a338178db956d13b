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
using Avvik.Routing.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Directory = Avvik.Client.Directory;

namespace Avvik.Routing.EditDirectory;

internal static partial class DirectoryEndpoints
{
    private const int MaxName = 200, MaxSites = 50;

    public static RouteGroupBuilder MapDirectory(this RouteGroupBuilder directory)
    {
        directory.MapGet("", (HttpContext http, CurrentDirectory current) =>
        {
            http.Response.Headers.ETag = $"\"{current.Now.Version}\"";
            return TypedResults.Ok(View(current.Now));
        }).WithName("GetDirectory").WithSummary("Health communities, parties, units and agreements");
        directory.MapPut("/units/{code}", ChangeUnitAsync).RequireAuthorization(Policies.DirectoryEditor).WithName("ChangeUnit")
            .WithSummary("Adds, renames or closes a unit of the caller's party; needs If-Match with the directory's ETag")
            .Accepts<DirectoryUnitChange>("application/json").ProducesProblem(404).ProducesProblem(412).ProducesProblem(422).ProducesProblem(428);
        return directory;
    }

    private static async Task<Results<Ok<DirectoryUnit>, Problem>> ChangeUnitAsync(string code, HttpContext http, Caller caller,
        Writer<RoutingDbContext> writer, CurrentDirectory current, AccessJournal<RoutingDbContext> journal, TimeProvider clock, CancellationToken ct)
    {
        var (body, problem) = await StrictJson.ReadAsync<DirectoryUnitChange>(http.Request, ClientJson.Default, (b, errors) => CheckShape(code, b, errors));
        if (body is null) return problem!;
        var now = clock.GetUtcNow();
        var (published, refusal) = await writer.WriteAsync<(DirectoryPublished?, Problem?)>(async unit =>
        {
            // The newest there is, which this instance's snapshot may not be yet.
            await unit.SerializeAsync(DirectoryPublished.DirectoryId);
            var known = await unit.DirectoryAsync();
            var before = known is null || known.Version == current.Now.Version ? current.Now : new(known);
            // Whose it is: the unit's own party, else the one that is named, else the caller's. Another party's units are not the caller's to know of here.
            var existing = before.All.SelectMany(c => c.Parties)
                .FirstOrDefault(p => p.Unit(code) is { } u && (u.Host ?? p.OrganizationNumber) == p.OrganizationNumber);
            var organization = existing?.OrganizationNumber ?? body.OrganizationNumber ?? caller.Organization;
            if (organization != caller.Organization) return (null, Problem.NotFound());
            if (before.Party(organization) is not { } party) return (null, Problem.NotFound());
            if (IfMatch.Check(http.Request, before.Version) is { } stale) return (null, stale);
            var errors = new FieldErrors();
            CheckContent(code, body, party, errors);
            if (errors.Any) return (null, Problem.Invalid(errors));

            var state = new DirectoryUnitState
            {
                OrganizationNumber = organization,
                Code = code,
                Label = body.Name!,
                Sites = body.Sites ?? party.Unit(code)?.Sites ?? [],
                ClosedOn = body.ClosedOn is { } day ? LocalDay.Of(day) : null,
                Successor = body.Successor,
                Restricted = body.Restricted ?? party.Unit(code)?.Restricted ?? false,
                Mailbox = body.Mailbox ?? before.Changes.FirstOrDefault(u => u.Code == code)?.Mailbox,
            };
            var next = new DirectoryPublished
            {
                AggregateId = DirectoryPublished.DirectoryId,
                Version = before.Version + 1,
                OccurredAt = now,
                Units = [.. before.Changes.Where(u => u.Code != code), state],
                Communities = known?.Communities,
            };
            if (!await unit.PublishAsync(next)) return (null, new Problem(StatusCodes.Status412PreconditionFailed, ProblemCodes.StaleVersion));
            unit.Db.Add(new DirectoryChangeRecord
            {
                Version = next.Version,
                Organization = organization,
                Unit = code,
                Body = JsonSerializer.Serialize(state),
                ChangedAt = now,
                ChangedBy = $"{caller.Subject}@{caller.Organization}",
                Reason = body.Reason!,
            });
            journal.AppendAdministration(unit, http);
            return (next, null);
        }, ct);
        if (published is null) return refusal!;
        current.Replace(published);
        http.Response.Headers.ETag = $"\"{published.Version}\"";
        return TypedResults.Ok(View(current.Now.Party(published.Units[^1].OrganizationNumber)!.Unit(code)!));
    }

    private static void CheckShape(string code, DirectoryUnitChange b, FieldErrors errors)
    {
        if (!UnitCode().IsMatch(code)) errors.Add("", FieldCodes.InvalidUnitCode);
        FreeText.CheckOptional(b.Name, "/name", MaxName, errors, required: true);
        FreeText.CheckOptional(b.Reason, "/reason", FreeText.MaxLength, errors, required: true);
        if (b.Sites is { Count: > MaxSites }) errors.Add("/sites", FieldCodes.TooMany, MaxSites);
        else
            foreach (var (index, site) in (b.Sites ?? []).Index()) FreeText.Check(site, $"/sites/{index}", MaxName, errors);
        LocalDay.Read(b.ClosedOn, "/closedOn", errors);
        if (b.Mailbox is { Length: > 0 } mailbox && !EmailAddress.IsPublic(mailbox)) errors.Add("/mailbox", FieldCodes.InvalidEmail);
    }

    private static void CheckContent(string code, DirectoryUnitChange b, Party party, FieldErrors errors)
    {
        foreach (var (index, site) in (b.Sites ?? []).Index())
            if (party.Units.Any(u => u.Code != code && u.ClosedOn is null
                && u.Sites.Contains(site.Trim(), StringComparer.OrdinalIgnoreCase))) errors.Add($"/sites/{index}", FieldCodes.SiteTaken);
        if (b.ClosedOn is not null && party.FallbackUnit.Code == code) errors.Add("/closedOn", FieldCodes.FallbackUnit);
        if (b.Successor is { } successor && (b.ClosedOn is null || successor == code
            || party.Unit(successor) is not { ClosedOn: null })) errors.Add("/successor", FieldCodes.UnknownUnit);
    }

    private static Directory View(Contracts.CareDirectory directory) =>
        new(directory.Version, [.. directory.All.Select(c => new DirectoryCommunity(c.Code, c.Name, View(c.Trust),
        [.. c.Regions.Select(r => new DirectoryRegion(r.Code, r.Name, [.. r.Municipalities.Select(View)]))],
        [.. c.Agreements.Select(a => new DirectoryAgreement(a.Code, a.Name, a.ValidFrom, a.ValidTo, a.Clauses, a.Municipalities,
            a.Deadlines.AnswerCalendarDays))],
        [.. c.Providers.Select(View)]))]);

    private static DirectoryParty View(Party party) =>
        new(party.OrganizationNumber, party.Name, party.MunicipalityNumber, party.FallbackUnit.Code, [.. party.Units.Select(View)], party.Kind, party.Under,
            party.EndedOn, party.Successor, party.WithoutAvvik);

    private static DirectoryUnit View(CareUnit unit) => new(unit.Code, unit.Name, unit.Sites, unit.ClosedOn, unit.Successor, unit.Restricted, unit.Host,
        unit.Mailbox);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,59}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnitCode();
}
