using System.Collections.Frozen;
using System.Text.Json;

namespace Avvik.Contracts;

/// <summary>A code and the bokmål word a person reads for it.</summary>
/// <param name="Code">Stable, English, never reused.</param>
/// <param name="Label">Bokmål.</param>
/// <param name="ValidFrom">First day on which it applies; null: always has.</param>
/// <param name="ValidTo">Last day on which it applies; null: still does.</param>
public sealed record VocabularyTerm(string Code, string Label, DateOnly? ValidFrom = null, DateOnly? ValidTo = null)
{
    /// <summary>True when it applies on a day.</summary>
    public bool IsInForceOn(DateOnly day) => Validity.Covers(ValidFrom, ValidTo, day);
}

/// <summary>What a deviation is about, the clause it is judged by, and the service that usually answers for it.</summary>
/// <param name="Code">Stable, English, never reused.</param>
/// <param name="Label">Bokmål.</param>
/// <param name="Clause">Point of helse- og omsorgstjenesteloven § 6-2, or null when the category has none.</param>
/// <param name="TrustService">The trust's own service for it, a key of <see cref="Vocabulary.TrustServiceUnit"/>; null: the named site decides.</param>
/// <param name="MunicipalService">Suffix of the municipal unit (<c>3403-tildeling</c>); null: the coordinator.</param>
public sealed record Category(string Code, string Label, string? Clause, string? TrustService, string? MunicipalService);

/// <summary>
/// Deadlines in the units their names say. Working days are <em>virkedager</em>. The vocabulary has the defaults; an agreement may set any of them
/// otherwise (<see cref="Agreement.Deadlines"/>).
/// </summary>
public sealed record Deadlines
{
    /// <summary>Working days from receipt until a coordinator has decided.</summary>
    public required int TriageWorkingDays { get; init; }
    /// <summary>Working days from routing until the unit has acknowledged.</summary>
    public required int AcknowledgeWorkingDays { get; init; }
    /// <summary>Calendar days from receipt until the answer.</summary>
    public required int AnswerCalendarDays { get; init; }
    /// <summary>Shares of the answer time at which the unit is reminded.</summary>
    public required IReadOnlyList<int> ReminderPercent { get; init; }
    /// <summary>Calendar days after the answer was due at which the unit's leader is reminded.</summary>
    public required int LeaderReminderDays { get; init; }
    /// <summary>Calendar days after the answer was due at which the case is lifted to the coordinators of both parties.</summary>
    public required int EscalationDays { get; init; }
    /// <summary>Calendar days after the answer at which the case is closed without an objection.</summary>
    public required int AutoCloseDays { get; init; }
    /// <summary>Calendar days after which praise that nobody has thanked for is closed as delivered.</summary>
    public required int PraiseDays { get; init; }
    /// <summary>Calendar days the reporter has to answer a question; then the deviation is rejected.</summary>
    public required int ReporterAnswerDays { get; init; }
    /// <summary>Calendar days after a question at which the reporter is warned, once.</summary>
    public required int ReporterWarningDays { get; init; }
    /// <summary>Calendar days within which a measure is to be done.</summary>
    public required int MeasureDays { get; init; }
    /// <summary>Calendar days after closing at which the patient's envelope is erased.</summary>
    public required int EnvelopeRetentionDaysAfterClose { get; init; }
    /// <summary>Months after closing within which a case may be reopened.</summary>
    public required int ReopenMonths { get; init; }
    /// <summary>Wrong-recipient returns after which the next one escalates.</summary>
    public required int MaxWrongRecipientHops { get; init; }
}

/// <summary>Whom to notify of a serious event and by when; a rule without a first day is not in force.</summary>
/// <param name="Code">Stable, English, never reused.</param>
/// <param name="Label">Bokmål, with the statute.</param>
/// <param name="ValidFrom">First day in force.</param>
/// <param name="ValidTo">Last day in force; null: until another takes over.</param>
/// <param name="Recipients">Bokmål.</param>
/// <param name="WorkingDays">Working days from receipt; 0: without delay.</param>
public sealed record SeriousIncidentRule(string Code, string Label, DateOnly? ValidFrom, DateOnly? ValidTo, IReadOnlyList<string> Recipients, int WorkingDays);

