using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>A series that had far more deviations than usual: a category, at a unit, from or to a municipality.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Category">Of the series.</param>
/// <param name="Unit">Of the series; null for the whole community.</param>
/// <param name="Municipality">Of the series; null for all municipalities.</param>
/// <param name="Rule">
/// <c>count</c> (more in some weeks than chance explains) or <c>rare</c> (the last few of a rare series came close together); older signals have <c>nelson1</c>
/// (a week beyond three standard deviations), <c>nelson2</c> (nine weeks above the mean) or <c>cusum</c>.
/// </param>
/// <param name="RaisedOn">The day it was found, the last of the data.</param>
/// <param name="LastOn">The last day it still had more than usual.</param>
/// <param name="Days">In so many days, ending with <paramref name="RaisedOn"/>, …</param>
/// <param name="Observed">… there were so many; null for those who may not see all of its cases …</param>
/// <param name="Expected">… and so many were expected; null for the same.</param>
/// <param name="Data">Deviations a day in the twelve weeks until it was found; empty for those who may not see all of its cases.</param>
/// <param name="State"><c>new</c>, <c>lookedAt</c> or <c>explained</c>.</param>
/// <param name="Note">What was found.</param>
/// <param name="ChangedAt">When the state last changed.</param>
public sealed record SignalItem(Guid Id, [property: Code("categories")] string Category, string? Unit, string? Municipality, string Rule,
    DateOnly RaisedOn, DateOnly? LastOn, int? Days, int? Observed, double? Expected, IReadOnlyList<int> Data, string State, string? Note,
    DateTimeOffset ChangedAt) : WrittenAnswer;

/// <summary>A case behind a signal.</summary>
/// <param name="Id">Of the case: <c>GET /api/v1/cases/{id}</c>.</param>
/// <param name="ReceivedOn">Norwegian local date.</param>
public sealed record SignalCase(Guid Id, DateOnly ReceivedOn);

/// <summary>The cases behind a signal that the caller may see.</summary>
/// <param name="Cases">The newest first, at most 200.</param>
public sealed record SignalCases(IReadOnlyList<SignalCase> Cases);

/// <summary>What a coordinator says of a signal.</summary>
public sealed record ChangeSignal
{
    /// <summary><c>new</c>, <c>lookedAt</c> or <c>explained</c>.</summary>
    [Required]
    public string? State { get; init; }
    /// <summary>Needed with <c>explained</c>. No patient and no person is named in it.</summary>
    public string? Note { get; init; }
}

/// <summary>How signals are written and read.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Page<SignalItem>))]
[JsonSerializable(typeof(SignalCases))]
[JsonSerializable(typeof(ChangeSignal))]
public sealed partial class SignalJson : JsonSerializerContext;
