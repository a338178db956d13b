using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.CareDirectories;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Reports;

internal static class ReportEndpoints
{
    private const int LongestReason = 1000;
    private static readonly System.Text.Json.JsonSerializerOptions Json = StrictJson.OptionsFor(ReportJson.Default);

    public static RouteGroupBuilder MapReports(this RouteGroupBuilder reports)
    {
        reports.MapGet("/{community}/{name}", GetAsync).WithName("GetReport").WithSummary("The report of a quarter (2026-Q3) or a year (2026)")
            .WithDescription("""
                A quarter is as it was frozen, the latest version unless ?version= asks for another. Those who are parties get a quarter that is not frozen as it
                stands today, without a version; those who are only ssu do not. A year exists once its four quarters are frozen. Numbers under the threshold (5 for
                ssu, 3 for the parties) are ":", and so is what they could be computed from.
                """)
            .Produces<Report>().ProducesProblem(404).ProducesProblem(406);
        reports.MapGet("/{community}/{quarter}/versions", VersionsAsync).WithName("GetReportVersions").WithSummary("The frozen versions of a quarter, newest first").Produces<Page<ReportVersion>>().ProducesProblem(404);
        reports.MapGet("/{community}/{quarter}/diff", DiffAsync).WithName("GetReportDiff").WithSummary("What differs between two versions").Produces<ReportDiff>().ProducesProblem(404).ProducesProblem(422);
        reports.MapPost("/{community}/{quarter}/freeze", FreezeAsync).RequireAuthorization(Policies.Secretariat).WithName("FreezeReport").WithSummary("Freeze a quarter that is over; again only with a reason")
            .Accepts<FreezeReport>("application/json").Produces<ReportVersion>(201).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        reports.MapGet("/{community}/regions/{region}/{name}", RegionAsync).WithName("GetRegionReport").WithSummary("A region's year, to its dialogmøte, once the year's quarters are frozen").Produces<Report>().ProducesProblem(404).ProducesProblem(406);
        reports.MapGet("/{community}/patient-groups/{group}/{name}", PatientGroupAsync).WithName("GetPatientGroupReport").WithSummary("A patient group's year, to its fagutvalg, once the year's quarters are frozen").Produces<Report>().ProducesProblem(404).ProducesProblem(406);
        reports.MapGet("/{community}/agreements/{name}", AgreementAsync).WithName("GetAgreementReport").WithSummary("An agreement clause by clause over its life: deviations, disputes, and where it is unclear").Produces<Report>().ProducesProblem(404).ProducesProblem(406);
        return reports;
    }

    private static async Task<IResult> GetAsync(string community, string name, int? version, Caller caller, CurrentDirectory directory, QuarterReports reports, CancellationToken ct)
    {
        var format = Path.GetExtension(name);
        if (OwnCommunity(caller, directory, community) is not { } own || Period.Read(Path.GetFileNameWithoutExtension(name)) is not { } period) return Problem.NotFound();
        var audience = Audience.Of(caller);
        if (!period.IsQuarter)
            return version is null && await reports.YearAsync(own, period, audience, ct) is { } year ? Document(Sealed(year.Report), format) : NotFrozen();
        if (await reports.FrozenAsync(own.Code, period.Code, audience, version, ct) is { } frozen) return Document(frozen.Body, format);
        if (version is not null || audience == Audience.Ssu) return NotFrozen();
        return Document(Sealed(await reports.QuarterAsync(own, period, audience, ct)), format);
    }

