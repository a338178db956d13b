using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.CareDirectories;
using Avvik.Messaging.Watermarks;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;
using Avvik.Statistics.Persistence;
using Avvik.Statistics.ProtectFigures;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Reports;

internal static class ReportEndpoints
{
    private const int LongestReason = 1000;

    public static RouteGroupBuilder MapReports(this RouteGroupBuilder reports)
    {
        reports.MapGet("/{community}/{name}", GetAsync).WithName("GetReport").WithSummary("The report of a quarter (2026-Q3) or a year (2026)")
            .WithDescription("""
                A quarter is as it was frozen, the latest version unless ?version= asks for another; a year exists once its four quarters are frozen. Both
                are of the whole community, rounded to a multiple of 5, and the same for everyone. With ?scope=own, and for a quarter that is not frozen,
                coordinators, the secretariat and those of a unit get their own cases, whole and as they stand.
                """)
            .Produces<Report>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(406);
        reports.MapGet("/{community}/{quarter}/versions", VersionsAsync).WithName("GetReportVersions")
            .WithSummary("The frozen versions of a quarter, newest first")
            .ProducesProblem(404);
        reports.MapGet("/{community}/{quarter}/diff", DiffAsync).WithName("GetReportDiff")
            .WithSummary("What differs between two versions, of the rounded figures")
            .ProducesProblem(404).ProducesProblem(422);
        reports.MapPost("/{community}/{quarter}/freeze", FreezeAsync).RequireAuthorization(Policies.Secretariat).WithName("FreezeReport")
            .WithSummary("Freeze a quarter that is over; again only with a reason").Accepts<FreezeReport>("application/json")
            .ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        reports.MapGet("/{community}/regions/{region}/{name}", RegionAsync).WithName("GetRegionReport")
            .WithSummary("A region's year, to its dialogmøte, once the year's quarters are frozen").Produces<Report>().ProducesProblem(404)
                .ProducesProblem(406);
        reports.MapGet("/{community}/patient-groups/{group}/{name}", PatientGroupAsync).WithName("GetPatientGroupReport")
            .WithSummary("A patient group's year, to its fagutvalg, once the year's quarters are frozen").Produces<Report>().ProducesProblem(404)
                .ProducesProblem(406);
        reports.MapGet("/{community}/agreements/{name}", AgreementAsync).WithName("GetAgreementReport")
            .WithSummary("An agreement clause by clause over the frozen quarters of its life: deviations, disputes, and where it is unclear")
                .Produces<Report>().ProducesProblem(404).ProducesProblem(406);
        return reports;
    }

    private static async Task<Results<FileContentHttpResult, Problem>> GetAsync(string community, string name, int? version, string? scope, HttpContext http,
        Caller caller,
        CurrentDirectory directory, QuarterReports reports, PublishedReports published, StringPools pools, AccessJournal<StatisticsDbContext> journal,
        CancellationToken ct)
    {
        var format = Path.GetExtension(name);
        if (OwnCommunity(caller, directory, community) is not { } known || Period.Read(Path.GetFileNameWithoutExtension(name)) is not { } period)
            return Problem.NotFound();
        if (scope is not (null or FiguresQuery.Own or FiguresQuery.Everyone)) return Unknown("/scope");
        var own = OwnCases.Of(caller, directory.Now, pools);
        if (scope == FiguresQuery.Own && own is null) return Problem.Forbidden();
        await journal.LogQuestionAsync(http, scope is null ? null : $"scope={scope}", ct);
        if (scope != FiguresQuery.Own)
        {
            if (!period.IsQuarter && version is null && await published.SumAsync(known.Code, period.Code, () => reports.YearAsync(known, period, ct), ct)
                is { } year) return await DocumentAsync(published, year, format, ct);
            if (period.IsQuarter && await reports.FrozenAsync(known.Code, period.Code, version, ct) is { } frozen)
                return await DocumentAsync(published, frozen.Body, format, ct);
            if (!period.IsQuarter || version is not null || scope is not null || own is null) return NotFrozen();
        }
        return await DocumentAsync(published, Sealed(await reports.OwnAsync(known, period, own!, caller.IsAny(Roles.Coordinator, Roles.Secretariat)
            ? caller.Organization : caller.Unit!, ct)), format, ct);
    }

