using Avvik.Client;
using Avvik.Contracts;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Figures;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;
using ReportColumn = Avvik.Client.ReportColumn;
using ReportTable = Avvik.Client.ReportTable;

namespace Avvik.Statistics.Reports;

/// <summary>What a part of the community gets of its year, and what the revision of an agreement needs of its whole life.</summary>
internal sealed class MeetingReports(QuarterReports reports, CountedFacts facts, IDbContextFactory<StatisticsDbContext> databases, TimeProvider clock)
{
    private static readonly (string Table, Column Column)[] Across = [("direction", Column.Direction), ("clause", Column.Clause), ("category", Column.Category), ("kind", Column.Kind), ("harm", Column.ActualHarm)];

    /// <summary>A region's year, to its dialogmøte; null until the year is frozen.</summary>
    public async Task<Report?> RegionAsync(HealthCommunity community, Region region, Period year, Audience audience, CancellationToken ct)
    {
        if (await reports.YearAsync(community, year, audience, ct) is not { } whole) return null;
        var book = facts.Book(Column.Region);
        int[] regions = [.. community.Regions.Select(r => book.CodeOf(r.Code))];
        // Whoever has no region is a row as well: the sums are those of all.
        var (tables, population) = await CrossAsync(community, year, whole.Builder, audience, regions.Length + 1, Array.IndexOf(regions, book.CodeOf(region.Code)),
            fact => Array.IndexOf(regions, fact.Codes[(int)Column.Region]) is >= 0 and var row ? row : regions.Length, community.Regions.Any(r => whole.Builder.IsHidden($"region:{r.Code}")) || whole.Builder.IsHidden("region:-"), ct);
        ReportTable Own(string code, Func<ReportRow, bool> isOwn) => whole.Report.Tables.Single(t => t.Code == code) is var table ? table with { Rows = [.. table.Rows.Where(isOwn)] } : throw new InvalidOperationException();
        var municipalities = region.Municipalities.Select(m => m.MunicipalityNumber).ToHashSet(StringComparer.Ordinal);
        return whole.Report with
        {
            Kind = "region",
            Subject = region.Code,
            Title = Texts.Report("titleRegion", region.Name, year.Code),
            KeyFigures = KeyFigures(population.All, whole.Builder.Count($"region:{region.Code}"), null, audience),
            Tables = [Own("municipality", r => r.Parent == region.Code), Own("answers", r => municipalities.Contains(r.Code)), Own("pairs", r => municipalities.Contains(r.Code)), .. tables],
        };
    }

    /// <summary>A patient group's year, to its fagutvalg; null until the year is frozen.</summary>
    public async Task<Report?> PatientGroupAsync(HealthCommunity community, string group, Period year, Audience audience, CancellationToken ct)
    {
        if (await reports.YearAsync(community, year, audience, ct) is not { } whole) return null;
        var book = facts.Book(Column.PatientGroups);
        var (tables, population) = await CrossAsync(community, year, whole.Builder, audience, 2, 0,
            fact => Table.Members(book[fact.Codes[(int)Column.PatientGroups]] ?? "").Contains(group) ? 0 : 1, whole.Builder.IsHidden($"patientGroup:{group}"), ct);
        return whole.Report with
        {
            Kind = "patientGroup",
            Subject = group,
            Title = Texts.Report("titlePatientGroup", Labels.Of("patientGroup", group, community), year.Code),
            KeyFigures = KeyFigures(population.All, whole.Builder.Count($"patientGroup:{group}"), population.Lessons, audience),
            Tables = tables,
            // Words never come here: they are in the library, which those who get the report can read.
            Method = [Texts.Report("methodLessons", group), .. whole.Report.Method],
        };
    }

    /// <summary>An agreement's clauses over its life: deviations, disputes, and how often it was said that the agreement is unclear.</summary>
    public async Task<Report> AgreementAsync(HealthCommunity community, Agreement agreement, Audience audience, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        var (from, to) = (agreement.ValidFrom, Avvik.Hosting.Calendar.NorwegianCalendar.DayOf(now));
        // Judged by the day it occurred and received later: so up to today, also for one that is no longer in force.
        var days = await facts.ReadAsync(db, community.Code, from, to, ct);
        var population = new Population(community, facts, now);
        var (code, unclear) = (facts.Book(Column.Agreement).CodeOf(agreement.Code), facts.Book(Column.Causes));
        string[] clauses = [.. Vocabulary.Clauses.Keys.OrderBy(c => c.Length).ThenBy(c => c, StringComparer.Ordinal)];
        long[][] disputed = [new long[clauses.Length + 1], new long[clauses.Length + 1]], unclears = [new long[clauses.Length + 1], new long[clauses.Length + 1]];
        foreach (var day in days)
            foreach (ref readonly var fact in day.AsSpan())
            {
                if (fact.Codes[(int)Column.Agreement] != code) continue;
                population.Add(fact);
                var clause = facts.Book(Column.Clause)[fact.Codes[(int)Column.Clause]] is { } known && Array.IndexOf(clauses, known) is >= 0 and var at ? at : clauses.Length;
                disputed[fact.Disputes > 0 ? 0 : 1][clause]++;
                unclears[Table.Members(unclear[fact.Codes[(int)Column.Causes]] ?? "").Contains("agreementUnclear") ? 0 : 1][clause]++;
            }
        var builder = new ReportBuilder(community, population, audience, new HashSet<string>(), new Dictionary<string, int>());
        builder.Protect();
        bool[] hidden = [.. clauses.Append("-").Select(c => builder.IsHidden($"clause:{c}"))];
        var (shownDisputed, shownUnclear) = (Blocks.Shown(disputed, hidden, audience.Threshold), Blocks.Shown(unclears, hidden, audience.Threshold));
        Figure Of(bool[]? shown, long[] row, int i) => shown?[i] == true ? new(row[i]) : Figure.Suppressed;
        return new()
        {
            Kind = "agreement",
            Community = community.Code,
            Subject = agreement.Code,
            Title = Texts.Report("titleAgreement", community.Name, agreement.Name),
            Period = agreement.Code,
            From = from,
            To = to,
            Audience = audience.Code,
            Threshold = audience.Threshold,
            ExtractedAt = now,
            KeyFigures = KeyFigures(population.All, builder.Count("total:all"), null, audience),
            Tables =
            [
                new("clauses", Texts.Report("tableClauses"), [new("count", Texts.Report("columnCount")), new("disputed", Texts.Report("columnDisputed")), new("agreementUnclear", Texts.Report("columnAgreementUnclear"))],
                    [.. clauses.Cast<string?>().Append(null).Select((c, i) => new ReportRow(c, Labels.Of("clause", c, community), null,
                        [builder.Count($"clause:{c ?? "-"}"), Of(shownDisputed, disputed[0], i), Of(shownUnclear, unclears[0], i)]))]),
            ],
            Suppression = new(builder.Loss.Primary, builder.Loss.Complementary, builder.Loss.Folded, builder.Loss.Bound),
            Method = [Texts.Report("methodCounted"), Texts.Report("methodHidden", audience.Threshold - 1)],
        };
    }

