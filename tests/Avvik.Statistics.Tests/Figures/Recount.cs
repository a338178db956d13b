using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;

namespace Avvik.Statistics.Tests.Figures;

/// <summary>The figures as a person would make them with the events on the table: no SQL, no facts, nothing of the service.</summary>
internal static class Recount
{
    /// <summary>What a coordinator of that party gets.</summary>
    public static StatisticsAnswer Of(IEnumerable<CaseChanged> events, DateOnly from, DateOnly to, string[] by, ILookup<string, string> filters,
        string organization = StatisticsService.InnlandetTrust)
    {
        var counted = events.GroupBy(e => e.DeviationId, (_, versions) => versions.MaxBy(e => e.Version)!)
            .Where(e => e.Facts.Community == "innlandet" && e.State is not ("withdrawn" or "duplicate" or "enteredInError"))
            .Where(e => e.Facts.ReporterOrganization == organization || e.Facts.RespondentOrganization == organization)
            .Where(e => Day(e) >= from && Day(e) <= to)
            .Where(e => filters.All(filter => filter.Any(value => Values(filter.Key, e).Contains(value))))
            .ToList();
        var rows = new List<(List<string?> Values, CaseChanged Case)>();
        foreach (var one in counted)
        {
            List<List<string?>> combinations = [[]];
            foreach (var dimension in by)
                combinations = [.. combinations.SelectMany(c => Values(dimension, one).Select(v => (List<string?>)[.. c, v]))];
            if (by.Length > 0) rows.AddRange(combinations.Select(c => (c, one)));
        }
        // A null sorts before every text, and no value holds what separates them here.
        return new("own", new(from, to), by,
            [.. rows.GroupBy(r => string.Join('\u0001', r.Values.Select(v => v is null
                ? "\0" : v))).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Row([.. g.Select(r => r.Case)]) with
            {
                Dimensions = by.Zip(g.First().Values).ToDictionary(d => d.First, d => JsonSerializer.SerializeToElement(d.Second,
                    StatisticsJson.Default.String)),
            })],
            Row(counted), 0)
        {
            Patients = new()
            {
                Affected = counted.Where(c => c.Facts is { AffectedPatients: > 1, Kind: not ("goodPractice" or "improvement") })
                    .GroupBy(c => c.EventId ?? c.DeviationId).Sum(g => (long)g.Max(c => c.Facts.AffectedPatients!.Value)),
            },
        };
    }

    private static StatisticsRow Row(List<CaseChanged> all)
    {
        var now = StatisticsService.Now;
        var cases = all.Where(c => c.Facts.Kind is not ("goodPractice" or "improvement")).ToList();
        bool IsOpen(CaseChanged c) => c.State is not ("closed" or "rejected");
        var answered = cases.Where(c => c.AnsweredAt is not null)
            .Select(c => (Tenths: Math.Round((c.AnsweredAt!.Value - c.Facts.ReceivedAt).Ticks / (decimal)TimeSpan.FromMinutes(144)
                .Ticks, MidpointRounding.AwayFromZero), IsAnswer: true));
        var waiting = cases.Where(c => c.AnsweredAt is null && IsOpen(c)).Select(c => (Tenths: Math.Max(0, Math.Floor((decimal)(now - c.Facts.ReceivedAt)
            .TotalMinutes / 144)), IsAnswer: false));
        // One by one, answers before waits of the same length, with exact fractions.
        var times = answered.Concat(waiting).OrderBy(t => t.Tenths).ThenBy(t => !t.IsAnswer).ToList();
        Figure? Percentile(decimal share)
        {
            var left = 1.0;
            for (var i = 0; i < times.Count; i++)
            {
                if (!times[i].IsAnswer) continue;
                left *= 1 - 1.0 / (times.Count - i);
                if (left < (double)(1 - share) - 1e-9) return Rounded(times[i].Tenths / 10, 1);
                if (left > (double)(1 - share) + 1e-9) continue;
                var next = times.Skip(i + 1).Where(t => t.IsAnswer).Select(t => (decimal?)t.Tenths).FirstOrDefault();
                return Rounded((times[i].Tenths + (next ?? times[i].Tenths)) / 20, 1);
            }
            return null;
        }
        var due = cases.Where(c => c.DueAt <= now && (c.AnsweredAt is not null || IsOpen(c))).ToList();
        return new()
        {
            Count = new(cases.Count),
            GoodCollaboration = new(all.Count(c => c.Facts.Kind == "goodPractice")),
            Proposals = new(all.Count(c => c.Facts.Kind == "improvement")),
            Open = new(cases.Count(IsOpen)),
            MedianAnswerDays = Percentile(0.5m),
            P90AnswerDays = Percentile(0.9m),
            AnsweredInTimePercent = due.Count == 0 ? null : Rounded(100m * due.Count(c => c.AnsweredAt <= c.DueAt) / due.Count, 1),
            MeanHops = cases.Count == 0 ? null : Rounded((decimal)cases.Sum(c => c.Hops) / cases.Count, 2),
        };
    }

    public static IEnumerable<string?> Values(string dimension, CaseChanged e)
    {
        var facts = e.Facts;
        var municipal = HealthCommunities.Party(facts.Direction == Directions.MunicipalityToTrust ? facts.ReporterOrganization : facts.RespondentOrganization);
        return dimension switch
        {
            "community" => [facts.Community],
            "region" => [facts.Direction is null ? null : municipal?.Region],
            "municipality" => [facts.Direction is null ? null : municipal?.MunicipalityNumber],
            "unit" => [e.Unit],
            "direction" => [facts.Direction],
            "reporter" => [facts.ReporterOrganization],
            "respondent" => [facts.RespondentOrganization],
            "agreement" => [facts.Agreement],
            "cause" => e.ContributingFactors is null or { Count: 0 } ? [null] : e.ContributingFactors.Distinct<string?>(),
            "hopPair" => e.UnitHops is null or { Count: 0 } ? [null] : e.UnitHops.Select(h => $"{h.From}>{h.To}").Distinct<string?>(),
            "category" => [facts.Category],
            "clause" => [facts.Clause],
            "kind" => [facts.Kind],
            "patientGroup" => facts.PatientGroups.Count == 0 ? [null] : facts.PatientGroups.Distinct<string?>(),
            "harm" => [facts.ActualHarm],
            "state" => [e.State],
            "quarter" => [Day(e) is var day ? $"{day.Year}-Q{1 + (day.Month - 1) / 3}" : null],
            _ => throw new ArgumentOutOfRangeException(nameof(dimension)),
        };
    }

    // All within one summer time.
    private static DateOnly Day(CaseChanged e) => DateOnly.FromDateTime(e.Facts.ReceivedAt.UtcDateTime.AddHours(2));

    private static Figure Rounded(decimal value, int decimals) => new((double)Math.Round(value, decimals, MidpointRounding.AwayFromZero));
}