    private static async Task<IResult> RegionAsync(string community, string region, string name, Caller caller, CurrentDirectory directory, MeetingReports reports, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || own.Regions.FirstOrDefault(r => r.Code == region) is not { } known
            || Period.Read(Path.GetFileNameWithoutExtension(name)) is not { IsQuarter: false } year) return Problem.NotFound();
        return await reports.RegionAsync(own, known, year, Audience.Of(caller), ct) is { } report ? Document(Sealed(report), Path.GetExtension(name)) : NotFrozen();
    }

    private static async Task<IResult> PatientGroupAsync(string community, string group, string name, Caller caller, CurrentDirectory directory, MeetingReports reports, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || !Vocabulary.PatientGroups.ContainsKey(group)
            || Period.Read(Path.GetFileNameWithoutExtension(name)) is not { IsQuarter: false } year) return Problem.NotFound();
        return await reports.PatientGroupAsync(own, group, year, Audience.Of(caller), ct) is { } report ? Document(Sealed(report), Path.GetExtension(name)) : NotFrozen();
    }

    private static async Task<IResult> AgreementAsync(string community, string name, Caller caller, CurrentDirectory directory, MeetingReports reports, CancellationToken ct) =>
        OwnCommunity(caller, directory, community) is { } own && own.Agreements.FirstOrDefault(a => a.Code == Path.GetFileNameWithoutExtension(name)) is { } agreement
            ? Document(Sealed(await reports.AgreementAsync(own, agreement, Audience.Of(caller), ct)), Path.GetExtension(name)) : Problem.NotFound();

    private static async Task<IResult> VersionsAsync(string community, string quarter, Caller caller, CurrentDirectory directory, StatisticsDbContext db, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || Period.Read(quarter) is not { IsQuarter: true } period) return Problem.NotFound();
        var audience = Audience.Of(caller).Code;
        var versions = await db.FrozenReports.Where(r => r.Community == own.Code && r.Quarter == period.Code && r.Audience == audience).OrderByDescending(r => r.Version)
            .Select(r => new ReportVersion(r.Version, r.FrozenAt, r.FrozenBy, r.Reason, r.Hash)).ToListAsync(ct);
        return Results.Json(new(versions, null), ReportJson.Default.PageReportVersion);
    }

    private static async Task<IResult> DiffAsync(string community, string quarter, int? from, int? to, Caller caller, CurrentDirectory directory, QuarterReports reports, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || Period.Read(quarter) is not { IsQuarter: true } period) return Problem.NotFound();
        var errors = new FieldErrors();
        if (from is null) errors.Add("/from", "required");
        if (to is null) errors.Add("/to", "required");
        if (errors.Any) return Problem.Invalid(errors);
        var audience = Audience.Of(caller);
        if (await reports.FrozenAsync(own.Code, period.Code, audience, from, ct) is not { } before || await reports.FrozenAsync(own.Code, period.Code, audience, to, ct) is not { } after) return Problem.NotFound();
        return Results.Json(Diff(before, after), ReportJson.Default.ReportDiff);
    }

    private static async Task<IResult> FreezeAsync(string community, string quarter, HttpRequest request, Caller caller, CurrentDirectory directory, QuarterReports reports, TimeProvider clock, CancellationToken ct)
    {
        if (OwnCommunity(caller, directory, community) is not { } own || Period.Read(quarter) is not { IsQuarter: true } period) return Problem.NotFound();
        var latest = (await reports.FrozenAsync(own.Code, period.Code, Audience.Parties, version: null, ct))?.Version ?? 0;
        var (body, problem) = await StrictJson.ReadAsync<FreezeReport>(request, Json, (freeze, errors) =>
        {
            if (latest > 0 && string.IsNullOrWhiteSpace(freeze.Reason)) errors.Add("/reason", "revisionReasonRequired");
            else if (freeze.Reason is { } reason) FreeText.Check(reason, "/reason", LongestReason, errors);
        });
        if (body is null) return problem!;
        if (period.To >= NorwegianCalendar.DayOf(clock.GetUtcNow())) return Problem.Conflict("quarterNotOver");
        if (await reports.FreezeAsync(own, period, latest + 1, caller.Organization, latest > 0 ? body.Reason : null, ct) is not { } frozen) return Problem.Conflict("frozenMeanwhile");
        var made = frozen.Single(f => f.Audience == Audience.Parties.Code);
        return Results.Json(new(made.Version, made.FrozenAt, made.FrozenBy, made.Reason, made.Hash), ReportJson.Default.ReportVersion, statusCode: StatusCodes.Status201Created);
    }

    private static ReportDiff Diff(FrozenReport before, FrozenReport after)
    {
        static Dictionary<(string, string?, string?, string), Figure?> FiguresOf(FrozenReport frozen) =>
            QuarterReports.Read(frozen) is var report ? report.Tables.Prepend(report.KeyFigures)
                .SelectMany(t => t.Rows, (t, r) => (t, r)).SelectMany(x => x.t.Columns.Zip(x.r.Values), (x, c) => (Key: (x.t.Code, x.r.Parent, x.r.Code, c.First.Code), c.Second))
                .GroupBy(f => f.Key).ToDictionary(g => g.Key, g => g.First().Second) : [];
        var (old, young) = (FiguresOf(before), FiguresOf(after));
        return new(before.Version, after.Version, after.Reason, [.. old.Keys.Union(young.Keys)
            .Select(k => new ReportChange(k.Item1, k.Item3, k.Item4, old.GetValueOrDefault(k), young.GetValueOrDefault(k))).Where(c => c.Before != c.After)]);
    }

    /// <summary>Another community's reports do not exist for this caller.</summary>
    private static HealthCommunity? OwnCommunity(Caller caller, CurrentDirectory directory, string asked) => directory.Now.Party(caller.Organization)?.Community is { } own && own.Code == asked ? own : null;

    // Every format is made from the same bytes.
    private static IResult Document(byte[] report, string format) => format is "" or ".json" ? Results.Bytes(report, "application/json")
        : Printed.As(format, QuarterReports.Read(report)) is { } printed ? Results.Bytes(printed.Bytes, printed.ContentType)
        : Problem.OfStatus(StatusCodes.Status406NotAcceptable);

    private static byte[] Sealed(Report report) => CanonicalJson.Seal(QuarterReports.Write(report)).Document;

    private static Problem NotFrozen() => new(StatusCodes.Status404NotFound, "notFrozen");
}
