using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Facts;
using Avvik.Statistics.ProtectFigures;
using ReportTable = Avvik.Client.ReportTable;

namespace Avvik.Statistics.Reports;

/// <summary>What a part of the community gets of its year, and what the revision of an agreement needs of its whole life; all from protected figures.</summary>
internal sealed class MeetingReports(QuarterReports reports, ProtectedFacts protectedFacts, StringPools pools)
{
    private static readonly string[] OfPart = ["direction", "clause", "category", "kind", "harm", "cause", "measureState"];

    /// <summary>A region's year, to its dialogmøte; null until the year is frozen.</summary>
    public async Task<Report?> RegionAsync(HealthCommunity community, Region region, Period year, CancellationToken ct)
    {
        var code = pools[Dimension.Region].CodeOf(region.Code);
        if (await reports.SumAsync(community, year, fact => fact[Dimension.Region] == code, ct) is not var (report, builder, trend)) return null;
        var municipalities = region.Municipalities.Select(m => m.MunicipalityNumber).ToHashSet(StringComparer.Ordinal);
        ReportTable Own(ReportTable table) => table with { Rows = [.. table.Rows.Where(r => municipalities.Contains(r.Code))] };
        return QuarterReports.Complete(report with
        {
            Kind = "region",
            Subject = region.Code,
            Title = Texts.Report("titleRegion", region.Name, year.Code),
        }, builder,
        [
            .. ReportBuilder.Trends(trend, isProtected: true), Own(report.Tables.Single(t => t.Code == "municipality")), Own(builder.Answers()),
            Own(builder.Pairs()), .. report.Tables.Where(t => OfPart.Contains(t.Code)), builder.Quality(hasParties: false),
        ]);
    }

    /// <summary>A patient group's year, to its fagutvalg; null until the year is frozen.</summary>
    public async Task<Report?> PatientGroupAsync(HealthCommunity community, string group, Period year, CancellationToken ct)
    {
        bool IsOf(CountedFact fact) => Dimension.Members(pools[Dimension.PatientGroup][fact[Dimension.PatientGroup]]).Contains(group);
        return await reports.SumAsync(community, year, IsOf, ct) is not var (report, builder, trend) ? null : QuarterReports.Complete(report with
        {
            Kind = "patientGroup",
            Subject = group,
            Title = Texts.Report("titlePatientGroup", Labels.Of("patientGroup", group, community), year.Code),
            // Texts never come here: they are in the library, which those who get the report can read.
            Method = [Texts.Report("methodLessons", Labels.Of("patientGroup", group, community)), .. report.Method],
        }, builder, [.. ReportBuilder.Trends(trend, isProtected: true), .. report.Tables.Where(t => OfPart.Contains(t.Code)),
            builder.Quality(hasParties: false)]);
    }

    /// <summary>
    /// An agreement's clauses over the frozen quarters of its life: deviations, disputes, and how often it was unclear; null when none is frozen.
    /// </summary>
    public async Task<Report?> AgreementAsync(HealthCommunity community, Agreement agreement, CancellationToken ct)
    {
        var quarters = await protectedFacts.FrozenFromAsync(community.Code, agreement.ValidFrom, ct);
        if (quarters.Count == 0 || await protectedFacts.ReadAsync(community.Code, quarters, ct) is not { } set) return null;
        var code = pools[Dimension.Agreement].CodeOf(agreement.Code);
        var builder = new ReportBuilder(community, new(community, pools, set, fact => fact[Dimension.Agreement] == code), isProtected: true, Rates.None,
            quarters.Count);
        return QuarterReports.Complete(new()
        {
            Kind = "agreement",
            Community = community.Code,
            Subject = agreement.Code,
            Title = Texts.Report("titleAgreement", community.Name, agreement.Name),
            Period = agreement.Code,
            From = quarters[0].From,
            To = quarters[^1].To,
            Audience = Report.Everyone,
            RoundedTo = Protection.Base,
            ExtractedAt = (await reports.FrozenAsync(community.Code, quarters[^1].Code, null, ct))!.FrozenAt,
            KeyFigures = builder.KeyFigures([]),
            Tables = [],
            Method = QuarterReports.Method(isProtected: true),
        }, builder, [builder.Clauses(), builder.Table("category", []), builder.Table("course", [])]);
    }
}
