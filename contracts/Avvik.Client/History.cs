using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>Deviations of years before the service was taken into use, for the figures alone: they become no cases.</summary>
public sealed record HistoryImport
{
    /// <summary>At most 500.</summary>
    [HoldsCodes]
    public IReadOnlyList<HistoricReport>? Reports { get; init; }
}

/// <summary>A deviation as an earlier system has it, in codes and days. The caller's party reported it or answered it.</summary>
public sealed record HistoricReport
{
    /// <summary>Its id in that system, at most 100 characters: the same again replaces it. Only a hash of it is kept.</summary>
    public string? Id { get; init; }
    /// <summary>Norwegian local date; it is counted on this day, in its quarter.</summary>
    public DateOnly? ReceivedOn { get; init; }
    /// <summary>Norwegian local date on which it happened, whose agreement judges it; null: the day it was received.</summary>
    public DateOnly? OccurredOn { get; init; }
    /// <summary>Organisation number of the party that reported.</summary>
    public string? Reporter { get; init; }
    /// <summary>Organisation number of the party that was to answer.</summary>
    public string? Respondent { get; init; }
    /// <summary>Code of the unit that had it.</summary>
    public string? Unit { get; init; }
    /// <summary>Code of <c>kinds</c>.</summary>
    [Code("kinds")]
    public string? Kind { get; init; }
    /// <summary>Code of <c>categories</c>; its clause follows.</summary>
    [Code("categories")]
    public string? Category { get; init; }
    /// <summary>Codes of <c>patientGroups</c>.</summary>
    [Code("patientGroups")]
    public IReadOnlyList<string>? PatientGroups { get; init; }
    /// <summary>Code of <c>harm</c>; null is <c>unknown</c>.</summary>
    [Code("harm")]
    public string? ActualHarm { get; init; }
    /// <summary>Codes of <c>contributingFactors</c>.</summary>
    [Code("contributingFactors")]
    public IReadOnlyList<string>? ContributingFactors { get; init; }
    /// <summary>The day it was due; null when there was no deadline.</summary>
    public DateOnly? DueOn { get; init; }
    /// <summary>The day of the last answer; null when it was never answered.</summary>
    public DateOnly? AnsweredOn { get; init; }
    /// <summary>
    /// Code of <c>caseStates</c>, in which it is counted as any case is: what was withdrawn, a duplicate or entered in error is not, and what is not final is
    /// open until it is imported again. Null is <c>closed</c>.
    /// </summary>
    [Code("caseStates")]
    public string? State { get; init; }
    /// <summary>Wrong-recipient returns.</summary>
    public int Hops { get; init; }
}

/// <summary>What an import came to.</summary>
/// <param name="DryRun">True: nothing was written.</param>
/// <param name="Added">Reports that are new.</param>
/// <param name="Replaced">Reports that were there with other content.</param>
/// <param name="Unchanged">Reports that were there already.</param>
/// <param name="Quarters">The quarters they count in.</param>
public sealed record ImportedHistory(bool DryRun, int Added, int Replaced, int Unchanged, IReadOnlyList<string> Quarters);

/// <summary>How an import is written and read.</summary>
[System.Text.Json.Serialization.JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[System.Text.Json.Serialization.JsonSerializable(typeof(HistoryImport))]
[System.Text.Json.Serialization.JsonSerializable(typeof(ImportedHistory))]
public sealed partial class HistoryJson : System.Text.Json.Serialization.JsonSerializerContext;