    private static async Task<Results<FileContentHttpResult, Problem>> RegionAsync(string community, string region, string name, HttpContext http,
        Caller caller,
        CurrentDirectory directory, MeetingReports reports, PublishedReports published, AccessJournal<StatisticsDbContext> journal, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || own.Regions.FirstOrDefault(r => r.Code == region) is not { } known
            || Period.Read(Path.GetFileNameWithoutExtension(name)) is not { IsQuarter: false } year) return Problem.NotFound();
        await journal.LogQuestionAsync(http, null, ct);
        return await published.SumAsync(own.Code, $"regions/{region}/{year.Code}", () => reports.RegionAsync(own, known, year, ct), ct) is { } report
            ? await DocumentAsync(published, report, Path.GetExtension(name), ct) : NotFrozen();
    }

    private static async Task<Results<FileContentHttpResult, Problem>> PatientGroupAsync(string community, string group, string name, HttpContext http,
        Caller caller,
        CurrentDirectory directory, MeetingReports reports, PublishedReports published, AccessJournal<StatisticsDbContext> journal, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || !Vocabulary.PatientGroups.ContainsKey(group)
            || Period.Read(Path.GetFileNameWithoutExtension(name)) is not { IsQuarter: false } year) return Problem.NotFound();
        await journal.LogQuestionAsync(http, null, ct);
        return await published.SumAsync(own.Code, $"patient-groups/{group}/{year.Code}", () => reports.PatientGroupAsync(own, group, year, ct), ct)
            is { } report
            ? await DocumentAsync(published, report, Path.GetExtension(name), ct) : NotFrozen();
    }

    private static async Task<Results<FileContentHttpResult, Problem>> AgreementAsync(string community, string name, HttpContext http, Caller caller,
        CurrentDirectory directory,
        MeetingReports reports, PublishedReports published, AccessJournal<StatisticsDbContext> journal, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || own.Agreements.FirstOrDefault(a =>
            a.Code == Path.GetFileNameWithoutExtension(name)) is not { } agreement)
            return Problem.NotFound();
        await journal.LogQuestionAsync(http, null, ct);
        return await published.SumAsync(own.Code, $"agreements/{agreement.Code}", () => reports.AgreementAsync(own, agreement, ct), ct) is { } report
            ? await DocumentAsync(published, report, Path.GetExtension(name), ct) : NotFrozen();
    }

    private static async Task<Results<Ok<Page<ReportVersion>>, Problem>> VersionsAsync(string community, string quarter, Caller caller,
        CurrentDirectory directory, StatisticsDbContext db,
        CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || Period.Read(quarter) is not { IsQuarter: true } period) return Problem.NotFound();
        var versions = await db.FrozenReports.Where(FrozenReport.IsShown).Where(r => r.Community == own.Code
            && r.Quarter == period.Code).OrderByDescending(r => r.Version)
            .Select(r => new ReportVersion(r.Version, r.FrozenAt, r.FrozenBy, r.Reason, r.Hash)).ToListAsync(ct);
        return TypedResults.Ok(new Page<ReportVersion>(versions, null));
    }

    private static async Task<Results<Ok<ReportDiff>, Problem>> DiffAsync(string community, string quarter, int? from, int? to, HttpContext http, Caller caller,
        CurrentDirectory directory, QuarterReports reports, AccessJournal<StatisticsDbContext> journal, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || Period.Read(quarter) is not { IsQuarter: true } period) return Problem.NotFound();
        var errors = new FieldErrors();
        if (from is null) errors.Add("/from", FieldCodes.Required);
        if (to is null) errors.Add("/to", FieldCodes.Required);
        if (errors.Any) return Problem.Invalid(errors);
        await journal.LogQuestionAsync(http, $"from={from}&to={to}", ct);
        if (await reports.FrozenAsync(own.Code, period.Code, from, ct) is not { } before
            || await reports.FrozenAsync(own.Code, period.Code, to, ct) is not { } after) return Problem.NotFound();
        return TypedResults.Ok(Diff(before, after));
    }

    private static async Task<Results<Created<ReportVersion>, Problem>> FreezeAsync(string community, string quarter, HttpRequest request, Caller caller,
        CurrentDirectory directory,
        QuarterReports reports, Completeness<StatisticsDbContext> completeness, StatisticsDbContext db, TimeProvider clock, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || Period.Read(quarter) is not { IsQuarter: true } period) return Problem.NotFound();
        var latest = await db.FrozenReports.Where(r => r.Community == own.Code && r.Quarter == period.Code).MaxAsync(r => (int?)r.Version, ct) ?? 0;
        var (body, problem) = await StrictJson.ReadAsync<FreezeReport>(request, ReportJson.Default, (freeze, errors) =>
        {
            if (latest > 0 && string.IsNullOrWhiteSpace(freeze.Reason)) errors.Add("/reason", FieldCodes.RevisionReasonRequired);
            else if (freeze.Reason is { } reason) FreeText.Check(reason, "/reason", LongestReason, errors);
        });
        if (body is null) return problem!;
        if (period.To >= NorwegianCalendar.DayOf(clock.GetUtcNow())) return Problem.Conflict(ProblemCodes.QuarterNotOver);
        if (await completeness.MissingAsync(period.End, ct) is not null) return Problem.Conflict(ProblemCodes.FiguresIncomplete);
        if (await reports.FreezeAsync(own, period, latest + 1, caller.Organization, latest > 0 ? body.Reason : null, ct) is not { } made)
            return Problem.Conflict(ProblemCodes.FrozenMeanwhile);
        return TypedResults.Created($"/api/v1/reports/{own.Code}/{period.Code}?version={made.Version}", new ReportVersion(made.Version, made.FrozenAt,
            made.FrozenBy, made.Reason, made.Hash));
    }

    private static ReportDiff Diff(FrozenReport before, FrozenReport after)
    {
        static Dictionary<(string Table, string? Parent, string? Row, string Column), Figure?> FiguresOf(FrozenReport frozen) =>
            QuarterReports.Read(frozen) is var report ? report.Tables.Prepend(report.KeyFigures)
                .SelectMany(t => t.Rows, (t, r) => (t, r)).SelectMany(x => x.t.Columns.Zip(x.r.Values), (x, c) => (Key: (x.t.Code, x.r.Parent, x.r.Code,
                    c.First.Code), c.Second))
                .GroupBy(f => f.Key).ToDictionary(g => g.Key, g => g.First().Second) : [];
        var (old, current) = (FiguresOf(before), FiguresOf(after));
        return new(before.Version, after.Version, after.Reason, [.. old.Keys.Union(current.Keys)
            .Select(k => new ReportChange(k.Table, k.Row, k.Column, old.GetValueOrDefault(k), current.GetValueOrDefault(k))).Where(c => c.Before != c.After)]);
    }

    /// <summary>Another community's reports do not exist for this caller.</summary>
    private static HealthCommunity? OwnCommunity(Caller caller, CurrentDirectory directory, string asked) =>
        directory.Now.Party(caller.Organization)?.Community is { } own && own.Code == asked ? own : null;

    // Every format is made from the same bytes.
    private static async Task<Results<FileContentHttpResult, Problem>> DocumentAsync(PublishedReports published, byte[] report, string format,
        CancellationToken ct)
    {
        if (format is "" or ".json") return TypedResults.Bytes(report, "application/json");
        return Printed.ContentType(format) is { } type && await published.FormatAsync(report, format, ct) is { } document ? TypedResults.Bytes(document, type)
            : Problem.OfStatus(StatusCodes.Status406NotAcceptable);
    }

    private static byte[] Sealed(Report report) => CanonicalJson.Seal(QuarterReports.Write(report)).Document;

    private static Problem NotFrozen() => new(StatusCodes.Status404NotFound, ProblemCodes.NotFrozen);

    private static Problem Unknown(string pointer)
    {
        var errors = new FieldErrors();
        errors.Add(pointer, FieldCodes.UnknownCode);
        return Problem.Invalid(errors);
    }
}