/// <summary>The controlled vocabulary: closed code lists from <c>vocabulary.json</c>, with the labels of <c>vocabulary-labels.json</c>.</summary>
public static class Vocabulary
{
    private static readonly JsonElement Source = Read("vocabulary.json");
    // By «list.code», then by language.
    private static readonly Dictionary<string, Dictionary<string, string>> Labels =
        Read("vocabulary-labels.json").Deserialize(ReferenceJson.Default.DictionaryStringDictionaryStringString)!;

    /// <summary>What the labels are in: bokmål, nynorsk, English.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["nb", "nn", "en"];

    /// <summary>The names of the code lists, in the order of <c>vocabulary.json</c>.</summary>
    public static IReadOnlyList<string> Lists { get; } =
        [.. Source.EnumerateObject().Where(list => list.Value.ValueKind == JsonValueKind.Array).Select(list => list.Name)];

    /// <summary>The word for a code; null for a code that the list does not have.</summary>
    /// <param name="list">As in <c>vocabulary.json</c>.</param>
    /// <param name="code">Of the list; of <c>caseStates</c> and <c>caseEvents</c> also <c>submitted</c>.</param>
    /// <param name="language">Of <see cref="Languages"/>.</param>
    public static string? Label(string list, string code, string language) => Labels.GetValueOrDefault($"{list}.{code}")?[language];

    /// <summary>The codes of a list, in its order.</summary>
    /// <param name="list">As in <c>vocabulary.json</c>.</param>
    public static IEnumerable<string> CodesOf(string list) => Source.GetProperty(list).EnumerateArray().Select(term => term.GetProperty("code").GetString()!);

    /// <summary>The terms of a list, in its order.</summary>
    /// <param name="list">As in <c>vocabulary.json</c>.</param>
    public static IReadOnlyList<VocabularyTerm> TermsOf(string list) => Source.GetProperty(list).Deserialize(ReferenceJson.Default.VocabularyTermArray)!;

    /// <summary>The code of <c>kinds</c> for good collaboration, which is no deviation.</summary>
    public const string Praise = "goodPractice";

