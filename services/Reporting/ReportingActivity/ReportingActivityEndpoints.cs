using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Reporting.Persistence;
using Avvik.TextProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.ReportingActivity;

/// <summary>How well reporting is known: counted here, since professions are sealed with the reports and leave no other way.</summary>
internal static class ReportingActivityEndpoints
{
    public static RouteGroupBuilder MapReportingActivity(this RouteGroupBuilder deviations)
    {
        deviations.MapGet("/activity", GetAsync).RequireAuthorization(Policies.Coordinator).WithName("GetReportingActivity")
            .WithSummary("How well reporting is known in the own party: reports by unit and employee group, units that never reported, days to report")
            .ProducesProblem(403).ProducesProblem(404).ProducesProblem(422);
        return deviations;
    }

    private static async Task<Results<Ok<Client.ReportingActivity>, Problem>> GetAsync(string? quarter, Caller caller, CurrentDirectory directory,
        ReportingDbContext db, TextProtector texts, TimeProvider clock, CancellationToken ct)
    {
        if (directory.Now.Party(caller.Organization) is not { } party) return Problem.NotFound();
        var today = NorwegianCalendar.DayOf(clock.GetUtcNow());
        var first = quarter is null ? NorwegianCalendar.StartOfQuarter(today) : NorwegianCalendar.ReadQuarter(quarter);
        if (first is not { } from)
        {
            var errors = new FieldErrors();
            errors.Add("/quarter", FieldCodes.InvalidValue);
            return Problem.Invalid(errors);
        }
        var (start, end) = (NorwegianCalendar.StartOf(from), NorwegianCalendar.StartOf(from.AddMonths(3)));
        var own = db.Deviations.Where(d => d.ReporterOrganization == party.OrganizationNumber && d.Status != CaseStates.EnteredInError);
        var reports = await own.Where(d => d.ReceivedAt >= start && d.ReceivedAt < end).AsNoTracking().ToListAsync(ct);
        var everReported = (await own.Select(d => d.ReportingUnit).Distinct().ToListAsync(ct)).ToHashSet();
        foreach (var report in reports) report.Opened(texts);

        string[] open = [.. party.Units.Where(u => u.IsOpenOn(today)).Select(u => u.Code)];
        var byUnit = reports.ToLookup(r => r.ReportingUnit);
        var silent = open.Count(u => !everReported.Contains(u));
        int[] days = [.. reports.Select(r => Math.Max(0, NorwegianCalendar.DayOf(r.ReceivedAt).DayNumber
            - LocalMoment.Read(r.Sent.OccurredAt)!.Value.Day.DayNumber)).Order()];
        return TypedResults.Ok(new Client.ReportingActivity(NorwegianCalendar.QuarterOf(from), reports.Count,
            [.. open.Select(string? (u) => u).Union(byUnit.Select(u => u.Key)).Select(u => new UnitActivity(u, byUnit[u].Count(), everReported.Contains(u)))
                .OrderByDescending(u => u.Reports).ThenBy(u => u.Unit, StringComparer.Ordinal)],
            [.. reports.Select(r => r.Sent.Reporter?.Profession?.Trim()).Select(p => string.IsNullOrEmpty(p) ? null : p)
                .GroupBy(p => p, StringComparer.OrdinalIgnoreCase)
                .Select(g => new EmployeeGroupActivity(g.GroupBy(p => p).MaxBy(p => p.Count())!.Key, g.Count()))
                .OrderByDescending(g => g.Reports).ThenBy(g => g.Name, StringComparer.Ordinal)],
            open.Length == 0 ? null : Math.Round(100m * silent / open.Length, 1, MidpointRounding.AwayFromZero), Quantile(5), Quantile(9)));

        // The smallest number of days within which that many tenths were reported.
        int? Quantile(int tenths) => days.Length == 0 ? null : days[(days.Length * tenths + 9) / 10 - 1];
    }
}
