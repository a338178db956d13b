using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;

namespace Avvik.Statistics.Tests.Figures;

/// <summary>The figures as a person would make them with the events on the table: no SQL, no facts, nothing of the service.</summary>
internal static class Recount
{
    public static StatisticsAnswer Of(IEnumerable<CaseChanged> events, DateOnly from, DateOnly to, string[] by, ILookup<string, string> filters)
    {
        var counted = events.GroupBy(e => e.DeviationId, (_, versions) => versions.MaxBy(e => e.Version)!)
            .Where(e => e.Facts.Community == "innlandet" && e.State is not ("withdrawn" or "duplicate" or "enteredInError"))
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
        return new(new(from, to), by,
            [.. rows.GroupBy(r => string.Join('\u0001', r.Values.Select(v => v is null ? "\0" : v))).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Row([.. g.Select(r => r.Case)]) with
            {
                Dimensions = by.Zip(g.First().Values).ToDictionary(d => d.First, d => JsonSerializer.SerializeToElement(d.Second, StatisticsJson.Default.String)),
            })],
            Row(counted), 0);
    }

    private static StatisticsRow Row(List<CaseChanged> cases)
    {
        var answered = cases.Where(c => c.AnsweredAt is not null).ToList();
        var tenths = answered.Select(c => Math.Round((c.AnsweredAt!.Value - c.Facts.ReceivedAt).Ticks / (decimal)TimeSpan.FromMinutes(144).Ticks, MidpointRounding.AwayFromZero)).Order().ToList();
        Figure? Percentile(decimal share)
        {
            if (tenths.Count == 0) return null;
            var position = (tenths.Count - 1) * share;
            var (below, above) = (tenths[(int)Math.Floor(position)], tenths[(int)Math.Ceiling(position)]);
            return Rounded((below + (above - below) * (position - Math.Floor(position))) / 10, 1);
        }
        return new()
        {
            Count = new(cases.Count),
            Open = new(cases.Count(c => c.State is not ("closed" or "rejected"))),
            MedianAnswerDays = Percentile(0.5m),
            P90AnswerDays = Percentile(0.9m),
            AnsweredInTimePercent = answered.Count == 0 ? null : Rounded(100m * answered.Count(c => c.AnsweredAt <= c.DueAt) / answered.Count, 1),
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