    /// <summary>Agreement breach, incident, near miss …</summary>
    public static FrozenDictionary<string, VocabularyTerm> Kinds { get; } = Terms("kinds");
    /// <summary>From whom to whom.</summary>
    public static FrozenDictionary<string, VocabularyTerm> Directions { get; } = Terms("directions");
    /// <summary>The points of helse- og omsorgstjenesteloven § 6-2.</summary>
    public static FrozenDictionary<string, VocabularyTerm> Clauses { get; } = Terms("clauses");
    /// <summary>What a deviation is about.</summary>
    public static FrozenDictionary<string, Category> Categories { get; } =
        Source.GetProperty("categories").Deserialize(ReferenceJson.Default.CategoryArray)!.ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);
    /// <summary>The point that judges a category's deviations of a day; null when the category has none, or it was not in force.</summary>
    public static string? ClauseOf(string? category, DateOnly occurredOn) =>
        category is not null && Categories.TryGetValue(category, out var known) && known.Clause is { } clause && Clauses[clause].IsInForceOn(occurredOn)
            ? clause : null;

    /// <summary>Electronic messages between the parties (PLO and basic messages).</summary>
    public static FrozenDictionary<string, VocabularyTerm> MessageTypes { get; } = Terms("messageTypes");
    /// <summary>How the event differed from what was agreed.</summary>
    public static FrozenDictionary<string, VocabularyTerm> Differences { get; } = Terms("differences");
    /// <summary>The patient groups the health communities follow (national plan, and maternity).</summary>
    public static FrozenDictionary<string, VocabularyTerm> PatientGroups { get; } = Terms("patientGroups");
    /// <summary>Harm, actual or potential.</summary>
    public static FrozenDictionary<string, VocabularyTerm> Harm { get; } = Terms("harm");
    /// <summary>How likely it is to happen again.</summary>
    public static FrozenDictionary<string, VocabularyTerm> Likelihood { get; } = Terms("likelihood");
    /// <summary>Why it happened, as the answer states it.</summary>
    public static FrozenDictionary<string, VocabularyTerm> ContributingFactors { get; } = Terms("contributingFactors");
    /// <summary>Why triage rejects.</summary>
    public static FrozenDictionary<string, VocabularyTerm> RejectionReasons { get; } = Terms("rejectionReasons");
    /// <summary>States of a case after <c>submitted</c>.</summary>
    public static FrozenDictionary<string, VocabularyTerm> CaseStates { get; } = Terms("caseStates");
    /// <summary>What happens to a case, as its history tells it.</summary>
    public static FrozenDictionary<string, VocabularyTerm> CaseEvents { get; } = Terms("caseEvents");
    /// <summary>Whether patient or next of kin have been told of what happened.</summary>
    public static FrozenDictionary<string, VocabularyTerm> PatientInformed { get; } = Terms("patientInformed");
    /// <summary>Which of them.</summary>
    public static FrozenDictionary<string, VocabularyTerm> InformedPersons { get; } = Terms("informedPersons");
    /// <summary>Why neither has been told.</summary>
    public static FrozenDictionary<string, VocabularyTerm> NotInformedReasons { get; } = Terms("notInformedReasons");
    /// <summary>How a letter was sent to a party that does not use Avvik.</summary>
    public static FrozenDictionary<string, VocabularyTerm> LetterChannels { get; } = Terms("letterChannels");
    /// <summary>Why a patient's envelope is opened.</summary>
    public static FrozenDictionary<string, VocabularyTerm> AccessPurposes { get; } = Terms("accessPurposes");
    /// <summary>Kinds of entries in the access log.</summary>
    public static FrozenDictionary<string, VocabularyTerm> AccessActions { get; } = Terms("accessActions");
    /// <summary>What somebody can be notified of.</summary>
    public static FrozenDictionary<string, VocabularyTerm> NoticeKinds { get; } = Terms("noticeKinds");
    /// <summary>What a person may be; a machine has the role <c>client</c>, which is not here.</summary>
    public static FrozenDictionary<string, VocabularyTerm> Roles { get; } = Terms("roles");
    /// <summary>Default deadlines.</summary>
    public static Deadlines Deadlines { get; } = Source.GetProperty("deadlines").Deserialize(ReferenceJson.Default.Deadlines)!;

    /// <summary>All rules of whom to notify of a serious event, past, present and to come.</summary>
    public static IReadOnlyList<SeriousIncidentRule> SeriousIncidentRules { get; } = Source.GetProperty("seriousIncidentRules")
        .Deserialize(ReferenceJson.Default.SeriousIncidentRuleArray)!;

    /// <summary>The rule in force on a day.</summary>
    public static SeriousIncidentRule SeriousIncidentRuleOn(DateOnly day) =>
        SeriousIncidentRules.First(r => r.ValidFrom <= day && (r.ValidTo is null || day <= r.ValidTo));

    /// <summary>The deadlines of a community's agreement: what it sets itself, and the defaults for the rest.</summary>
    public static Deadlines DeadlinesOf(string community, string? agreement) =>
        HealthCommunities.Community(community)?.Agreements.FirstOrDefault(a => a.Code == agreement)?.Deadlines ?? Deadlines;

    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> TrustServiceUnits =
        Source.GetProperty("trustServiceUnits").Deserialize(ReferenceJson.Default.DictionaryStringDictionaryStringString)!
            .ToFrozenDictionary(c => c.Key, c => c.Value.ToFrozenDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>The unit that runs a trust's service in a community, or null when it has none.</summary>
    public static string? TrustServiceUnit(string community, string service) =>
        TrustServiceUnits.TryGetValue(community, out var units) ? units.GetValueOrDefault(service) : null;

    private static FrozenDictionary<string, VocabularyTerm> Terms(string list) =>
        Source.GetProperty(list).Deserialize(ReferenceJson.Default.VocabularyTermArray)!.ToFrozenDictionary(t => t.Code, StringComparer.Ordinal);

    private static JsonElement Read(string file)
    {
        using var stream = typeof(Vocabulary).Assembly.GetManifestResourceStream(file)!;
        return JsonElement.Parse(new BinaryReader(stream).ReadBytes((int)stream.Length));
    }
}
