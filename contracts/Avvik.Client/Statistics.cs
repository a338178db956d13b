using System.Text.Json;
using System.Text.Json.Serialization;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>Figures of a period.</summary>
/// <param name="Scope"><c>own</c>: the cases of the caller's party or unit, whole, as they stand; <c>community</c>: protected figures of frozen
/// quarters.</param>
/// <param name="Period">Both days included; by the day a deviation was received, Norwegian local time.</param>
/// <param name="By">The dimensions of the rows.</param>
/// <param name="Rows">One for each combination that occurs, in the order of the dimensions.</param>
/// <param name="Total">All of them together.</param>
/// <param name="SuppressedCells">How many numbers are shown as <c>":"</c>.</param>
public sealed record StatisticsAnswer(
    string Scope, StatisticsPeriod Period, IReadOnlyList<string> By, IReadOnlyList<StatisticsRow> Rows, StatisticsRow Total, int SuppressedCells)
{
    /// <inheritdoc cref="StatisticsAnswer" path="/param[@name='Scope']"/>
    // Not sent by 0.1.
    public string Scope { get; init; } = Scope ?? "";
    /// <summary>The patients of the same deviations; null for <c>scope=community</c>, whose figures would have to be protected as the others are.</summary>
    public PatientFigures? Patients { get; init; }
}

/// <summary>The patients of a party's or unit's own deviations, without good collaboration and proposals.</summary>
public sealed record PatientFigures
{
    /// <summary>
    /// Patients affected by those of the deviations that concern more than one, added up. Each deviation is one in <see cref="StatisticsRow.Count"/>; reports
    /// of one event are counted once, by the highest number.
    /// </summary>
    public required long Affected { get; init; }
}

/// <summary>Days, both included.</summary>
public sealed record StatisticsPeriod(DateOnly From, DateOnly To);

/// <summary>
/// A row of figures. Of <c>scope=community</c> each count is a multiple of 5, and a figure that too few stand behind is <c>":"</c> (SSB's sign for
/// figures that cannot be published).
/// </summary>
public sealed record StatisticsRow
{
    /// <summary>The values of the dimensions asked for, as members of their own: <c>"category": "medication"</c>.</summary>
    // Not init: generated serializers cannot bind members of their own to one.
    [JsonExtensionData, MemberCodes("category=categories", "clause=clauses", "kind=kinds", "direction=directions", "patientGroup=patientGroups", "harm=harm",
        "cause=contributingFactors", "state=caseStates")]
    public Dictionary<string, JsonElement>? Dimensions { get; set; }
    /// <summary>Deviations, without good collaboration and proposals.</summary>
    public required Figure Count { get; init; }
    /// <summary>Reports of good collaboration.</summary>
    // Not sent by 0.1, as proposals.
    public Figure GoodCollaboration { get; init; }
    /// <summary>Proposals for improvement.</summary>
    public Figure Proposals { get; init; }
    /// <summary>Deviations not yet in a final state.</summary>
    public required Figure Open { get; init; }
    /// <summary>Days within which half had their answer, by Kaplan and Meier: who still waits counts for as long as they have. Null when fewer than half
    /// have.</summary>
    public Figure? MedianAnswerDays { get; init; }
    /// <summary>Days within which nine of ten had it.</summary>
    public Figure? P90AnswerDays { get; init; }
    /// <summary>Of those whose deadline has passed, the percentage answered before it did; unanswered ones are not in time.</summary>
    public Figure? AnsweredInTimePercent { get; init; }
    /// <summary>Mean number of wrong-recipient returns.</summary>
    public Figure? MeanHops { get; init; }
}

/// <summary>A number, or suppressed.</summary>
/// <param name="Value">Null when suppressed.</param>
[JsonConverter(typeof(FigureConverter))]
public readonly record struct Figure(double? Value)
{
    /// <summary>A number too small to be shown.</summary>
    public static Figure Suppressed => default;
}

internal sealed class FigureConverter : JsonConverter<Figure>
{
    public override Figure Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => new(reader.GetDouble()),
        JsonTokenType.String when reader.ValueTextEquals(":") => Figure.Suppressed,
        _ => throw new JsonException("A figure is a number or \":\"."),
    };

    public override void Write(Utf8JsonWriter writer, Figure value, JsonSerializerOptions options)
    {
        if (value.Value is { } number) writer.WriteNumberValue(number);
        else writer.WriteStringValue(":");
    }
}

/// <summary>How figures are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StatisticsAnswer))]
public sealed partial class StatisticsJson : JsonSerializerContext;
