using System.Collections.Frozen;
using System.Text.Json;

namespace Avvik.Contracts;

/// <summary>A code and the bokmål word a person reads for it.</summary>
/// <param name="Code">Stable, English, never reused.</param>
/// <param name="Label">Bokmål.</param>
public sealed record VocabularyTerm(string Code, string Label);

/// <summary>What a deviation is about, the clause it is judged by, and the service that usually answers for it.</summary>
/// <param name="Code">Stable, English, never reused.</param>
/// <param name="Label">Bokmål.</param>
/// <param name="Clause">Point of helse- og omsorgstjenesteloven § 6-2, or null when the category has none.</param>
/// <param name="TrustService">The trust's own service for it, a key of <see cref="Vocabulary.TrustServiceUnit"/>; null: the named site decides.</param>
/// <param name="MunicipalService">Suffix of the municipal unit (<c>3403-tildeling</c>); null: the coordinator.</param>
public sealed record Category(string Code, string Label, string? Clause, string? TrustService, string? MunicipalService);

/// <summary>Deadlines in the units their names say. Working days are <em>virkedager</em>.</summary>
public sealed record Deadlines
{
    /// <summary>Working days from receipt until a coordinator has decided.</summary>
    public required int TriageWorkingDays { get; init; }
    /// <summary>Working days from routing until the unit has acknowledged.</summary>
    public required int AcknowledgeWorkingDays { get; init; }
    /// <summary>Calendar days from receipt until the answer.</summary>
    public required int AnswerCalendarDays { get; init; }
    /// <summary>Wrong-recipient returns after which the next one escalates.</summary>
    public required int MaxWrongRecipientHops { get; init; }
}

/// <summary>The controlled vocabulary: closed code lists with their bokmål labels, from <c>vocabulary.json</c>.</summary>
public static class Vocabulary
{
    private static readonly JsonElement Source = ReadSource();

    /// <summary>Agreement breach, incident, near miss …</summary>
    public static FrozenDictionary<string, VocabularyTerm> Kinds { get; } = Terms("kinds");
    /// <summary>From whom to whom.</summary>
    public static FrozenDictionary<string, VocabularyTerm> Directions { get; } = Terms("directions");
    /// <summary>The points of helse- og omsorgstjenesteloven § 6-2.</summary>
    public static FrozenDictionary<string, VocabularyTerm> Clauses { get; } = Terms("clauses");
    /// <summary>What a deviation is about.</summary>
    public static FrozenDictionary<string, Category> Categories { get; } =
        Source.GetProperty("categories").Deserialize<Category[]>(JsonSerializerOptions.Web)!.ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);
    /// <summary>Electronic messages between the parties (PLO and basic messages).</summary>
    public static FrozenDictionary<string, VocabularyTerm> MessageTypes { get; } = Terms("messageTypes");
    /// <summary>How the thing that went wrong differed from what was agreed.</summary>
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
    /// <summary>What a person may be; a machine has the role <c>client</c>, which is not here.</summary>
    public static FrozenDictionary<string, VocabularyTerm> Roles { get; } = Terms("roles");
    /// <summary>Default deadlines.</summary>
    public static Deadlines Deadlines { get; } = Source.GetProperty("deadlines").Deserialize<Deadlines>(JsonSerializerOptions.Web)!;

    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> TrustServiceUnits =
        Source.GetProperty("trustServiceUnits").Deserialize<Dictionary<string, Dictionary<string, string>>>()!
            .ToFrozenDictionary(c => c.Key, c => c.Value.ToFrozenDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>The unit that runs a trust's service in a community, or null when it has none.</summary>
    public static string? TrustServiceUnit(string community, string service) =>
        TrustServiceUnits.TryGetValue(community, out var units) ? units.GetValueOrDefault(service) : null;

    private static FrozenDictionary<string, VocabularyTerm> Terms(string list) =>
        Source.GetProperty(list).Deserialize<VocabularyTerm[]>(JsonSerializerOptions.Web)!.ToFrozenDictionary(t => t.Code, StringComparer.Ordinal);

    private static JsonElement ReadSource()
    {
        using var stream = typeof(Vocabulary).Assembly.GetManifestResourceStream("vocabulary.json")!;
        return JsonElement.Parse(new BinaryReader(stream).ReadBytes((int)stream.Length));
    }
}
