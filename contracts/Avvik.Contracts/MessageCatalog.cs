using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;

namespace Avvik.Contracts;

/// <summary>What every event carries, so that consumers can apply it once and in any order.</summary>
public interface IEvent
{
    /// <summary>What the event is about (UUIDv7); its events are sent in order. On the wire: <c>deviationId</c> or <c>aggregateId</c>.</summary>
    Guid AggregateId { get; }
    /// <summary>Of the aggregate; rises by one for each accepted change, and consumers keep the highest.</summary>
    int Version { get; }
    /// <summary>When it happened.</summary>
    DateTimeOffset OccurredAt { get; }
}

/// <summary>An event about a deviation, and its case: they share one id.</summary>
public interface ICaseEvent : IEvent
{
    /// <summary>The deviation and its case.</summary>
    Guid DeviationId { get; }

    Guid IEvent.AggregateId => DeviationId;
}

/// <summary>One event of the catalog.</summary>
/// <param name="Name">The wire name: exchange and type; never changed, a new meaning is a new name.</param>
/// <param name="Json">How it is written and read.</param>
/// <param name="Publishers">Services that publish it.</param>
/// <param name="Consumers">Services whose queue is bound to it.</param>
public sealed record CatalogEntry(string Name, JsonTypeInfo Json, string[] Publishers, string[] Consumers)
{
    /// <summary>How this code reads it.</summary>
    public Type Type => Json.Type;
}

/// <summary>The one list of what travels on the broker.</summary>
public static class MessageCatalog
{
    /// <summary>Every event. No assembly scanning: what is not here does not travel.</summary>
    public static IReadOnlyList<CatalogEntry> All { get; } =
    [
        new("avvik.reporting.deviation-submitted.v1", ContractJson.Default.DeviationSubmitted, ["reporting"], ["triage"]),
        new("avvik.reporting.deviation-withdrawn.v1", ContractJson.Default.DeviationWithdrawn, ["reporting"], ["triage", "routing"]),
        new("avvik.reporting.reporter-answered.v1", ContractJson.Default.ReporterAnswered, ["reporting"], ["triage", "routing"]),
        new("avvik.reporting.patients-added.v1", ContractJson.Default.PatientsAdded, ["reporting"], ["triage", "routing"]),
        new("avvik.reporting.text-redacted.v1", ContractJson.Default.TextRedacted, ["reporting"], ["triage", "routing"]),
        new("avvik.reporting.submitter-recorded.v1", ContractJson.Default.SubmitterRecorded, ["reporting"], ["notices"]),
        new("avvik.triage.deviation-triaged.v1", ContractJson.Default.DeviationTriaged, ["triage"], ["routing"]),
        new("avvik.triage.deviation-merged.v1", ContractJson.Default.DeviationMerged, ["triage"], ["routing"]),
        new("avvik.triage.reopened-case-changed.v1", ContractJson.Default.ReopenedCaseChanged, ["triage"], ["routing"]),
        new("avvik.routing.case-changed.v1", ContractJson.Default.CaseChanged, ["triage", "routing"], ["reporting", "statistics", "notices"]),
        new("avvik.routing.case-reopened.v1", ContractJson.Default.CaseReopened, ["routing"], ["triage"]),
        new("avvik.routing.facts-corrected.v1", ContractJson.Default.FactsCorrected, ["routing"], ["triage"]),
        new("avvik.routing.case-snapshot-published.v1", ContractJson.Default.CaseSnapshotPublished, ["triage", "routing"], ["statistics"]),
        new("avvik.routing.directory-published.v1", ContractJson.Default.DirectoryPublished, ["routing"],
            ["reporting", "triage", "statistics", "notices"]),
        new("avvik.routing.role-assignment-changed.v1", ContractJson.Default.RoleAssignmentChanged, ["routing"],
            ["reporting", "triage", "statistics", "notices"]),
        new("avvik.routing.reporter-informed.v1", ContractJson.Default.ReporterInformed, ["triage", "routing"], ["reporting"]),
        new("avvik.messaging.publisher-watermark.v1", ContractJson.Default.PublisherWatermark,
            ["reporting", "triage", "routing"], ["triage", "routing", "statistics"]),
        new("avvik.messaging.access-log-anchored.v1", ContractJson.Default.AccessLogAnchored,
            ["reporting", "triage", "routing", "statistics", "notices"], ["reporting", "triage", "routing", "statistics", "notices"]),
    ];

    private static readonly FrozenDictionary<string, CatalogEntry> ByName = All.ToFrozenDictionary(e => e.Name, StringComparer.Ordinal);
    private static readonly FrozenDictionary<Type, CatalogEntry> ByType = All.ToFrozenDictionary(e => e.Type);

    /// <summary>The entry of a type that travels.</summary>
    /// <exception cref="KeyNotFoundException">The type is not in the catalog.</exception>
    public static CatalogEntry Of(Type type) => ByType[type];

    /// <summary>The entry with a wire name, or null when this version of the code does not know it.</summary>
    public static CatalogEntry? Find(string name) => ByName.GetValueOrDefault(name);
}

/// <summary>How events are written: camelCase, nulls left out, unknown members ignored (a newer publisher may add some).</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeviationSubmitted))]
[JsonSerializable(typeof(DeviationWithdrawn))]
[JsonSerializable(typeof(ReporterAnswered))]
[JsonSerializable(typeof(PatientsAdded))]
[JsonSerializable(typeof(TextRedacted))]
[JsonSerializable(typeof(SubmitterRecorded))]
[JsonSerializable(typeof(DeviationTriaged))]
[JsonSerializable(typeof(DeviationMerged))]
[JsonSerializable(typeof(ReopenedCaseChanged))]
[JsonSerializable(typeof(CaseReopened))]
[JsonSerializable(typeof(FactsCorrected))]
[JsonSerializable(typeof(CaseSnapshotPublished))]
[JsonSerializable(typeof(DirectoryPublished))]
[JsonSerializable(typeof(RoleAssignmentChanged))]
[JsonSerializable(typeof(CaseChanged))]
[JsonSerializable(typeof(ReporterInformed))]
[JsonSerializable(typeof(PublisherWatermark))]
[JsonSerializable(typeof(AccessLogAnchored))]
[JsonSerializable(typeof(DeviationFacts))]
[JsonSerializable(typeof(CommunityDocument[]))]
public sealed partial class ContractJson : JsonSerializerContext;