    private async Task<(ReportTable[] Tables, Population Own)> CrossAsync(HealthCommunity community, Period year, ReportBuilder whole, Audience audience, int rows, int own, Func<CountedFact, int> rowOf, bool isHidden, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var population = new Population(community, facts, clock.GetUtcNow());
        var counts = Across.Select(_ => Enumerable.Range(0, rows).Select(_ => new Dictionary<string, long>(StringComparer.Ordinal)).ToArray()).ToArray();
        foreach (var day in await facts.ReadAsync(db, community.Code, year.From, year.To, ct))
            foreach (var fact in day)
            {
                var row = rowOf(fact);
                if (row == own) population.Add(fact);
                foreach (var (i, (_, column)) in Across.Index())
                {
                    var value = facts.Book(column)[fact.Codes[(int)column]] ?? "-";
                    counts[i][row][value] = counts[i][row].GetValueOrDefault(value) + 1;
                }
            }
        // Where a row's own sum is hidden, its parts are too.
        return (isHidden ? [] : [.. Across.Index().Select(a => CrossTable(a.Item.Table, counts[a.Index], own, whole, audience, community)).OfType<ReportTable>()], population);
    }

    private static ReportTable? CrossTable(string table, Dictionary<string, long>[] rows, int own, ReportBuilder whole, Audience audience, HealthCommunity community)
    {
        string[] codes = [.. rows.SelectMany(r => r.Keys).Distinct(StringComparer.Ordinal).OrderBy(c => c.Length).ThenBy(c => c, StringComparer.Ordinal)];
        if (Blocks.Shown([.. rows.Select(r => codes.Select(c => r.GetValueOrDefault(c)).ToArray())], [.. codes.Select(c => whole.IsHidden($"{table}:{c}"))], audience.Threshold) is not { } shown) return null;
        var others = codes.Where((_, i) => !shown[i]).Sum(c => rows[own].GetValueOrDefault(c));
        return new(table, Texts.Report($"table{char.ToUpperInvariant(table[0])}{table[1..]}"), [new ReportColumn("count", Texts.Report("columnCount"))],
        [
            .. codes.Where((_, i) => shown[i]).Select(c => new ReportRow(c == "-" ? null : c, Labels.Of(table, c == "-" ? null : c, community), null, [new Figure(rows[own].GetValueOrDefault(c))])),
            .. others > 0 ? [new ReportRow(null, Texts.Report("rowOthers"), null, [new Figure(others)])] : Array.Empty<ReportRow>(),
        ]);
    }

    private static ReportTable KeyFigures(Tally tally, Figure? count, long? lessons, Audience audience)
    {
        var hidden = count is not { Value: not null };
        Figure? Shown(decimal? value, bool small) => value is not { } number ? null : hidden || small ? Figure.Suppressed : new Figure((double)number);
        bool IsSmall(long number) => number > 0 && number < audience.Threshold;
        (string Code, Figure? Value)[] figures =
        [
            ("received", count),
            ("medianAnswerDays", Shown(tally.AnswerDays(50), IsSmall(tally.Answered))),
            ("p90AnswerDays", Shown(tally.AnswerDays(90), IsSmall(tally.Answered))),
            ("answeredInTimePercent", Shown(tally.AnsweredInTimePercent, IsSmall(tally.Answered) || IsSmall(tally.InTime) || IsSmall(tally.Answered - tally.InTime))),
            ("meanHops", Shown(tally.MeanHops, IsSmall(tally.Hops))),
            .. lessons is { } learnt ? [("lessons", Shown(learnt, IsSmall(learnt)))] : Array.Empty<(string, Figure?)>(),
        ];
        return new("keyFigures", Texts.Report("tableKeyFigures"), [new("value", Texts.Report("columnValue"))],
            [.. figures.Select(f => new ReportRow(f.Code, Texts.Report($"row{char.ToUpperInvariant(f.Code[0])}{f.Code[1..]}"), null, [f.Value]))]);
    }
}
