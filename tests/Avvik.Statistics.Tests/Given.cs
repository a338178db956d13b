using Avvik.Contracts;
using Avvik.Contracts.Routing;

namespace Avvik.Statistics.Tests;

/// <summary>Events as Triage and Routing publish them.</summary>
internal static class Given
{
    /// <summary>Reported by Hamar about the trust's division in Tynset, and acknowledged there; <paramref name="facts"/> changes what is known of it.</summary>
    public static CaseChanged Case(Func<DeviationFacts, DeviationFacts>? facts = null, double? answeredAfterDays = null, string state = CaseStates.Acknowledged)
    {
        var deviation = new DeviationFacts
        {
            Reference = "AVV-2026-000001",
            Community = "innlandet",
            Direction = Directions.MunicipalityToTrust,
            ReporterOrganization = StatisticsService.Hamar,
            RespondentOrganization = StatisticsService.InnlandetTrust,
            Kind = "incident",
            OccurredOn = new(2026, 8, 10),
            ReceivedAt = new(2026, 8, 14, 9, 30, 0, TimeSpan.FromHours(2)),
            Category = "medication",
            Clause = "2",
            PatientGroups = [],
            ActualHarm = "mild",
        };
        deviation = facts?.Invoke(deviation) ?? deviation;
        return new()
        {
            DeviationId = Guid.CreateVersion7(),
            Version = 1,
            OccurredAt = deviation.ReceivedAt,
            Action = "acknowledged",
            State = answeredAfterDays is null ? state : CaseStates.Answered,
            Facts = deviation,
            Unit = "si-tynset",
            DueAt = deviation.ReceivedAt.AddDays(21),
            AnsweredAt = answeredAfterDays is { } days ? deviation.ReceivedAt.AddDays(days) : null,
        };
    }

    public static IEnumerable<CaseChanged> Cases(int count, Func<DeviationFacts, DeviationFacts>? facts = null, double? answeredAfterDays = null,
        string state = CaseStates.Acknowledged) =>
        Enumerable.Range(0, count).Select(_ => Case(facts, answeredAfterDays, state));
}
