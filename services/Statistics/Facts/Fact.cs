using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;

namespace Avvik.Statistics.Facts;

/// <summary>The current state of a deviation, in the codes and numbers that are counted: a row of <c>facts</c>, a function of its latest event.</summary>
internal sealed record Fact
{
    private static readonly TimeSpan TenthOfDay = new(2, 24, 0);

    /// <summary>What was withdrawn, reported twice or by mistake never was a deviation; what was rejected is counted, under its state.</summary>
    public static readonly string[] NeverCounted = [CaseStates.Withdrawn, CaseStates.Duplicate, CaseStates.EnteredInError];

    public required Guid DeviationId { get; init; }
    public required int Version { get; init; }
    public required string Community { get; init; }
    /// <summary>Of the municipal party, like <see cref="Municipality"/>; null when there is none or the directory does not know it.</summary>
    public string? Region { get; init; }
    /// <summary>Four digits. Between two municipalities, that of the respondent.</summary>
    public string? Municipality { get; init; }
    public string? Unit { get; init; }
    public string? Direction { get; init; }
    /// <summary>Organisation number of the party that reported; null in rows written before it was kept, until <c>compose/rebuild-facts</c> has run.</summary>
    public string? Reporter { get; init; }
    /// <summary>Organisation number of the party that is to answer.</summary>
    public required string Respondent { get; init; }
    public string? Agreement { get; init; }
    public required string Kind { get; init; }
    public string? Category { get; init; }
    public string? Clause { get; init; }
    /// <summary>As in <c>,frailElderly,maternity,</c>.</summary>
    public required string PatientGroups { get; init; }
    /// <summary>In the same form; empty until it is answered.</summary>
    public required string Causes { get; init; }
    public required string ActualHarm { get; init; }
    public required string State { get; init; }
    /// <summary>Norwegian local date; it is counted on this day.</summary>
    public required DateOnly ReceivedOn { get; init; }
    public required string Quarter { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    /// <summary>From receipt to the last answer; null until it is answered.</summary>
    public int? AnswerTenthsOfDays { get; init; }
    /// <summary>Answered, and not after it was due.</summary>
    public bool InTime { get; init; }
    public int Hops { get; init; }
    /// <summary>Wrong-recipient returns in order, sending unit and receiving unit: <c>,si-tynset>si-habilitering,</c>.</summary>
    public required string HopPairs { get; init; }
    public bool IsOpen { get; init; }
    public int Disputes { get; init; }
    public int Escalations { get; init; }
    public int Reopenings { get; init; }
    /// <summary>Not cancelled; of these done; of those with the effect checked.</summary>
    public int Measures { get; init; }
    public int MeasuresDone { get; init; }
    public int MeasuresChecked { get; init; }
    public int Lessons { get; init; }
    /// <summary>Times another party took it over. No wrong-recipient returns.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int HandOvers { get; init; }
    /// <summary>The event that it and other deviations are reports of; null when it is the only one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Guid? EventId { get; init; }
    /// <summary>Patients it is known to have affected; null when nobody has said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int? PatientsAffected { get; init; }
    /// <summary>Code of <c>patientInformed</c>; null while nothing is recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? PatientInformed { get; init; }
    /// <summary>It comes from an earlier system (<c>ImportHistory</c>) and is no case here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsImported { get; init; }
    /// <summary>Hash of all the others, from 0 to 2³² - 1, so that the hashes of millions of rows can be added up.</summary>
    public long ContentHash { get; init; }

    public static Fact Of(CaseChanged change, bool isImported = false)
    {
        var facts = change.Facts;
        var municipal = HealthCommunities.Party(facts.Direction switch
        {
            Directions.MunicipalityToTrust => facts.ReporterOrganization,
            Directions.TrustToMunicipality or Directions.MunicipalityToMunicipality => facts.RespondentOrganization,
            _ => null,
        });
        // The regions and municipalities of a community's figures are its own; one of another is counted as the party that it is.
        if (municipal?.Community.Code != facts.Community) municipal = null;
        var day = NorwegianCalendar.DayOf(facts.ReceivedAt);
        MeasureFact[] measures = [.. (change.Measures ?? []).Where(m => m.State != "cancelled")];
        var fact = new Fact
        {
            DeviationId = change.DeviationId,
            Version = change.Version,
            Community = facts.Community,
            Region = municipal?.Region,
            Municipality = municipal?.MunicipalityNumber,
            Unit = change.Unit,
            Direction = facts.Direction,
            Reporter = facts.ReporterOrganization,
            Respondent = facts.RespondentOrganization,
            Agreement = facts.Agreement,
            Kind = facts.Kind,
            Category = facts.Category,
            Clause = facts.Clause,
            PatientGroups = SetOf(facts.PatientGroups),
            Causes = SetOf(change.ContributingFactors ?? []),
            ActualHarm = facts.ActualHarm,
            State = change.State,
            ReceivedOn = day,
            Quarter = NorwegianCalendar.QuarterOf(day),
            ReceivedAt = facts.ReceivedAt,
            DueAt = change.DueAt,
            AnsweredAt = change.AnsweredAt,
            AnswerTenthsOfDays = change.AnsweredAt is { } answered
                ? (int)Math.Round((answered - facts.ReceivedAt) / TenthOfDay, MidpointRounding.AwayFromZero)
                : null,
            InTime = change.AnsweredAt <= change.DueAt,
            Hops = change.Hops,
            HopPairs = change.UnitHops is { Count: > 0 } hops ? $",{string.Join(',', hops.Select(h => $"{h.From}>{h.To}"))}," : "",
            IsOpen = !CaseStates.IsFinal(change.State),
            Disputes = change.Disputes,
            Escalations = change.Escalations,
            Reopenings = change.Reopenings,
            Measures = measures.Length,
            MeasuresDone = measures.Count(m => m.State is "done" or "effectChecked"),
            MeasuresChecked = measures.Count(m => m.State == "effectChecked"),
            Lessons = change.Lessons,
            HandOvers = change.EarlierRespondents?.Count ?? 0,
            EventId = change.EventId,
            PatientsAffected = facts.AffectedPatients,
            PatientInformed = change.PatientInformed,
            IsImported = isImported,
        };
        return fact with { ContentHash = BitConverter.ToUInt32(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(fact, FactJson.Default.Fact))) };
    }

    private static string SetOf(IReadOnlyList<string> codes) =>
        codes.Count == 0 ? "" : $",{string.Join(',', codes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))},";
}

[JsonSerializable(typeof(Fact))]
internal sealed partial class FactJson : JsonSerializerContext;
