using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.CareDirectories;
using Avvik.Storage;
using Avvik.Routing.Persistence;
using Avvik.Routing.RoutingRules;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.SetRoutingRules;

internal static class RoutingRulesEndpoints
{
    private const int MaxRules = 200, MostSimulated = 5000;

    public static RouteGroupBuilder MapRoutingRules(this RouteGroupBuilder rules)
    {
        rules.MapGet("", GetAsync).WithName("GetRoutingRules")
            .WithSummary("The rules of the caller's party, tried before what the categories and places say; an earlier version with «version»")
            .ProducesProblem(404);
        rules.MapPut("", SetAsync).WithName("SetRoutingRules")
            .WithSummary("Replaces the rules of the caller's party from now on; checked first, kept with who, when and why; needs If-Match with their ETag")
            .Accepts<RoutingRuleChange>("application/json").ProducesProblem(412).ProducesProblem(422).ProducesProblem(428);
        rules.MapPost("/simulate", SimulateAsync).WithName("SimulateRoutingRules")
            .WithSummary("Where the party's last cases would have gone by other rules; changes nothing")
            .Accepts<RoutingRuleSimulation>("application/json").ProducesProblem(422);
        return rules;
    }

    private static async Task<Results<Ok<RoutingRuleSet>, Problem>> GetAsync(
        int? version, HttpContext http, Caller caller, RoutingDbContext db, CancellationToken ct)
    {
        var sets = db.RuleSets.Where(r => r.Organization == caller.Organization);
        var set = await (version is { } asked ? sets.Where(r => r.Version == asked) : sets).OrderByDescending(r => r.Version).FirstOrDefaultAsync(ct);
        if (set is null && version is not (null or 1)) return Problem.NotFound();
        return Shown(http, set is null ? new(1, [], null, null, null) : View(set));
    }

    private static async Task<Results<Ok<RoutingRuleSet>, Problem>> SetAsync(HttpContext http, Caller caller, Writer<RoutingDbContext> writer,
        RoutingDbContext db, AccessJournal<RoutingDbContext> journal, CurrentDirectory directory, CurrentRules current, TimeProvider clock,
            CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (body, problem) = await StrictJson.ReadAsync<RoutingRuleChange>(http.Request, ClientJson.Default, (b, errors) =>
        {
            Check(b.Rules, directory.Now.Party(caller.Organization), NorwegianCalendar.DayOf(now), errors);
            FreeText.CheckOptional(b.Reason, "/reason", FreeText.MaxLength, errors, required: true);
        });
        if (body is null) return problem!;
        var (set, refusal) = await writer.WriteAsync<(RuleSetRecord?, Problem?)>(async unit =>
        {
            // One line of versions for all parties, so that a case's rule version names one set. Of two instances that set rules in the same moment the key
            // refuses the second.
            var newest = await unit.Sql.ScalarAsync<int?>("select max(version) from routing_rule_sets") ?? 1;
            var own = await unit.Sql.ScalarAsync<int?>("select max(version) from routing_rule_sets where organization = @p1", caller.Organization) ?? 1;
            if (IfMatch.Check(http.Request, own) is { } stale) return (null, stale);
            var record = new RuleSetRecord
            {
                Version = newest + 1,
                Organization = caller.Organization,
                Rules = body.Rules!,
                ChangedAt = now,
                ChangedBy = caller.Subject,
                Reason = body.Reason!,
            };
            unit.Db.Add(record);
            journal.AppendAdministration(unit, http);
            return (record, null);
        }, ct);
        if (set is null) return refusal!;
        await current.RefreshAsync(db, ct);
        return Shown(http, View(set));
    }

    private static async Task<Results<Ok<SimulatedRouting>, Problem>> SimulateAsync(HttpContext http, Caller caller, RoutingDbContext db,
        CurrentDirectory directory, CurrentRules current, TimeProvider clock, CancellationToken ct)
    {
        var today = NorwegianCalendar.DayOf(clock.GetUtcNow());
        var care = directory.Now;
        var (body, problem) = await StrictJson.ReadAsync<RoutingRuleSimulation>(http.Request, ClientJson.Default, (b, errors) =>
        {
            Check(b.Rules, care.Party(caller.Organization), today, errors);
            if (b.Last is < 1 or > MostSimulated) errors.Add("/last", FieldCodes.InvalidLimit, MostSimulated);
        });
        if (body is null) return problem!;
        var (before, after) = (current.Of(caller.Organization), new PartyRules(0, body.Rules!));
        var cases = await db.Cases.Where(c => c.RespondentOrganization == caller.Organization).OrderByDescending(c => c.ReceivedAt).Take(body.Last ?? 1000)
            .Select(c => new { c.Id, c.Reference, c.Facts }).ToListAsync(ct);
        var moved = cases
            .Select(c => (c.Id, c.Reference, c.Facts, From: UnitRules.Decide(c.Facts, null, care, before, today),
                To: UnitRules.Decide(c.Facts, null, care, after, today)))
            .Where(c => c.From.Unit.Code != c.To.Unit.Code)
            .Select(c => new SimulatedMove(c.Id, c.Reference, c.Facts.Category, c.From.Unit.Code, c.To.Unit.Code, c.To.Decision.Rule));
        return TypedResults.Ok(new SimulatedRouting(cases.Count, [.. moved]));
    }

    private static void Check(IReadOnlyList<RoutingRule>? rules, Party? party, DateOnly today, FieldErrors errors)
    {
        if (rules is null)
        {
            errors.Add("/rules", FieldCodes.Required);
            return;
        }
        if (rules.Count > MaxRules)
        {
            errors.Add("/rules", FieldCodes.TooMany, MaxRules);
            return;
        }
        foreach (var (index, rule) in rules.Index())
        {
            var at = $"/rules/{index}";
            if (rule.Unit is null) errors.Add($"{at}/unit", FieldCodes.Required);
            else if (party?.Unit(rule.Unit)?.IsOpenOn(today) != true) errors.Add($"{at}/unit", FieldCodes.UnknownUnit);
            if (rule.Category is not null && !Vocabulary.Categories.ContainsKey(rule.Category)) errors.Add($"{at}/category", FieldCodes.UnknownCode);
            if (rule.Kind is not null && !Vocabulary.Kinds.ContainsKey(rule.Kind)) errors.Add($"{at}/kind", FieldCodes.UnknownCode);
            if (rule.ActualHarm is not null && !Vocabulary.Harm.ContainsKey(rule.ActualHarm)) errors.Add($"{at}/actualHarm", FieldCodes.UnknownCode);
            if (rule.Site is not null && party?.Site(rule.Site) is null) errors.Add($"{at}/site", FieldCodes.UnknownSite);
            if (rules.Take(index).Any(earlier => UnitRules.Swallows(earlier, rule))) errors.Add(at, FieldCodes.NeverMatches);
        }
    }

    private static RoutingRuleSet View(RuleSetRecord set) => new(set.Version, set.Rules, set.ChangedAt, set.ChangedBy, set.Reason);

    private static Ok<RoutingRuleSet> Shown(HttpContext http, RoutingRuleSet set)
    {
        http.Response.Headers.ETag = $"\"{set.Version}\"";
        return TypedResults.Ok(set);
    }
}
