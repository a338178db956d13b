using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Avvik.Client;

/// <summary>A series of deviations a day that left its control limits.</summary>
/// <param name="Id">Stable.</param>
/// <param name="Category">Of the series.</param>
/// <param name="Unit">Of the series.</param>
/// <param name="Municipality">Of the series.</param>
/// <param name="Rule"><c>nelson1</c> (a week beyond three standard deviations), <c>nelson2</c> (nine weeks above the mean) or <c>cusum</c>.</param>
/// <param name="RaisedOn">The day it left them, the last of the data.</param>
/// <param name="Data">Deviations a day.</param>
/// <param name="State"><c>new</c>, <c>lookedAt</c> or <c>explained</c>.</param>
/// <param name="Note">What was found.</param>
/// <param name="ChangedAt">When the state last changed.</param>
public sealed record SignalItem(
    Guid Id, string Category, string Unit, string Municipality, string Rule, DateOnly RaisedOn, IReadOnlyList<int> Data, string State, string? Note,
    DateTimeOffset ChangedAt);

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
[JsonSerializable(typeof(ChangeSignal))]
public sealed partial class SignalJson : JsonSerializerContext;
