using Avvik.Contracts;
using Avvik.Contracts.Routing;

namespace Avvik.Statistics.Tests.Reports;

/// <summary>Deviations of Innlandet as they might be: many of some municipalities and kinds, few of most. The same for the same seed.</summary>
internal static class History
{
    private static readonly HealthCommunity Innlandet = HealthCommunities.Community("innlandet")!;
    private static readonly Party[] Municipalities = [.. Innlandet.Regions.SelectMany(r => r.Municipalities)];
    private static readonly string[] Categories = [.. Vocabulary.Categories.Keys.Order(StringComparer.Ordinal)];
    private static readonly string[] Groups = ["frailElderly", "multipleChronicConditions", "maternity", "childrenAndYouth"];
    private static readonly string[] Causes = ["communication", "capacity", "agreementUnclear", "competence"];
    private static readonly string[] Kinds = ["agreementBreach", "incident", "nearMiss", "goodPractice"];
    private static readonly string[] Ends = [CaseStates.Closed, CaseStates.Answered];
    private static readonly string[] MeasureStates = ["planned", "done", "effectChecked", "cancelled"];
    private static readonly string[] Degrees = ["none", "mild", "unknown", "moderate", "severe"];

    public static IEnumerable<CaseChanged> Of(int seed, int count, DateOnly from, DateOnly to)
    {
        var source = new Source(seed, from, to);
        return Enumerable.Range(0, count).Select(_ => source.Next());
    }

    private sealed class Source(int seed, DateOnly from, DateOnly to)
    {
#pragma warning disable CA5394 // not for secrets: for the same history again
        private readonly Random _random = new(seed);

        public CaseChanged Next()
        {
            var (municipality, kind) = (Some(Municipalities), _random.Next(20));
            var (direction, reporter, respondent) = kind switch
            {
                0 => (Directions.MunicipalityToMunicipality, Municipalities[0], municipality),
                1 => (null, Innlandet.Trust, Innlandet.Trust),
                < 12 => (Directions.MunicipalityToTrust, municipality, Innlandet.Trust),
                _ => ((string?)Directions.TrustToMunicipality, Innlandet.Trust, municipality),
            };
            var category = _random.Next(12) == 0 ? null : Some(Categories);
            var received = new DateTimeOffset(from.ToDateTime(new(9, 0)), TimeSpan.Zero).AddDays(_random.Next(to.DayNumber - from.DayNumber + 1));
            var days = _random.Next(5) == 0 ? (double?)null : _random.Next(1, 400) / 10.0;
            UnitHop[] hops = _random.Next(6) == 0 ? [new(Some(respondent.Units).Code, Some(respondent.Units).Code)] : [];
            return Given.Case(f => f with
            {
                Direction = direction,
                ReporterOrganization = reporter.OrganizationNumber,
                RespondentOrganization = respondent.OrganizationNumber,
                Agreement = "innlandet-2024",
                ReceivedAt = received,
                Category = category,
                Clause = category is null ? null : Vocabulary.Categories[category].Clause,
                Kind = Some(Kinds),
                PatientGroups = [.. Groups.Where((_, i) => _random.Next(2 + 3 * i) == 0)],
                ActualHarm = Some(Degrees),
            }, answeredAfterDays: days) with
            {
                State = days is null ? CaseStates.InProgress : Some(Ends),
                Unit = respondent.IsTrust ? Some(respondent.Units).Code : $"{respondent.MunicipalityNumber}-tildeling",
                Hops = hops.Length,
                UnitHops = hops,
                ContributingFactors = days is null ? null : [.. Causes.Where((_, i) => _random.Next(2 + 2 * i) == 0)],
                Disputes = _random.Next(25) == 0 ? 1 : 0,
                Measures = days is null ? null : [new(Guid.CreateVersion7(), Some(MeasureStates), new(2026, 12, 1), null)],
            };
        }

        // The first are common, the last are rare.
        private T Some<T>(IReadOnlyList<T> of) => of[(int)(of.Count * Math.Pow(_random.NextDouble(), 2.5))];
#pragma warning restore CA5394
    }
}
