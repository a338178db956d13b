using Avvik.Client;

namespace Avvik.Routing.RoutingRules;

/// <summary>A version of a party's rules: who set them, when and why. Appended, never changed; the highest version of a party is in force.</summary>
internal sealed class RuleSetRecord
{
    public int Version { get; init; }
    public required string Organization { get; init; }
    public required IReadOnlyList<RoutingRule> Rules { get; init; }
    public DateTimeOffset ChangedAt { get; init; }
    public required string ChangedBy { get; init; }
    public required string Reason { get; init; }
}
