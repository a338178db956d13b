using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;

namespace Avvik.Statistics.Facts;

/// <summary>How a deviation stands, in what is counted and nothing else: the row of <c>facts</c>, a function of the event with the highest version.</summary>
internal sealed record Fact
{
    private static readonly TimeSpan TenthOfDay = new(2, 24, 0);

    public required Guid DeviationId { get; init; }
    public required int Version { get; init; }
    public required string Community { get; init; }
    /// <summary>Of the municipal party, like <see cref="Municipality"/>; null when there is none or the directory does not know it.</summary>
    public string? Region { get; init; }
    /// <summary>Four digits. Between two municipalities it is the one that is to answer.</summary>
    public string? Municipality { get; init; }
    public string? Unit { get; init; }
    public string? Direction { get; init; }
    public required string Kind { get; init; }
    public string? Category { get; init; }
    public string? Clause { get; init; }
    /// <summary>As in <c>,frailElderly,maternity,</c>: with a comma on both sides of each, one <c>like</c> finds a group on either engine.</summary>
    public required string PatientGroups { get; init; }
    public required string ActualHarm { get; init; }
    public required string State { get; init; }
    /// <summary>Norwegian local date: the day it is counted on.</summary>
    public required DateOnly ReceivedOn { get; init; }
    public required string Quarter { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    /// <summary>A whole number, so that both engines group and sum it exactly; null until it is answered.</summary>
    public int? AnswerTenthsOfDays { get; init; }
    /// <summary>Answered, and not after it was due.</summary>
    public bool InTime { get; init; }
    public int Hops { get; init; }
    public bool IsOpen { get; init; }

    public static Fact Of(CaseChanged change)
    {
        var facts = change.Facts;
        var municipal = HealthCommunities.Party(facts.Direction switch
        {
            Directions.MunicipalityToTrust => facts.ReporterOrganization,
            Directions.TrustToMunicipality or Directions.MunicipalityToMunicipality => facts.RespondentOrganization,
            _ => null,
        });
        var day = NorwegianCalendar.DayOf(facts.ReceivedAt);
        return new()
        {
            DeviationId = change.DeviationId,
            Version = change.Version,
            Community = facts.Community,
            Region = municipal?.Region,
            Municipality = municipal?.MunicipalityNumber,
            Unit = change.Unit,
            Direction = facts.Direction,
            Kind = facts.Kind,
            Category = facts.Category,
            Clause = facts.Clause,
            PatientGroups = facts.PatientGroups.Count == 0 ? "" : $",{string.Join(',', facts.PatientGroups.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))},",
            ActualHarm = facts.ActualHarm,
            State = change.State,
            ReceivedOn = day,
            Quarter = NorwegianCalendar.QuarterOf(day),
            ReceivedAt = facts.ReceivedAt,
            DueAt = change.DueAt,
            AnsweredAt = change.AnsweredAt,
            AnswerTenthsOfDays = change.AnsweredAt is { } answered ? (int)Math.Round((answered - facts.ReceivedAt) / TenthOfDay, MidpointRounding.AwayFromZero) : null,
            InTime = change.AnsweredAt <= change.DueAt,
            Hops = change.Hops,
            IsOpen = !CaseStates.IsFinal(change.State),
        };
    }
}
