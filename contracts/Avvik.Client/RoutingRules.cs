using System.ComponentModel.DataAnnotations;
using Avvik.Contracts;

namespace Avvik.Client;

/// <summary>An exception that a party has made: what is like this goes to that unit. What is not said is anything.</summary>
public sealed record RoutingRule
{
    /// <summary>Code of <c>categories</c>.</summary>
    [Code("categories")]
    public string? Category { get; init; }
    /// <summary>Code of <c>kinds</c>.</summary>
    [Code("kinds")]
    public string? Kind { get; init; }
    /// <summary>Code of <c>harm</c>.</summary>
    [Code("harm")]
    public string? ActualHarm { get; init; }
    /// <summary>Name of a place of the party, as in the directory.</summary>
    public string? Site { get; init; }
    /// <summary>Code of an open unit of the party.</summary>
    [Required]
    public string? Unit { get; init; }
}

/// <summary>A version of a party's rules.</summary>
/// <param name="Version">Rises with each change of any party's; 1: none have been set. The ETag.</param>
/// <param name="Rules">The first that matches decides.</param>
/// <param name="ChangedAt">When they were set.</param>
/// <param name="ChangedBy">Who set them, as the token names them.</param>
/// <param name="Reason">Why.</param>
public sealed record RoutingRuleSet(int Version, IReadOnlyList<RoutingRule> Rules, DateTimeOffset? ChangedAt, string? ChangedBy, string? Reason)
    : WrittenAnswer;

/// <summary>New rules for the caller's party.</summary>
public sealed record RoutingRuleChange
{
    /// <summary>At most 200; they replace those in force.</summary>
    [Required]
    public IReadOnlyList<RoutingRule>? Rules { get; init; }
    /// <summary>Why, at most 4,000 characters.</summary>
    [Required]
    public string? Reason { get; init; }
}

/// <summary>Rules to try out.</summary>
public sealed record RoutingRuleSimulation
{
    /// <summary>At most 200.</summary>
    [Required]
    public IReadOnlyList<RoutingRule>? Rules { get; init; }
    /// <summary>On how many of the party's newest cases; 1,000 when not said, at most 5,000.</summary>
    public int? Last { get; init; }
}

/// <summary>What other rules would do.</summary>
/// <param name="Examined">Cases looked at.</param>
/// <param name="Moved">Those that would go elsewhere than by the rules in force.</param>
public sealed record SimulatedRouting(int Examined, IReadOnlyList<SimulatedMove> Moved);

/// <summary>A case that would go elsewhere.</summary>
public sealed record SimulatedMove(Guid Id, string Reference, string? Category, string From, string To, string Rule);
